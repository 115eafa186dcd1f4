"""Where the numbers come from: code, data, versions, settings, files, and what each metric means."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from reports.records import Run

METRICS = (
    ("BCE", "bce", "Binary cross-entropy of test image and reconstruction, nats per pixel, not scaled by 1 − α."),
    ("MSE", "mse", "Mean squared error per pixel, pixels in [0, 1]."),
    ("PSNR", "psnr", "Peak signal-to-noise ratio in dB, from the squared error."),
    ("SSIM", "ssim", "Structural similarity, data range 1; 1 is identical."),
    ("Rounded accuracy", "rounded_accuracy", "Share of pixels that agree after rounding both to 0 or 1."),
    ("Total variance", "total_variance", "Trace of Cov(z), z drawn from q(z|x); the prior has one per dimension."),
    ("Variance of means", "variance_of_means", "The part of the total variance that the posterior means carry."),
    ("Posterior variance", "posterior_variance", "The part that the posterior's own width carries."),
    ("Log det", "logdet_cov", "Logarithm of the determinant of Cov(z): the volume of the cloud. The prior has 0."),
    ("Participation ratio", "participation_ratio", "(Σλ)² / Σλ² of Cov(z)'s eigenvalues: dimensions in use."),
    ("Mean norm", "mean_norm", "Length of the mean of z. The prior has 0."),
    ("Active units", "active_units", "Dimensions whose posterior mean varies by more than 0.01."),
    (
        "MMD²",
        "mmd2",
        "Unbiased estimate between z (sampled) and the prior, by the mean of seven inverse multiquadric kernels, the "
        "same for all variants whatever they were trained with. Slightly negative values mean that the two agree.",
    ),
    ("Kernel mean", "kernel_mean", "Mean of the training kernel over pairs of codes and prior draws."),
    ("Live share", "kernel_live_share", "Share of those pairs where the kernel is between 0.01 and 0.99."),
    (
        "kNN accuracy",
        "knn_accuracy",
        "Share of test images whose class is that of most of their 10 nearest training codes.",
    ),
    ("Training", "train_seconds", "Wall-clock seconds of the training of one seed."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecar:
    """A file beside the report."""

    name: str
    what: str
    sha256: str  # empty where it could not be written


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """The section."""

    template: ClassVar[str] = "provenance.html"
    command: str
    facts: list[tuple[str, str]]
    versions: list[tuple[str, str]]
    metrics: tuple[tuple[str, str, str], ...]
    sidecars: list[Sidecar]


def build(run: Run, sidecars: list[Sidecar]) -> Provenance:
    """All that one needs to make the run again."""
    commit = str(run.code.get("commit") or "unknown")
    dirty = (
        {True: " with uncommitted changes", False: ", clean"}.get(bool(run.code["dirty"]))
        if "dirty" in run.code
        else ""
    )
    return Provenance(
        command=run.command,
        facts=[
            ("Run", run.id),
            ("Created", run.created),
            ("Preset and recipe", f"{run.preset}, {run.recipe}"),
            ("Seeds", ", ".join(map(str, run.seeds)) or "not recorded"),
            ("Trained on", ", ".join(_devices(run)) or "not recorded"),
            ("Code", f"commit {commit}{dirty}"),
            *((f"Data: {name}", value) for name, value in flat(run.dataset)),
            *((f"Hardware: {name}" if name else "Hardware", value) for name, value in flat(run.hardware)),
        ],
        versions=flat(run.versions),
        metrics=METRICS,
        sidecars=sidecars,
    )


def _devices(run: Run) -> list[str]:
    devices = (seed_run.device for variant in run.variants for seed_run in variant.runs)
    return list(dict.fromkeys(device for device in devices if device))


def flat(value: Any, path: str = "") -> list[tuple[str, str]]:
    """Nested values as rows: {"gpu": {"name": x}} becomes ("gpu name", x)."""
    if isinstance(value, Mapping):
        return [row for name, inner in value.items() for row in flat(inner, f"{path} {name}".strip())]
    if isinstance(value, list):
        return [(path, ", ".join(map(str, value)))]
    return [(path, "none" if value is None else str(value))]
