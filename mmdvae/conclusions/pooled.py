"""Differences between variants from an analysis of variant and seed, the residual pooled over variants of one kind.

Trainings with one seed share initial weights and order of images. How much that makes two numbers go together was
measured and depends on the metric (docs/decisions/verdicts.md), so it is estimated and not assumed: a value is the
variant's mean, plus what the seed does to all variants of its kind, plus a residual of the kind's size. Between two
single variants this is the paired t test.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc

from mmdvae.conclusions import groups
from mmdvae.conclusions.effects import Effect, by_seed, logarithms
from mmdvae.conclusions.groups import Variants
from mmdvae.conclusions.rules import MIN_SEEDS, ODD_SCATTER, OWN_SCATTER

Column = tuple[str, str]  # name of a variant, metric
Kind = tuple[str, str]  # kind of a variant, metric


@dataclass(frozen=True, slots=True)
class _Pool:
    """Columns of one kind over the same seeds: their mean in each seed (S,) and the variance of the residual."""

    size: int
    by_seed: np.ndarray
    variance: float
    df: int
    beyond: dict[str, float]  # of variants that seem to scatter more than the others: own variance less the pooled


class Panel:
    """The numbers of several variants by seed, and effects between them."""

    def __init__(self, variants: Variants, *, ratios: bool):
        self._variants = {variant.name: variant for variant in variants}
        self._kinds = {variant.name: groups.kind(variant) for variant in variants}
        self.ratios = ratios
        self._columns: dict[Column, Mapping[int, float]] = {}
        self._pools: dict[tuple[Kind, tuple[int, ...]], dict[str, _Pool]] = {}

    def column(self, name: str, metric: str) -> Mapping[int, float]:
        """A variant's values by seed; their logarithms if effects are ratios."""
        if (name, metric) not in self._columns:
            values = by_seed(self._variants[name], metric)
            self._columns[name, metric] = logarithms(values) if self.ratios else values
        return self._columns[name, metric]

    def mean(self, name: str, metric: str, seeds: Sequence[int] | None = None) -> float:
        """Mean over these seeds or all, of logarithms if effects are ratios; NaN without a value."""
        column = self.column(name, metric)
        values = [column[seed] for seed in (column if seeds is None else seeds)]
        return math.fsum(values) / len(values) if values else math.nan

    def common_seeds(self, columns: Iterable[Column]) -> tuple[int, ...]:
        """The seeds that all of the columns have."""
        return tuple(sorted(set.intersection(*(set(self.column(*column)) for column in columns))))

    def seeds(self, columns: Iterable[Column]) -> tuple[int, ...]:
        """The common seeds by which none of the variants was picked, if these are enough for an interval; else all."""
        columns = list(columns)
        common = self.common_seeds(columns)
        new = tuple(seed for seed in common if self._unbiased(columns, [seed]))
        return new if len(new) >= MIN_SEEDS else common

    def _unbiased(self, columns: Iterable[Column], seeds: Iterable[int]) -> bool:
        names = {name for name, _ in columns}
        return all(self._variants[name].unbiased(seed) for name in names for seed in seeds)

    def effect(self, weights: Mapping[Column, float]) -> Effect | None:
        """The weighted sum of columns, over the seeds that all of them have; None if there is no such seed.

        Without an error where these seeds picked one of the variants (mmdvae.refinement.picked).

        Its variance: that of the kinds' own sums over the seeds, which holds what the seeds share, and what the
        residuals add to it. Degrees of freedom by Satterthwaite 1946, Biometrics Bull. 2:110.
        """
        seeds = self.seeds(weights)
        if not seeds:
            return None
        each = [math.fsum(w * self.column(*column)[seed] for column, w in weights.items()) for seed in seeds]
        mean = math.fsum(each) / len(each)
        if len(seeds) < MIN_SEEDS or not self._unbiased(weights, seeds):
            return Effect(mean=mean, error=None, df=0.0, n=len(seeds))
        with np.errstate(over="ignore"):
            found, alone = self._variances(weights, seeds)
        terms = [(value, df) for value, df in found if value > 0]
        total = math.fsum(value for value, _ in terms)
        if not math.isfinite(total):  # the squares of some numbers overflowed
            return Effect(mean=mean, error=None, df=0.0, n=len(seeds))
        pooled = not alone and total > 0
        df = 1 / math.fsum((value / total) ** 2 / df for value, df in terms) if pooled else len(seeds) - 1.0
        return Effect(mean=mean, error=math.sqrt(total / len(seeds)), df=df, n=len(seeds))

    def _variances(
        self, weights: Mapping[Column, float], seeds: tuple[int, ...]
    ) -> tuple[list[tuple[float, int]], bool]:
        """The parts of the variance of one seed's weighted sum, with their degrees of freedom.

        Also whether a variant's own scatter is used, whose degrees of freedom then hold for the whole: weighing them
        with the pool's would trust it most where it is too small by chance.
        """
        parts: dict[tuple[Kind, str], tuple[_Pool, dict[str, float]]] = {}
        for (name, metric), weight in weights.items():
            kind = (self._kinds[name], metric)
            pools = self._pools_of(kind, seeds)
            own_or_common = name if name in pools else ""
            parts.setdefault((kind, own_or_common), (pools[own_or_common], {}))[1][name] = weight
        common = sum(sum(own.values()) * pool.by_seed for pool, own in parts.values())  # (S,)
        found, alone = [(float(np.var(common, ddof=1)), len(seeds) - 1)], False
        for pool, own in parts.values():
            left = sum(weight**2 for weight in own.values()) - sum(own.values()) ** 2 / pool.size
            found += [(left * pool.variance, pool.df)] if pool.df else []
            beyond = [weight**2 * pool.beyond[name] for name, weight in own.items() if name in pool.beyond]
            found += [(value, len(seeds) - 1) for value in beyond]
            alone = alone or bool(beyond)
        return found, alone

    def _pools_of(self, kind: Kind, seeds: tuple[int, ...]) -> dict[str, _Pool]:
        """The common pool of a kind, under "", and a pool for each variant whose scatter is not like the others'."""
        if (kind, seeds) not in self._pools:
            names = [
                name
                for name, own in self._kinds.items()
                if own == kind[0] and set(seeds) <= self.column(name, kind[1]).keys()
            ]
            rows = np.array([[self.column(name, kind[1])[seed] for seed in seeds] for name in names])
            odd = _odd(rows)
            pools = {name: _pool(rows[i : i + 1]) for i, name in enumerate(names) if odd[i]}
            calm = [name for i, name in enumerate(names) if not odd[i]]
            self._pools[kind, seeds] = pools | {"": _pool(rows[~odd], calm)}
        return self._pools[kind, seeds]


