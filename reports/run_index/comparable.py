"""The comparable part of a run: its settings as text, and its variants."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mmdvae.record.result import Report, VariantResult
from reports import run_title, text
from reports.sections.more.provenance import devices, network

# Settings that must be equal for a fair comparison.
EPOCHS, DATA = "Epochs", "Data SHA-256"
LIKE = {DATA: "data", EPOCHS: "epochs"}
LIKELIHOOD = "Likelihood"
NETWORK = "Network"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparable:
    """One run."""

    id: str
    title: str
    settings: dict[str, str]
    variants: dict[str, VariantResult]  # by id
    network: dict[str, Any]  # of the user's own; empty for the built-in one


def of(name: str, report: Report) -> Comparable:
    """The run; `name` is that of its folder."""
    return Comparable(
        id=name,
        title=run_title.title(report),
        settings=_settings(report),
        variants={variant.name: variant for variant in report.variants},
        network=report.run.network,
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
        LIKELIHOOD: report.run.likelihood,
        NETWORK: network(report),
        "Latent dimensions": ", ".join(map(str, report.latent_dims)),
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
        found |= {f"{title} {name}".strip(): value for name, value in _flat(values)}
    return {name: value for name, value in found.items() if value}


def _flat(value: Any, path: str = "") -> list[tuple[str, str]]:
    """Nested values as rows: {"gpu": {"name": x}} becomes ("gpu name", x)."""
    if isinstance(value, Mapping):
        return [row for name, inner in value.items() for row in _flat(inner, f"{path} {name}".strip())]
    if isinstance(value, list | tuple):
        return [(path, ", ".join(map(str, value)))]
    return [(path, "none" if value is None else str(value))]
