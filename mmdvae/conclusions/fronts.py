"""Two penalties at equal reconstruction error: the front of one against each setting of the other.

The front of a penalty has those of its variants that no other of them beats in error and distance from the prior.
"""

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mmdvae.conclusions import groups
from mmdvae.conclusions.compared import Compared, Comparison
from mmdvae.conclusions.groups import KL, MMD, Variants
from mmdvae.conclusions.pooled import Panel
from mmdvae.penalties import table
from mmdvae.penalties.lookup import find
from mmdvae.record.result import VariantResult

Enclosing = tuple[tuple[str, float], tuple[str, float]]  # two names with their weights
FEWEST = 2  # settings of a penalty that make a front, or that can be compared with one

SW, JUDGE_IS_PARTY = "sw", "the distance that decides is the one that sliced W2 itself lowers"
TITLES = {
    MMD: "MMD",
    "gaussian": "MMD with one Gaussian kernel",
    "gaussians": "MMD with several Gaussian kernels",
    "imq": "MMD with IMQ kernels",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of two penalties, or of two kernels of MMD."""

    name: str
    title: str
    settings: list[VariantResult]


def mmd_and_kl(variants: Variants) -> tuple[Side, Side]:
    """The two that claim V5 names."""
    mmd = Side(name=MMD, title=TITLES[MMD], settings=groups.strong(variants))
    return mmd, Side(name=KL, title=find(KL).title, settings=groups.kl(variants))


def other_pairs(variants: Variants) -> list[tuple[Side, Side]]:
    """All other pairs of penalties, and of kernels of MMD, of which both were tried with at least two settings."""
    sides = [
        Side(name=one.name, title=TITLES.get(one.name, one.title), settings=_settings(variants, one.name))
        for one in table.PENALTIES
    ]
    kernels = [
        Side(
            name=one.name,
            title=TITLES.get(one.name, f"MMD with the kernel {one}"),
            settings=[variant for variant in groups.strong(variants) if variant.kernel == one.name],
        )
        for one in find(MMD).kernels
    ]
    found = [
        pair
        for among in (sides, kernels)
        for pair in itertools.combinations((one for one in among if len(one.settings) >= FEWEST), 2)
    ]
    return [(one, other) for one, other in found if (one.name, other.name) != (MMD, KL)]


def penalties(variants: Variants) -> dict[str, str]:
    """Titles of the penalties that claims are about, by name: MMD and KL, and those of other pairs."""
    sides = [*mmd_and_kl(()), *(side for pair in other_pairs(variants) for side in pair)]
    return {side.name: side.title for side in sides if side.name in {one.name for one in table.PENALTIES}}


def compared(variants: Variants, ours: Side, theirs: Side) -> Compared:
    """Each setting of theirs against the front of ours, interpolated at that setting's MSE.

    As errors are noisy and fronts may be steep, what an error's noise does to the interpolated distance is part of the
    effect: the slope of the front times the difference of both errors, which is 0 on average.
    """
    panel = Panel(variants, ratios=True)
    places = {one.name: (panel.mean(one.name, "mse"), panel.mean(one.name, "sliced_w2")) for one in variants}
    known = [one.name for one in ours.settings if not any(map(math.isnan, places[one.name]))]
    front = [name for name in known if not any(beats(places[other], places[name]) for other in known)]
    found = {}
    for one in theirs.settings:
        between = enclosing(places[one.name][0], [(places[name][0], name) for name in front])
        if between:
            found[one.name] = _against_front(one.name, between, places)
    outside = [one.name for one in theirs.settings if one.name not in found]
    if len(found) < FEWEST:
        such = ", such as kl-a0.2 and kl-a0.8," if theirs.name == KL else ""
        why = f"it needs two settings of {theirs.title}{such} with an MSE within the front of {ours.title}"
        return Compared(missing=f"{why}, got {len(found)}")
    asides = [f"outside of {ours.title}'s front by their MSE: {', '.join(outside)}"] if outside else []
    asides += [JUDGE_IS_PARTY] if SW in (ours.name, theirs.name) else []
    return Compared(comparisons=list(found.values()), aside="; ".join(asides))


def beats(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether both numbers of one are at most as large as the other's, and one is smaller."""
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


def enclosing(at: float, places: Iterable[tuple[float, str]]) -> Enclosing | None:
    """The two neighbours that enclose a place, with their weights in an interpolation; None if no two do."""
    for (low, one), (high, other) in itertools.pairwise(sorted(places)):
        if low <= at <= high > low:
            share = (at - low) / (high - low)
            return (one, 1 - share), (other, share)
    return None


def _settings(variants: Variants, regularizer: str) -> list[VariantResult]:
    if regularizer == MMD:
        return groups.strong(variants)
    return [one for one in variants if one.regularizer == regularizer and not one.normalised]


def _against_front(other: str, between: Enclosing, places: Mapping[str, tuple[float, float]]) -> Comparison:
    (left, share), (right, rest) = between
    (mse, distance), (next_mse, next_distance) = places[left], places[right]
    slope = (next_distance - distance) / (next_mse - mse)
    weights = {(left, "sliced_w2"): share, (right, "sliced_w2"): rest, (other, "sliced_w2"): -1.0}
    weights |= {(other, "mse"): slope, (left, "mse"): -slope * share, (right, "mse"): -slope * rest}
    return Comparison(name=f"{left} and {right} at the MSE of {other}", weights=weights)
