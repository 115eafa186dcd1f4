"""Types of a comparison's result, as report.json stores it (schema 1). Uses only the standard library."""

import math
from dataclasses import dataclass, field
from typing import Any, Literal

from mmdvae.penalties.penalty import NONE

SCHEMA: Literal[1] = 1
NETWORK_TABLES = ("options", "versions")

Status = Literal["ok", "failed", "diverged"]
PartState = Literal["supported", "refuted", "inconclusive"]
VerdictState = Literal[PartState, "not_supported", "not_run"]  # not_supported: what older reports called refuted
Number = float | None  # None: undefined, such as the PSNR of a perfect reconstruction


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """Summary of one metric of one variant over its seeds."""

    mean: float
    sd: float | None  # sample standard deviation (n - 1); None for one seed
    min: float
    max: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One metric of a variant minus that of the reference over common seeds: mean and 95 % Student interval."""

    mean: float
    low: float | None  # None with fewer than three seeds
    high: float | None
    n: int
    p: float | None = None  # two-sided, by itself; None with fewer than three seeds and in older reports

    @property
    def interval(self) -> tuple[float, float] | None:
        """Both ends of the interval; None with fewer than three seeds."""
        return None if self.low is None or self.high is None else (self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """Differences of a variant from the reference, by metric."""

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
    metrics: dict[str, Number | str]  # on the test split but valid_ ones; the only text is kernel_state
    half: dict[str, Number | str] = field(default_factory=dict)  # the same after half the epochs, if that was trained

    def number(self, metric: str) -> Number:
        """A metric if it is a finite number, else None."""
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
    latent_dim: int
    status: Status
    error: str | None
    runs: list[SeedRun]
    summary: dict[str, Statistic]
    differences: Differences | None = None  # None for the reference, and without a metric and seed in common
    normalised: bool = False  # whether the scale of its codes is fixed by construction; absent in older reports
    sigmas: tuple[float, ...] = ()  # of a mean of Gaussian kernels
    projections: int | None = None  # random directions in each step, for sliced Wasserstein
    chosen_by: tuple[int, ...] = ()  # the seeds by which it was picked: no interval of it is from them

    def mean(self, metric: str) -> float | None:
        """Mean of a metric over the seeds; None if it was not measured."""
        statistic = self.summary.get(metric)
        return statistic.mean if statistic else None

    def unbiased(self, seed: int) -> bool:
        """Whether it was not picked by its numbers with this seed."""
        return seed not in self.chosen_by

    @property
    def widths(self) -> tuple[float, ...]:
        """The bandwidths of its Gaussian kernels; empty without one."""
        return self.sigmas or (() if self.sigma is None else (self.sigma,))

    @property
    def has_penalty(self) -> bool:
        """Whether the variant has a regularizer."""
        return self.regularizer != NONE

    @property
    def is_plain(self) -> bool:
        """Whether it is the autoencoder that the others are compared with: no regularizer, codes of any scale."""
        return not self.has_penalty and not self.normalised

    @property
    def kernel_states(self) -> list[str]:
        """The distinct kernel states over its seeds, in the order of the seeds."""
        return list(dict.fromkeys(run.kernel_state for run in self.runs if run.kernel_state))


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A reference that is not a trained variant, such as PCA, raw pixels, or real images in place of samples."""

    name: str
    metrics: dict[str, Number]
    latent_dim: int | None = None  # of rows that belong to one of several

    @property
    def numbers(self) -> dict[str, float]:
        """All metrics that are finite numbers."""
        return _finite_ones(self.metrics)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the comparisons that decide a claim."""

    name: str  # what is compared with what
    state: PartState
    effect: float
    interval: list[float] | None  # both ends; None with fewer than three seeds
    level: float  # of the interval
    n_seeds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The evidence for or against one claim: its comparisons, and the effect of the one that decides."""

    code: str
    claim: str
    state: VerdictState
    quantity: str  # what the effect is, with its unit
    scale: Literal["difference", "ratio"]  # no effect means 0 or 1 respectively
    effect: float | None
    interval: list[float] | None  # both ends; None with fewer than three seeds
    n_seeds: int
    rule: str
    explanation: str
    notebook: str | None  # the notebook's conclusion, if it has one
    level: float = 0.95  # of the interval
    margin: str = ""  # what is too small to matter, in words
    parts: list[Part] = field(default_factory=list)  # the one that decides first; empty in older reports
    latent_dim: int | None = None  # of the variants that it is about; None if all of the run have as many


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The outcome of one test for a problem that could make the numbers misleading."""

    code: str
    title: str
    state: Literal["issue", "tip", "passed"]
    explanation: str
    variants: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRange:
    """The range of sigma in which a Gaussian kernel would be live on a variant's codes."""

    name: str
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SigmaAdvice:
    """The ranges of sigma in which Gaussian kernels are live, and the narrower one in which they pull strongly."""

    prior: list[float]  # lowest and highest sigma at which a kernel is live on draws from N(0, I)
    codes: list[LiveRange]
    strong: tuple[float, float] | None = None  # lowest and highest sigma; None in older reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Heuristic:
    """A published rule for the bandwidth, and the sigma that it gives."""

    name: str
    sigma: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMember:
    """A variant that is on the Pareto front with `seeds` of the `of` seeds."""

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
class Choice:
    """The setting to use: the one with the lowest error among those whose penalty brought the codes near the prior."""

    names: list[str]  # the variant with the lowest error first, then those that are not surely worse; empty: none
    alive: list[str]  # all variants that it was chosen from
    metric: str  # the error
    yardstick: float | None  # range of that error over the trainings that no penalty touched; None: fewer than two


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Advice on the choice of sigma, the setting to use, and the variants that are Pareto-optimal."""

    latent_dim: int
    sigma: SigmaAdvice
    heuristics: list[Heuristic]
    pareto: Pareto
    choice: Choice | None = None  # None in older reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """The data set, with the number of images in each split."""

    name: str
    sha256: str
    train: int
    valid: int
    test: int
    shape: tuple[int, int, int] = (28, 28, 1)  # height, width, channels; absent in older reports
    labelled: bool = True  # absent in older reports
    notes: tuple[str, ...] = ()  # what was converted to prepare them
    repeated: int | None = None  # test images that are training images, too; None in older reports, or if that failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """Commit of the checkout that ran; None for both fields outside a checkout."""

    commit: str | None
    dirty: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """The machine, as far as it explains run times."""

    system: str
    processor: str
    cores: int
    memory_gb: float
    gpus: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Classifier:
    """The classifier whose features the sample metrics are based on."""

    classes: int
    test_accuracy: float
    features: int
    sha256: str
    task: str = "classes"  # what it tells apart; without labels orientations, or flips of images that are not square


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """How variants were picked before this run: among how many, by which metrics, with which seeds."""

    among: int
    by: tuple[str, ...]
    rounds: int
    seeds: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The settings of a comparison, and where it ran."""

    id: str
    preset: str
    recipe: str
    latent_dim: int | None  # of all variants; None if they differ
    created: str  # ISO 8601, UTC
    command: str  # repeats the comparison
    seeds: list[int]
    dataset: Dataset
    code: Code
    versions: dict[str, str]
    hardware: Hardware
    classifier: Classifier | None = None
    jobs: int | None = None  # trainings at a time; None in older reports
    recipe_settings: dict[str, Any] = field(default_factory=dict)  # the fields of mmdvae.recipes.Recipe
    experiment: dict[str, Any] = field(default_factory=dict)  # as experiment.toml has it; empty in older reports
    whole: bool = True  # whether the variants are all of the preset or file, and no others
    chosen: Chosen | None = None  # None unless variants were picked by what was measured of them

    @property
    def likelihood(self) -> str:
        """bernoulli or gaussian; older runs had no other than the first."""
        return self.recipe_settings.get("likelihood") or "bernoulli"

    @property
    def network(self) -> dict[str, Any]:
        """The fields of mmdvae.recipes.Network, each present and of its type; empty for the built-in network."""
        found = self.recipe_settings.get("network")
        if not isinstance(found, dict):
            return {}
        texts = {name: str(found.get(name)) for name in ("name", "source")}
        return texts | {name: value if isinstance(value := found.get(name), dict) else {} for name in NETWORK_TABLES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The complete result of a comparison."""

    schema: Literal[1] = SCHEMA
    run: Run
    variants: list[VariantResult]
    baselines: list[Baseline]
    verdicts: list[Verdict]
    checks: list[Check]
    advice: Advice  # for the fewest latent dimensions of the run
    more_advice: list[Advice] = field(default_factory=list)  # for its other numbers of latent dimensions, rising

    @property
    def advices(self) -> list[Advice]:
        """The advice for each number of latent dimensions, rising."""
        return [self.advice, *self.more_advice]

    @property
    def latent_dims(self) -> list[int]:
        """The numbers of latent dimensions that the run compares, rising."""
        return [advice.latent_dim for advice in self.advices]

    @property
    def finished(self) -> list[VariantResult]:
        """The variants that were trained and evaluated with every seed."""
        return [variant for variant in self.variants if variant.status == "ok"]

    @property
    def unfinished(self) -> list[VariantResult]:
        """The variants that failed or diverged with at least one seed."""
        return [variant for variant in self.variants if variant.status != "ok"]


def _finite(value: Number | str) -> Number:
    return value if isinstance(value, int | float) and math.isfinite(value) else None


def _finite_ones(metrics: dict[str, Any]) -> dict[str, float]:
    return {name: value for name in metrics if (value := _finite(metrics[name])) is not None}
