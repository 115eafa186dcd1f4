"""Advice on settings: the range of strong sigmas, the setting to use, and the variants on the Pareto front."""

import math
import statistics
from collections.abc import Sequence

from mmdvae.conclusions import choice
from mmdvae.conclusions.effects import by_seed
from mmdvae.conclusions.fronts import beats
from mmdvae.conclusions.rules import ERROR
from mmdvae.measures import live_range, strength
from mmdvae.record.result import Advice, FrontMember, Heuristic, LiveRange, Pareto, SigmaAdvice, VariantResult

DISTANCE = "sliced_w2"


def of(latent_dim: int, variants: Sequence[VariantResult]) -> Advice:
    """Ranges of sigma, published choices of sigma, and the Pareto front of the finished variants."""
    finished = [variant for variant in variants if variant.status == "ok"]
    return Advice(
        latent_dim=latent_dim,
        sigma=SigmaAdvice(
            prior=list(live_range.of_prior(latent_dim)),
            strong=strength.strong_range(latent_dim),
            codes=_ranges(finished),
        ),
        heuristics=heuristics(latent_dim),
        pareto=Pareto(x=ERROR, y=DISTANCE, front=front(finished)),
        choice=choice.of(variants),
    )


def heuristics(dim: int) -> list[Heuristic]:
    """Published choices of the bandwidth, converted to our sigma (docs/decisions/bandwidth.md)."""
    median = live_range.median_distance_of_prior(dim)
    return [
        Heuristic(name="sqrt(d), as pythae with bandwidth 1", sigma=math.sqrt(dim)),
        Heuristic(name="the prior's median distance", sigma=median),
        Heuristic(name="sqrt(2) times that, as WAE's Gaussian kernel", sigma=math.sqrt(2) * median),
        Heuristic(name="d / sqrt(2), as Zhao's MMD-VAE", sigma=dim / math.sqrt(2)),
    ]


def front(variants: Sequence[VariantResult]) -> list[FrontMember]:
    """The variants on the Pareto front of reconstruction error against distance from the prior, with number of seeds.

    A variant is on the front for a seed if no other variant with that seed is at least as good in both metrics and
    better in one.
    """
    columns = {v.name: (by_seed(v, ERROR), by_seed(v, DISTANCE)) for v in variants}
    seeds = sorted(set().union(*(errors.keys() & distances.keys() for errors, distances in columns.values())))
    counts = dict.fromkeys(columns, 0)
    for seed in seeds:
        points = {name: (e[seed], d[seed]) for name, (e, d) in columns.items() if seed in e and seed in d}
        for name, point in points.items():
            counts[name] += not any(beats(other, point) for other in points.values())
    ranked = sorted(((name, count) for name, count in counts.items() if count), key=lambda entry: -entry[1])
    return [FrontMember(name=name, seeds=count, of=len(seeds)) for name, count in ranked]


def _ranges(variants: Sequence[VariantResult]) -> list[LiveRange]:
    ends = {v.name: [list(by_seed(v, f"live_sigma_{end}").values()) for end in ("low", "high")] for v in variants}
    return [
        LiveRange(name=name, low=statistics.fmean(low), high=statistics.fmean(high))
        for name, (low, high) in ends.items()
        if low and high
    ]
