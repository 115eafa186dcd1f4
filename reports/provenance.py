"""Where the numbers come from: code, data, versions, settings, files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from reports.records import Run


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
            ("Trained on", ", ".join(devices(run)) or "not recorded"),
            ("Code", f"commit {commit}{dirty}"),
            *((f"Data: {name}", value) for name, value in flat(run.dataset)),
            *([("Samples judged by a classifier", _listed(run.classifier))] if run.classifier else []),
            *((f"Hardware: {name}" if name else "Hardware", value) for name, value in flat(run.hardware)),
        ],
        versions=flat(run.versions),
        sidecars=sidecars,
    )


def _listed(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in flat(values))


def devices(run: Run) -> list[str]:
    """What the variants were trained on."""
    found = (seed_run.device for variant in run.variants for seed_run in variant.runs)
    return list(dict.fromkeys(device for device in found if device))


def flat(value: Any, path: str = "") -> list[tuple[str, str]]:
    """Nested values as rows: {"gpu": {"name": x}} becomes ("gpu name", x)."""
    if isinstance(value, Mapping):
        return [row for name, inner in value.items() for row in flat(inner, f"{path} {name}".strip())]
    if isinstance(value, list):
        return [(path, ", ".join(map(str, value)))]
    return [(path, "none" if value is None else str(value))]
