"""What a penalty did to the codes, in the words of the page. Uses only the standard library: the list of runs needs it.

Judged by outcomes, not by settings: a kernel may be alive and its codes still far from the prior.
"""

from collections.abc import Iterable
from typing import Literal

from mmdvae.conclusions.near import near_prior
from mmdvae.measures.kernel_states import DEAD
from mmdvae.record.result import VariantResult

Vitality = Literal["no penalty", "too narrow", "too wide", "half-way", "alive", "not measured"]

DEAD_WAYS: dict[str, Vitality] = dict(zip(DEAD, ("too narrow", "too wide"), strict=True))  # by the state of the kernel


def of(variant: VariantResult) -> Vitality:
    """Alive: its codes came near the prior; half-way: the penalty has a gradient, and they did not.

    A kernel is dead (too narrow or too wide) if it is about 0, or about 1, between any two points with every seed.
    """
    if not variant.has_penalty:
        return "no penalty"
    states = variant.kernel_states
    if len(states) == 1 and states[0] in DEAD_WAYS:
        return DEAD_WAYS[states[0]]
    if variant.status != "ok" or any(run.number("sliced_w2") is None for run in variant.runs):
        return "not measured"
    return "alive" if near_prior(variant) else "half-way"


def alive(variants: Iterable[VariantResult]) -> list[VariantResult]:
    """The finished variants whose penalty brought their codes near the prior."""
    return [one for one in variants if one.status == "ok" and of(one) == "alive"]


def untouched(variants: Iterable[VariantResult]) -> list[VariantResult]:
    """The finished variants that no penalty touched: the plain autoencoder, and those whose kernel is dead.

    Without normalised codes, whose scale is fixed by construction. How far these trainings differ is chance, so it is
    a yardstick where there are too few seeds for intervals.
    """
    return [
        one
        for one in variants
        if one.status == "ok" and not one.normalised and of(one) in ("no penalty", "too narrow", "too wide")
    ]
