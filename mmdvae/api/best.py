"""The best variant by one metric, under bounds of others, and how sure that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from mmdvae.conclusions.pooled import Panel
from mmdvae.conclusions.rules import LEVEL
from mmdvae.errors import InputError
from mmdvae.record import directions
from mmdvae.record.result import VariantResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The variant with the best mean among those within the bounds.

    It was picked by these very numbers, which flatter what is picked: tell it with seeds that did not choose.
    """

    variant: str
    metric: str
    value: float  # mean over its seeds
    seeds: int
    among: int  # variants within the bounds
    not_surely_worse: tuple[str, ...]  # others within the bounds, by their mean

    def __str__(self) -> str:
        seeds = f"{self.seeds} seed{'s' * (self.seeds > 1)}"
        rest = f"; not surely worse: {', '.join(self.not_surely_worse)}" if self.not_surely_worse else ""
        return f"{self.variant}: {self.metric} {self.value:.4g} with {seeds}, best of {self.among}{rest}"


def of(variants: Sequence[VariantResult], metric: str, bounds: Mapping[str, float]) -> Best:
    """The best of the variants that were trained and measured with every seed.

    Others are not surely worse if the 95 % interval of their difference over common seeds, corrected for their number,
    reaches 0, or if there are too few seeds for one. Raises: InputError, which names what comes nearest.
    """
    whole = [one for one in variants if one.status == "ok"]
    for name in (metric, *bounds):
        _check(name, whole)
    if directions.of(metric) is None:
        raise InputError(f"no value of {metric} is better than another; take it as a bound of another metric")
    measured = [one for one in whole if one.mean(metric) is not None]
    within = [one for one in measured if _excess(one, bounds) == 0]
    if not within:
        raise InputError(f"no variant is within {_told(bounds)}; {_nearest(measured, bounds)}")
    first, *others = sorted(within, key=lambda one: directions.worse(metric, one.mean(metric)))
    panel = Panel(within, ratios=False)
    close = [one.name for one in others if not _surely_worse(panel, first, one, metric, len(others))]
    return Best(
        variant=first.name,
        metric=metric,
        value=first.summary[metric].mean,
        seeds=first.summary[metric].n,
        among=len(within),
        not_surely_worse=tuple(close),
    )


def _check(name: str, variants: Sequence[VariantResult]) -> None:
    known = {metric for one in variants for metric in one.summary}
    if name not in known:
        near = get_close_matches(name, known, n=3)
        hint = f"did you mean {', '.join(near)}?" if near else f"choose one of: {', '.join(sorted(known)) or 'none'}"
        raise InputError(f"unknown metric {name!r}; {hint}")


def _excess(variant: VariantResult, bounds: Mapping[str, float]) -> float:
    """By how much a variant misses the bounds: the largest share of one; 0 if it is within all."""
    misses = [0.0]
    for name, bound in bounds.items():
        mean = variant.mean(name)
        if mean is None:
            return float("inf")
        better = directions.of(name)
        value = abs(mean) if better == "near 0" else mean
        miss = bound - value if better == "high" else value - bound
        misses.append(miss / abs(bound) if bound else miss)
    return max(misses)


def _told(bounds: Mapping[str, float]) -> str:
    signs = {name: ">=" if directions.of(name) == "high" else "<=" for name in bounds}
    return ", ".join(f"{name} {signs[name]} {bound:g}" for name, bound in bounds.items())


def _nearest(variants: Sequence[VariantResult], bounds: Mapping[str, float]) -> str:
    if not variants:
        return "none was trained and measured with every seed"
    nearest = min(variants, key=lambda one: _excess(one, bounds))
    has = [f"{name} {mean:.4g}" for name in bounds if (mean := nearest.mean(name)) is not None]
    return f"{nearest.name} comes nearest, with {', '.join(has)}"


def _surely_worse(panel: Panel, best: VariantResult, other: VariantResult, metric: str, pairs: int) -> bool:
    effect = panel.effect({(other.name, metric): 1.0, (best.name, metric): -1.0})
    return effect is not None and effect.p is not None and effect.p * pairs <= 1 - LEVEL
