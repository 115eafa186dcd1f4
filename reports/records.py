"""What a report is made of: a comparison's variants, their seeds, their numbers. Every number is finite or None."""

from dataclasses import dataclass, field
from typing import Any

from reports import text


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
    device: str
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
            return f"KL, α {text.setting(self.alpha)}"
        if self.kernel == "gaussian":
            return f"α {text.setting(self.alpha)}, σ {text.setting(self.sigma)}"
        return f"{(self.kernel or self.regularizer).upper()}, α {text.setting(self.alpha)}"


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
