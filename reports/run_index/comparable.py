"""The comparable part of a run: settings as text, metrics with their range over seeds."""

from dataclasses import asdict, dataclass

from mmdvae.record.result import Report, Statistic, VariantResult
from reports import metrics, table, text
from reports.sections.more.provenance import devices, flat

# Settings that must be equal for a fair comparison.
EPOCHS, DATA = "Epochs", "Data SHA-256"
LIKE = {DATA: "data", EPOCHS: "epochs"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One metric of one variant."""

    mean: float
    spread: float | None  # range over the seeds; None for one seed
    seeds: int
    text: str  # mean ± standard deviation


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparableVariant:
    """One variant of one run."""

    state: str  # its kernel's state, or failed or diverged
    metrics: dict[str, Measured]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparable:
    """One run."""

    id: str
    settings: dict[str, str]
    variants: dict[str, ComparableVariant]


def of(name: str, report: Report) -> Comparable:
    """The run; `name` is that of its folder."""
    return Comparable(
        id=name,
        settings=_settings(report),
        variants={variant.name: _variant(variant) for variant in report.variants},
    )


def _settings(report: Report) -> dict[str, str]:
    """The run's settings, data, code, versions and hardware; those not recorded are left out."""
    epochs = sorted({seed_run.epochs for variant in report.finished for seed_run in variant.runs if seed_run.epochs})
    code = report.run.code
    found = {
        "Preset": report.run.preset,
        "Recipe": report.run.recipe,
        EPOCHS: ", ".join(map(str, epochs)),
        "Seeds": ", ".join(map(str, report.run.seeds)),
        "Latent dimensions": str(report.run.latent_dim),
        "Code": text.code(code.commit, code.dirty) if code.commit else "",
        "Trained on": ", ".join(devices(report)),
    }
    for title, values in (
        (
            "Data",
            {"SHA-256" if name == "sha256" else name: value for name, value in asdict(report.run.dataset).items()},
        ),
        ("Classifier", asdict(report.run.classifier) if report.run.classifier else {}),
        ("Version", report.run.versions),
        ("Hardware", asdict(report.run.hardware)),
    ):
        found |= {f"{title} {name}".strip(): value for name, value in flat(values)}
    return {name: value for name, value in found.items() if value}


def _variant(variant: VariantResult) -> ComparableVariant:
    kernel = ", ".join(variant.kernel_states) or text.MISSING
    return ComparableVariant(
        state=kernel if variant.status == "ok" else variant.status,
        metrics={name: _measured(metrics.of(name), statistic) for name, statistic in variant.summary.items()},
    )


def _measured(metric: metrics.Metric, statistic: Statistic) -> Measured:
    return Measured(
        mean=statistic.mean,
        spread=None if statistic.n == 1 else statistic.max - statistic.min,
        seeds=statistic.n,
        text=f"{metric.show(statistic.mean)} {table.spread_text(metric, statistic)}".strip(),
    )