def _pool(rows: np.ndarray, names: Sequence[str] = ()) -> _Pool:
    """The pool of columns (variants, seeds), with their names where single ones are to be judged."""
    residuals = rows - rows.mean(axis=1, keepdims=True) - rows.mean(axis=0) + rows.mean()
    df = (rows.shape[0] - 1) * (rows.shape[1] - 1)
    variance = float(np.square(residuals).sum()) / df if df else 0.0
    found = _Pool(len(rows), rows.mean(axis=0), variance, df, {})
    if len(rows) > 2:  # of two variants both have the same residuals
        for i, name in enumerate(names):
            own, p = _own_scatter(rows[i], np.delete(rows, i, axis=0))
            if p < OWN_SCATTER:
                found.beyond[name] = own - variance
    return found


def _own_scatter(row: np.ndarray, others: np.ndarray) -> tuple[float, float]:
    """Residual variance of one variant, from its distance to the mean of others in each seed, and the p of an F test.

    The test is whether it scatters more than the others.
    """
    own = float(np.var(row - others.mean(axis=0), ddof=1)) / (1 + 1 / len(others))
    calm = _pool(others)
    return own, float(fdtrc(len(row) - 1, calm.df, own / calm.variance)) if calm.variance else float(own == 0)


def _odd(rows: np.ndarray) -> np.ndarray:
    """Whether each variant scatters clearly more than the others of its kind, so that pooling would flatter it.

    A forward search: from the calmer half on, variants join in the order of their scatter until an F test says that
    one does not belong. Starting from all would let two that scatter widely hide each other.
    """
    variants, seeds = rows.shape
    if variants < 3 or seeds < MIN_SEEDS:
        return np.zeros(variants, dtype=np.bool_)
    centred = rows - rows.mean(axis=1, keepdims=True)
    order = np.argsort(np.square(centred - np.median(centred, axis=0)).sum(axis=1), kind="stable")
    joined = (variants + 1) // 2
    while joined < variants:
        if _own_scatter(rows[order[joined]], rows[order[:joined]])[1] < ODD_SCATTER / variants:
            break
        joined += 1
    return np.isin(np.arange(variants), order[joined:])
