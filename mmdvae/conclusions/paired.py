"""Differences between variants, paired by seed: both have the same initial weights and order of images."""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scipy.special import stdtrit

from mmdvae.conclusions.rules import LEVEL, MIN_SEEDS
from mmdvae.record.result import Difference, Differences, VariantResult

LARGEST = 1e300  # upper limit of ratios and their intervals: JSON has no infinity


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A quantity measured once per seed: its mean and, from three seeds on, a confidence interval for the true mean."""

    mean: float
    low: float | None
    high: float | None
    n: int

    def surely_above(self, border: float) -> bool:
        """Whether the whole interval lies above `border`; False without an interval."""
        return self.low is not None and self.low > border

    def surely_below(self, border: float) -> bool:
        """Whether the whole interval lies below `border`; False without an interval."""
        return self.high is not None and self.high < border


def effect(values: Iterable[float]) -> Effect:
    """Mean and Student's interval of independent values, one per seed and at least one.

    A bootstrap over three seeds has ten different means and covers the true mean in 75 % instead of 95 % of cases;
    Student's interval has its nominal coverage if the values are roughly normal (docs/decisions/verdicts.md).
    """
    numbers = list(values)
    mean = statistics.mean(numbers)  # exact: equal numbers differ by exactly 0; fmean can leave a rounding error
    if len(numbers) < MIN_SEEDS:
        return Effect(mean=mean, low=None, high=None, n=len(numbers))
    error = statistics.stdev(numbers) / math.sqrt(len(numbers))
    half = float(stdtrit(len(numbers) - 1, 0.5 + LEVEL / 2)) * error
    return Effect(mean=mean, low=mean - half, high=mean + half, n=len(numbers))


def ratio(logarithms: Iterable[float]) -> Effect:
    """Geometric mean and interval of a ratio, from the logarithms of its values."""
    log = effect(logarithms)
    low, high = (None if end is None else _exp(end) for end in (log.low, log.high))
    return Effect(mean=_exp(log.mean), low=low, high=high, n=log.n)


def by_seed(variant: VariantResult, metric: str) -> dict[int, float]:
    """Values of a variant's metric by seed, where they are finite numbers."""
    values = {run.seed: run.number(metric) for run in variant.runs}
    return {seed: value for seed, value in values.items() if value is not None}


def on_common_seeds(columns: Iterable[Mapping[int, float]]) -> list[tuple[float, ...]]:
    """The values of the columns for the seeds that all columns have, one tuple per seed."""
    columns = list(columns)
    common = set.intersection(*(set(column) for column in columns)) if columns else set()
    return [tuple(column[seed] for column in columns) for seed in sorted(common)]


def differences(variants: Sequence[VariantResult], reference: str) -> dict[str, Differences | None]:
    """For each variant, its metrics minus those of the reference, over the seeds that both have.

    None for the reference itself, and where there is no metric and seed in common.
    """
    base = next((variant for variant in variants if variant.name == reference), None)
    return {variant.name: _difference(variant, base) for variant in variants}


def _difference(variant: VariantResult, base: VariantResult | None) -> Differences | None:
    if base is None or variant is base:
        return None
    metrics = {}
    for metric in sorted(variant.summary.keys() & base.summary.keys()):
        pairs = on_common_seeds([by_seed(variant, metric), by_seed(base, metric)])
        if pairs:
            found = effect(ours - theirs for ours, theirs in pairs)
            metrics[metric] = Difference(mean=found.mean, low=found.low, high=found.high, n=found.n)
    return Differences(reference=base.name, metrics=metrics) if metrics else None


def _exp(logarithm: float) -> float:
    return math.exp(min(logarithm, math.log(LARGEST)))
