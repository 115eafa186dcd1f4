"""What a report is made of: a comparison's variants, their seeds, their numbers. Every number is finite or None."""

from dataclasses import dataclass, field
from typing import Any

from mmdvae.variants import number


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
class Difference:
    """A variant less the reference, paired by seed: the mean and its 95 % interval, None with fewer than 3 seeds."""

    mean: float
    interval: tuple[float, float] | None
    n: int


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
    reference: str = ""  # the variant that `differences` are taken from
    differences: dict[str, Difference] = field(default_factory=dict)

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
    """What stands beside the variants for scale: no network, no codes, or real images in the place of samples."""

    name: str
    metrics: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the numbers say about one claim."""

    code: str
    claim: str
    state: str
    quantity: str  # what the effect is, with its unit
    scale: str  # difference (0 is no effect) or ratio (1 is)
    effect: float | None
    interval: tuple[float, float] | None
    n_seeds: int | None
    rule: str
    explanation: str
    notebook: str  # what the notebook concluded, empty where it said nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that could make the numbers misleading."""

    code: str
    title: str
    state: str
    explanation: str
    variants: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRange:
    """From which sigma to which a Gaussian kernel would be alive on a cloud of points."""

    name: str
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMember:
    """A variant that no other beats in both of two metrics, in `seeds` of its `of` seeds."""

    name: str
    seeds: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """How to choose sigma, and which variants are worth choosing."""

    latent_dim: int | None
    prior: LiveRange
    codes: list[LiveRange]
    heuristics: list[tuple[str, float]]  # a rule's name and the sigma it would choose
    x: str  # the metrics of the front
    y: str
    front: list[FrontMember]


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
    recipe_settings: dict[str, Any] = field(default_factory=dict)  # empty in reports from before they were recorded
    classifier: dict[str, Any] = field(default_factory=dict)  # which judged the samples; empty where none did
    baselines: list[Baseline] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    advice: Advice | None = None

    @property
    def finished(self) -> list[VariantResult]:
        """The variants that trained to the end."""
        return [variant for variant in self.variants if variant.status == "ok"]

    @property
    def unfinished(self) -> list[VariantResult]:
        """The variants that failed or diverged."""
        return [variant for variant in self.variants if variant.status != "ok"]


def _setting(value: float | None) -> str:
    return "–" if value is None else number(value)
