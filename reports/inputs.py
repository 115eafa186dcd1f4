"""report.json as records that are safe to show: every number is finite or None, every text is text."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmdvae.errors import InputError
from mmdvae.files import read_json
from reports.text import finite

SCHEMA = 1
STATUSES = ("ok", "failed", "diverged")
KERNEL_STATES = ("off", "saturated", "flat", "live")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """One metric of one variant over its seeds."""

    mean: float
    sd: float | None  # None for one seed
    min: float
    max: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedRun:
    """One training of one variant."""

    seed: int
    epochs: int
    train_seconds: float | None
    history: dict[str, list[float | None]]
    metrics: dict[str, float]
    kernel_state: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantResult:
    """One variant with all its seeds."""

    name: str
    regularizer: str
    kernel: str | None
    alpha: float | None
    sigma: float | None
    status: str
    error: str | None
    runs: list[SeedRun]
    summary: dict[str, Statistic]

    def mean(self, metric: str) -> float | None:
        """The mean over seeds, None where it was not measured."""
        statistic = self.summary.get(metric)
        return statistic.mean if statistic else None

    @property
    def kernel_states(self) -> list[str]:
        """The distinct kernel states of the seeds, in the order of the seeds."""
        return list(dict.fromkeys(run.kernel_state for run in self.runs if run.kernel_state))

    @property
    def settings(self) -> str:
        """What makes it differ, in words."""
        if self.regularizer == "none":
            return "no penalty"
        if self.regularizer == "kl":
            return f"KL, α {_setting(self.alpha)}"
        if self.kernel == "gaussian":
            return f"α {_setting(self.alpha)}, σ {_setting(self.sigma)}"
        return f"{(self.kernel or self.regularizer).upper()}, α {_setting(self.alpha)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A reconstruction without a network, for scale."""

    name: str
    metrics: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the numbers say about one claim."""

    code: str
    claim: str
    state: str
    effect: str
    interval: str
    n_seeds: int | None
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that could make the numbers misleading."""

    code: str
    title: str
    state: str
    explanation: str
    variants: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A whole comparison."""

    id: str
    preset: str
    recipe: str
    created: str
    command: str
    seeds: list[int]
    latent_dim: int | None
    dataset: dict[str, Any]
    code: dict[str, Any]
    versions: dict[str, Any]
    hardware: Any
    variants: list[VariantResult]
    baselines: list[Baseline] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    @property
    def finished(self) -> list[VariantResult]:
        """The variants that trained to the end."""
        return [variant for variant in self.variants if variant.status == "ok"]

    @property
    def unfinished(self) -> list[VariantResult]:
        """The variants that failed or diverged."""
        return [variant for variant in self.variants if variant.status != "ok"]


def load(run_dir: Path) -> Run:
    """Read `run_dir`/report.json; InputError says what is wrong with it."""
    path = run_dir / "report.json"
    try:
        return parse(read_json(path))
    except FileNotFoundError:
        raise InputError(f"no report.json in {run_dir}; is it the folder of a run?") from None
    except (OSError, UnicodeDecodeError, KeyError, TypeError, AttributeError, ValueError) as error:
        what = f"no {error}" if isinstance(error, KeyError) else error
        raise InputError(f"{path} cannot be read as a report of schema {SCHEMA}: {what}") from error


def parse(report: dict[str, Any]) -> Run:
    """Records from the parsed JSON; raises ValueError, KeyError or TypeError where it breaks the schema."""
    if report["schema"] != SCHEMA:
        raise InputError(f"schema must be {SCHEMA}, got {report['schema']!r}")
    run = report["run"]
    variants = [_variant(entry) for entry in report["variants"]]
    names = [variant.name for variant in variants]
    if len(set(names)) < len(names):
        raise InputError(f"variant names must differ, got {names}")
    command = run.get("command") or ""
    return Run(
        id=str(run["id"]),
        preset=str(run.get("preset") or "none"),
        recipe=str(run.get("recipe") or "unknown"),
        created=str(run.get("created") or "unknown"),
        command=" ".join(map(str, command)) if isinstance(command, list) else str(command),
        seeds=[int(seed) for seed in run.get("seeds") or []],
        latent_dim=run.get("latent_dim"),
        dataset=run.get("dataset") or {},
        code=run.get("code") or {},
        versions=run.get("versions") or {},
        hardware=run.get("hardware") or {},
        variants=variants,
        baselines=[
            Baseline(name=str(entry["name"]), metrics=_numbers(entry.get("metrics")))
            for entry in report.get("baselines") or []
        ],
        verdicts=[_verdict(entry) for entry in report.get("verdicts") or []],
        checks=[_check(entry) for entry in report.get("checks") or []],
    )


def _variant(entry: dict[str, Any]) -> VariantResult:
    if entry["status"] not in STATUSES:
        raise InputError(f"status must be one of: {', '.join(STATUSES)}, got {entry['status']!r}")
    return VariantResult(
        name=str(entry["name"]),
        regularizer=str(entry["regularizer"]),
        kernel=entry.get("kernel"),
        alpha=finite(entry.get("alpha")),
        sigma=finite(entry.get("sigma")),
        status=entry["status"],
        error=None if entry.get("error") is None else str(entry["error"]),
        runs=[_seed_run(run) for run in entry.get("runs") or []],
        summary={name: _statistic(value) for name, value in (entry.get("summary") or {}).items() if _whole(value)},
    )


def _seed_run(entry: dict[str, Any]) -> SeedRun:
    metrics = entry.get("metrics") or {}
    state = metrics.get("kernel_state")
    return SeedRun(
        seed=int(entry["seed"]),
        epochs=int(entry.get("epochs") or 0),
        train_seconds=finite(entry.get("train_seconds")),
        history={
            str(name): [finite(value) for value in values] for name, values in (entry.get("history") or {}).items()
        },
        metrics=_numbers(metrics),
        kernel_state=str(state) if state is not None else None,
    )


def _numbers(metrics: dict[str, Any] | None) -> dict[str, float]:
    return {str(name): number for name, value in (metrics or {}).items() if (number := finite(value)) is not None}


def _whole(value: Any) -> bool:
    return isinstance(value, dict) and finite(value.get("mean")) is not None


def _statistic(value: dict[str, Any]) -> Statistic:
    mean = float(value["mean"])
    low, high = finite(value.get("min")), finite(value.get("max"))
    return Statistic(
        mean=mean,
        sd=finite(value.get("sd")),
        min=mean if low is None else low,
        max=mean if high is None else high,
        n=int(value.get("n") or 1),
    )


def _verdict(entry: dict[str, Any]) -> Verdict:
    return Verdict(
        code=str(entry["code"]),
        claim=str(entry["claim"]),
        state=str(entry["state"]),
        effect=_plain(entry.get("effect")),
        interval=_plain(entry.get("interval")),
        n_seeds=entry.get("n_seeds"),
        rule=_plain(entry.get("rule")),
    )


def _check(entry: dict[str, Any]) -> Check:
    return Check(
        code=str(entry["code"]),
        title=str(entry["title"]),
        state=str(entry["state"]),
        explanation=str(entry.get("explanation") or ""),
        variants=[str(name) for name in entry.get("variants") or []],
    )


def _plain(value: Any) -> str:
    """A number, a pair of numbers or a text, as text; empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, list):
        return " to ".join(_plain(part) for part in value)
    number = finite(value)
    return str(value) if number is None else f"{number:.4g}".replace("-", "−")


def _setting(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.12g}"
