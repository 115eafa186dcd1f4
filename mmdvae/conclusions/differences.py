"""Differences of each variant from a reference, and the variants that the best does not beat."""

from collections.abc import Callable, Sequence

from mmdvae.conclusions import dimensions, groups
from mmdvae.conclusions.near import near_prior
from mmdvae.conclusions.pooled import Panel
from mmdvae.conclusions.rules import LEVEL
from mmdvae.record.result import Difference, Differences, VariantResult

Variants = Sequence[VariantResult]


def from_plain(variants: Variants) -> dict[str, Differences | None]:
    """For each variant, its metrics minus those of the plain autoencoder of as many latent dimensions.

    Over the seeds that both have; None for the reference itself, and where there is no metric and seed in common.
    """
    found: dict[str, Differences | None] = {}
    for group in dimensions.split(variants).values():
        panel, base = Panel(group, ratios=False), groups.plain(group)
        found |= {one.name: _difference(one, base, panel) for one in group}
    return found


def unbeaten(variants: Variants, metric: str, worse: Callable[[float | None], float]) -> set[str]:
    """Names of the variants near the prior that the best of them does not beat; empty without intervals.

    `worse` is a sort key, smaller is better. Variants whose codes did not come near the prior are not compared: of
    many trainings that are alike, one always has the lowest error. One with too few seeds is not named either.
    The correction is for all pairs, because the numbers that are compared also choose the best.
    """
    near = [one for one in variants if one.status == "ok" and metric in one.summary and near_prior(one)]
    if len(near) < 2:
        return set()
    best, *others = sorted(near, key=lambda one: worse(one.mean(metric)))
    panel, pairs = Panel(near, ratios=False), len(near) * len(others) / 2
    found = {one.name: panel.effect({(one.name, metric): 1.0, (best.name, metric): -1.0}) for one in others}
    p_values = {name: effect.p for name, effect in found.items() if effect and effect.p is not None}
    if not p_values:
        return set()
    return {best.name} | {name for name, p in p_values.items() if p * pairs > 1 - LEVEL}


def _difference(variant: VariantResult, base: VariantResult | None, panel: Panel) -> Differences | None:
    if base is None or variant is base:
        return None
    metrics = {}
    for metric in sorted(variant.summary.keys() & base.summary.keys()):
        found = panel.effect({(variant.name, metric): 1.0, (base.name, metric): -1.0})
        if found:
            low, high = found.interval() or (None, None)
            metrics[metric] = Difference(mean=found.mean, low=low, high=high, n=found.n, p=found.p)
    return Differences(reference=base.name, metrics=metrics) if metrics else None
