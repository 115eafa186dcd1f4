"""Differences between variants, seed by seed: the same initial weights and order of images on both sides."""

import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scipy import stats

MIN_SEEDS = 3  # an interval from fewer is never a conclusion
LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A quantity measured once per seed: its mean and, from three seeds on, an interval for what it is in the long run."""

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


def effect(values: Iterable[float]) -> Effect | None:
    """Student's interval for the mean of independent values, one per seed; None without values.

    A bootstrap over three seeds has ten different means and covers the truth three times in four, not nineteen in
    twenty; Student's interval keeps its word if the differences are roughly normal (docs/decisions/verdicts.md).
    """
    numbers = list(values)
    if not numbers:
        return None
    mean = statistics.fmean(numbers)
    if len(numbers) < MIN_SEEDS:
        return Effect(mean=mean, low=None, high=None, n=len(numbers))
    error = statistics.stdev(numbers) / math.sqrt(len(numbers))
    half = float(stats.t.ppf(0.5 + LEVEL / 2, len(numbers) - 1)) * error
    return Effect(mean=mean, low=mean - half, high=mean + half, n=len(numbers))


def by_seed(variant: Mapping[str, Any], metric: str) -> dict[int, float]:
    """A variant's metric for each seed that has it, from an entry of report.json."""
    values = {run["seed"]: run["metrics"].get(metric) for run in variant["runs"]}
    return {seed: value for seed, value in values.items() if isinstance(value, int | float)}


def on_common_seeds(*columns: Mapping[int, float]) -> list[tuple[float, ...]]:
    """What the columns say for the seeds that all of them have."""
    common = sorted(set.intersection(*(set(column) for column in columns))) if columns else []
    return [tuple(column[seed] for column in columns) for seed in common]
