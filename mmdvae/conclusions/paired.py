"""Differences between variants, seed by seed: the same initial weights and order of images on both sides."""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scipy.special import stdtrit

from mmdvae.conclusions.rules import LEVEL, MIN_SEEDS
from mmdvae.record.result import Difference, Differences, VariantResult

LARGEST = 1e300  # what a ratio's interval is cut at: JSON has no infinity


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A quantity measured once per seed: its mean and, from three seeds on, an interval for its long-run mean."""

    mean: float
    low: float | None
    high: float | None
    n: int

    def surely_above(self, border: float) -> bool:
        """Whether the whole interval lies above; False without an interval."""
        return self.low is not None and self.low > border

    def surely_below(self, border: float) -> bool:
        """Whether the whole interval lies below; False without an interval."""
        return self.high is not None and self.high < border


def effect(values: Iterable[float]) -> Effect:
    """Student's interval for the mean of independent values, one per seed and at least one.

    A bootstrap over three seeds has ten different means and covers the truth three times in four, not nineteen in
    twenty; Student's interval keeps its word if the values are roughly normal (docs/decisions/verdicts.md).
    """
    numbers = list(values)
    mean = statistics.mean(numbers)  # exact: equal numbers differ by exactly 0, where fmean can leave a rounding error
    if len(numbers) < MIN_SEEDS:
        return Effect(mean=mean, low=None, high=None, n=len(numbers))
    error = statistics.stdev(numbers) / math.sqrt(len(numbers))
    half = float(stdtrit(len(numbers) - 1, 0.5 + LEVEL / 2)) * error
    return Effect(mean=mean, low=mean - half, high=mean + half, n=len(numbers))


def ratio(logarithms: Iterable[float]) -> Effect:
    """The same for a ratio, given its logarithms: geometric mean and interval."""
    log = effect(logarithms)
    low, high = (None if end is None else _exp(end) for end in (log.low, log.high))
    return Effect(mean=_exp(log.mean), low=low, high=high, n=log.n)


def by_seed(variant: VariantResult, metric: str) -> dict[int, float]:
    """A variant's metric for each seed that has it as a finite number."""
    values = {run.seed: run.number(metric) for run in variant.runs}
    return {seed: value for seed, value in values.items() if value is not None}


def on_common_seeds(columns: Iterable[Mapping[int, float]]) -> list[tuple[float, ...]]:
    """What the columns say for the seeds that all of them have, one tuple per seed."""
    columns = list(columns)
    common = set.intersection(*(set(column) for column in columns)) if columns else set()
    return [tuple(column[seed] for column in columns) for seed in sorted(common)]


def differences(variants: Sequence[VariantResult], reference: str) -> dict[str, Differences | None]:
    """By variant: its metrics less those of the reference, over the seeds that both have.

    None for the reference itself and where there is nothing in common.
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
