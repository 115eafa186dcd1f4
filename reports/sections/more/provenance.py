"""Where the numbers come from: code, data, versions, settings, files."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from mmdvae.record.result import Report

FIRST = ("optimizer", "learning_rate", "batch_size", "epochs")  # the recipe settings to show first


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecar:
    """A file beside the report."""

    name: str
    what: str
    sha256: str  # empty if the file could not be written


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """The section."""

    template: ClassVar[str] = "sections/more/provenance.html"
    command: str
    facts: list[tuple[str, str]]
    versions: list[tuple[str, str]]
    sidecars: list[Sidecar]


def build(report: Report, sidecars: list[Sidecar]) -> Provenance:
    """Everything needed to repeat the run."""
    code, judge = report.run.code, report.run.classifier
    state = {True: " with uncommitted changes", False: ", clean", None: ""}[code.dirty]
    return Provenance(
        command=report.run.command,
        facts=[
            ("Run", report.run.id),
            ("Created", report.run.created),
            ("Preset and recipe", f"{report.run.preset}, {report.run.recipe}"),
            ("Training", _training(report)),
            *([("Network", network)] if (network := _network(report)) else []),
            ("Seeds", ", ".join(map(str, report.run.seeds)) or "not recorded"),
            ("Trained on", ", ".join(devices(report)) or "not recorded"),
            ("Code", f"commit {code.commit or 'unknown'}{state}"),
            *((f"Data: {name}", value) for name, value in flat(asdict(report.run.dataset))),
            *([("Samples judged by a classifier", _listed(asdict(judge)))] if judge else []),
            *(
                (f"Hardware: {name}" if name else "Hardware", value)
                for name, value in flat(asdict(report.run.hardware))
            ),
        ],
        versions=flat(report.run.versions),
        sidecars=sidecars,
    )


def _training(report: Report) -> str:
    """The recipe's settings; if the report has none, the numbers of epochs trained."""
    settings = report.run.recipe_settings
    names = [name for name in dict.fromkeys([*FIRST, *settings]) if name in settings and name != "name"]
    if names:
        plain = {True: "yes", False: "no"}
        return _listed({n: plain[settings[n]] if isinstance(settings[n], bool) else settings[n] for n in names})
    epochs = sorted({seed_run.epochs for variant in report.finished for seed_run in variant.runs})
    return f"epochs {', '.join(map(str, epochs)) or 'not recorded'}; the recipe's other settings were not recorded"


def _network(report: Report) -> str:
    """The size of the network; empty if it was not recorded."""
    sizes = sorted({round(size) for variant in report.finished if (size := variant.mean("parameters")) is not None})
    return f"encoder and decoder, {' or '.join(f'{size:,}' for size in sizes)} parameters" if sizes else ""


def _listed(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in flat(values))


def devices(report: Report) -> list[str]:
    """The devices that the variants were trained on."""
    found = (seed_run.device for variant in report.variants for seed_run in variant.runs)
    return list(dict.fromkeys(device for device in found if device))


def flat(value: Any, path: str = "") -> list[tuple[str, str]]:
    """Nested values as rows: {"gpu": {"name": x}} becomes ("gpu name", x)."""
    if isinstance(value, Mapping):
        return [row for name, inner in value.items() for row in flat(inner, f"{path} {name}".strip())]
    if isinstance(value, list):
        return [(path, ", ".join(map(str, value)))]
    return [(path, "none" if value is None else str(value))]
