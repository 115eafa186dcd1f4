"""An effect with its standard error: intervals, one-sided p-values, and their correction for many tests."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scipy.special import stdtr, stdtrit

from mmdvae.conclusions.rules import LEVEL
from mmdvae.record.result import VariantResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A difference, of logarithms where it stands for a ratio.

    `error` is None with fewer than three seeds, and where the seeds picked what is compared.
    """

    mean: float
    error: float | None  # standard error
    df: float  # degrees of freedom of the error
    n: int  # seeds

    def interval(self, level: float = LEVEL) -> tuple[float, float] | None:
        """Student's interval for the true effect; None with fewer than three seeds."""
        if self.error is None:
            return None
        half = float(stdtrit(self.df, 0.5 + level / 2)) * self.error
        return self.mean - half, self.mean + half

    def p_above(self, border: float) -> float:
        """The one-sided p-value of the hypothesis that the true effect is at most `border`; 1 without an error."""
        if self.error is None:
            return 1.0
        if self.error == 0:
            return 0.0 if self.mean > border else 1.0
        return float(stdtr(self.df, (border - self.mean) / self.error))

    def p_below(self, border: float) -> float:
        """The one-sided p-value of the hypothesis that the true effect is at least `border`; 1 without an error."""
        mirrored = Effect(mean=-self.mean, error=self.error, df=self.df, n=self.n)
        return mirrored.p_above(-border)

    @property
    def p(self) -> float | None:
        """The two-sided p-value of the hypothesis that there is no effect; None with fewer than three seeds."""
        return None if self.error is None else min(1.0, 2 * min(self.p_above(0.0), self.p_below(0.0)))


def by_seed(variant: VariantResult, metric: str) -> dict[int, float]:
    """Values of a variant's metric by seed, where they are finite numbers."""
    values = {run.seed: run.number(metric) for run in variant.runs}
    return {seed: value for seed, value in values.items() if value is not None}


def on_common_seeds(columns: Iterable[Mapping[int, float]]) -> list[tuple[float, ...]]:
    """The values of the columns for the seeds that all columns have, one tuple per seed."""
    columns = list(columns)
    common = set.intersection(*(set(column) for column in columns)) if columns else set()
    return [tuple(column[seed] for column in columns) for seed in sorted(common)]


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values: those below 0.05 are, all together, wrong in at most one of twenty tables.

    Source: Holm 1979, Scand. J. Statist. 6:65.
    """
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = largest
    return adjusted


def logarithms(column: Mapping[int, float]) -> dict[int, float]:
    """Logarithms of the positive values; others are dropped, because they have no ratio."""
    return {seed: math.log(value) for seed, value in column.items() if value > 0}
