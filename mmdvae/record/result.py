"""The result of a comparison, as report.json holds it (schema 1). Standard library alone."""

import math
from dataclasses import dataclass, field
from typing import Any, Literal

from mmdvae.penalties.table import NONE, title_of
from mmdvae.variants import number

SCHEMA: Literal[1] = 1

Status = Literal["ok", "failed", "diverged"]
Number = float | None  # None: it does not exist, such as the PSNR of a perfect reconstruction


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """One metric of one variant over its seeds."""

    mean: float
    sd: float | None  # n - 1 in the denominator; None for one seed
    min: float
    max: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One metric of a variant less that of the reference, paired by seed: the mean and Student's 95 % interval."""

    mean: float
    low: float | None  # None with fewer than three seeds
    high: float | None
    n: int

    @property
    def interval(self) -> tuple[float, float] | None:
        """Both ends; None with fewer than three seeds."""
        return None if self.low is None or self.high is None else (self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What a variant changed against the reference."""

    reference: str  # name of a variant
    metrics: dict[str, Difference]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedRun:
    """One variant trained with one seed; without metrics if it diverged or could not be evaluated."""

    seed: int
    epochs: int
    train_seconds: float
    device: str  # cpu or gpu
    history: dict[str, list[Number]]  # one number per epoch
    metrics: dict[str, Number | str]  # of the test split; text is the kernel's state alone

    def number(self, metric: str) -> Number:
        """A metric if it is a finite number."""
        return _finite(self.metrics.get(metric))

    @property
    def numbers(self) -> dict[str, float]:
        """All metrics that are finite numbers."""
        return _finite_ones(self.metrics)

    @property
    def kernel_state(self) -> str | None:
        """off, saturated, flat or live; None if it was not evaluated."""
        state = self.metrics.get("kernel_state")
        return state if isinstance(state, str) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantResult:
    """One variant with all its seeds."""

    name: str
    regularizer: str
    kernel: str | None
    alpha: float
    sigma: float | None
    status: Status
    error: str | None
    runs: list[SeedRun]
    summary: dict[str, Statistic]
    differences: Differences | None = None  # None for the reference and where there is nothing in common

    def mean(self, metric: str) -> float | None:
        """The mean over seeds; None if it was not measured."""
        statistic = self.summary.get(metric)
        return statistic.mean if statistic else None

    @property
    def has_penalty(self) -> bool:
        """Whether anything pulls its codes to the prior."""
        return self.regularizer != NONE

    @property
    def settings(self) -> str:
        """What makes it differ, in words, for legends."""
        if not self.has_penalty:
            return "no penalty"
        alpha = f"α {number(self.alpha)}"
        if self.sigma is not None:
            return f"{alpha}, σ {number(self.sigma)}"
        return f"{self.kernel.upper() if self.kernel else title_of(self.regularizer)}, {alpha}"

    @property
    def kernel_states(self) -> list[str]:
        """The distinct kernel states of its seeds, in the order of the seeds."""
        return list(dict.fromkeys(run.kernel_state for run in self.runs if run.kernel_state))


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What the variants are compared with: no network, no codes, or real images in the place of samples."""

    name: str
    metrics: dict[str, Number]

    @property
    def numbers(self) -> dict[str, float]:
        """All metrics that are finite numbers."""
        return _finite_ones(self.metrics)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the numbers say about one claim."""

    code: str
    claim: str
    state: Literal["supported", "not_supported", "inconclusive", "not_run"]
    quantity: str  # what the effect is, with its unit
    scale: Literal["difference", "ratio"]  # no effect is 0 or 1
    effect: float | None
    interval: list[float] | None  # both ends; None with fewer than three seeds
    n_seeds: int
    rule: str
    explanation: str
    notebook: str | None  # what the notebook concluded, if anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that could make the numbers misleading."""

    code: str
    title: str
    state: Literal["issue", "tip", "passed"]
    explanation: str
    variants: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRange:
    """From which sigma to which a Gaussian kernel would be live on a variant's codes."""

    name: str
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SigmaAdvice:
    """Where kernels are live."""

    prior: list[float]  # lowest and highest sigma, on draws from N(0, I)
    codes: list[LiveRange]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heuristic:
    """A published rule and the sigma that it would choose."""

    name: str
    sigma: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMember:
    """A variant that no other beats in both metrics, with `seeds` of its `of` seeds."""

    name: str
    seeds: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pareto:
    """The Pareto front of two metrics, both better when lower."""

    x: str
    y: str
    front: list[FrontMember]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """How to choose sigma, and which variants are worth choosing."""

    latent_dim: int
    sigma: SigmaAdvice
    heuristics: list[Heuristic]
    pareto: Pareto


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Which images; the numbers are those of each split."""

    name: str
    sha256: str
    train: int
    valid: int
    test: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """The checkout that ran; None for both outside of one."""

    commit: str | None
    dirty: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """The machine, as far as it explains a time."""

    system: str
    processor: str
    cores: int
    memory_gb: float
    gpus: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Classifier:
    """The network that judged the samples."""

    classes: int
    test_accuracy: float
    features: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What was asked for, and where it ran."""

    id: str
    preset: str
    recipe: str
    latent_dim: int
    created: str  # ISO 8601, UTC
    command: str  # makes the same comparison again
    seeds: list[int]
    dataset: Dataset
    code: Code
    versions: dict[str, str]
    hardware: Hardware
    classifier: Classifier | None = None
    recipe_settings: dict[str, Any] = field(default_factory=dict)  # mmdvae.recipes.Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole comparison."""

    schema: Literal[1] = SCHEMA
    run: Run
    variants: list[VariantResult]
    baselines: list[Baseline]
    verdicts: list[Verdict]
    checks: list[Check]
    advice: Advice

    @property
    def finished(self) -> list[VariantResult]:
        """The variants that were trained and evaluated with every seed."""
        return [variant for variant in self.variants if variant.status == "ok"]

    @property
    def unfinished(self) -> list[VariantResult]:
        """The variants that failed or diverged with some seed."""
        return [variant for variant in self.variants if variant.status != "ok"]


def _finite(value: Number | str) -> Number:
    return value if isinstance(value, int | float) and math.isfinite(value) else None


def _finite_ones(metrics: dict[str, Any]) -> dict[str, float]:
    return {name: value for name in metrics if (value := _finite(metrics[name])) is not None}
