"""The comparisons that decide each claim: which variants, on which metric, with which weights."""

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mmdvae.conclusions import groups
from mmdvae.conclusions.groups import Variants
from mmdvae.conclusions.pooled import Column, Panel
from mmdvae.conclusions.rules import NOTEBOOK_EXTREMES, NOTEBOOK_SIGMA
from mmdvae.record.result import VariantResult

Enclosing = tuple[tuple[str, float], tuple[str, float]]  # two names with their weights

NO_PLAIN = "no variant without a penalty"
NO_STRONG = "no variant whose kernel pulls strongly at the prior"
TITLES = {
    "bce_excess": "BCE above the entropy",
    "mse": "test MSE",
    "total_variance": "total variance",
    "sliced_w2": "sliced W2",
    "sliced_w2_white": "sliced W2 after an affine map",
    "latent_coverage": "latent coverage",
    "latent_coverage_white": "latent coverage after an affine map",
    "fid": "Fréchet distance from N(0, I)",
    "fid_fitted": "Fréchet distance from a fitted normal",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One comparison: the effect is the weighted sum of the columns, of logarithms for a ratio."""

    name: str  # what is compared with what
    weights: Mapping[Column, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The comparisons of a claim; if there are none, why."""

    comparisons: list[Comparison] = field(default_factory=list)
    missing: str = ""
    aside: str = ""  # variants that the claim leaves out, and why


def of(code: str, variants: Variants) -> Compared:
    """The comparisons that decide a claim, from all variants, so that one that did not finish is missed."""
    return FIND[code](variants)


def _strong_with_plain(ours: str, theirs: str) -> Callable[[Variants], Compared]:
    """Each strong variant's metric over a metric of the plain autoencoder."""

    def find(variants: Variants) -> Compared:
        left = groups.weak(variants)
        aside = f"weak kernels left out: {', '.join(one.name for one in left)}" if left else ""
        return _with_plain(variants, groups.strong(variants), NO_STRONG, ours, theirs, aside)

    return find


def _dead_with_plain(state: groups.Before, words: str) -> Callable[[Variants], Compared]:
    def find(variants: Variants) -> Compared:
        ours = groups.dead(variants, state)
        return _with_plain(variants, ours, f"no variant whose kernel is {words} on the prior", "sliced_w2")

    return find


def _notebook_with_plain(metric: str, sigmas: tuple[float, ...]):
    def find(variants: Variants) -> Compared:
        lacking = [f"{sigma:g}" for sigma in sigmas if not groups.with_sigma(variants, (sigma,))]
        ours = [] if lacking else groups.with_sigma(variants, sigmas)
        missing = f"no variant with sigma {' and '.join(lacking)}; the claim is about all that it names"
        return _with_plain(variants, ours, missing, metric)

    return find


def _with_plain(
    variants: Variants,
    ours: Variants,
    missing: str,
    metric: str,
    theirs: str = "",
    aside: str = "",
) -> Compared:
    plain = groups.plain(variants)
    if plain is None or not ours:
        return Compared(missing=missing if plain else NO_PLAIN, aside=aside)
    found = [_over(((one.name, metric), (plain.name, theirs or metric)), one.name) for one in ours]
    return Compared(comparisons=found, aside=aside)


def sigmas_at_equal_force(variants: Variants) -> Compared:
    """Two sigmas, where the force of one at some alpha lies between the forces of the other at two of its alphas.

    The other's MSE is interpolated between those alphas, logarithm against logarithm.
    """
    strong = [one for one in groups.strong(variants) if one.sigma is not None]
    found = []
    for sigma, path in _paths(strong).items():
        places = [(math.log(groups.force(one)), one.name) for one in path]
        for one in strong:
            between = _enclosing(math.log(groups.force(one)), places) if one.sigma != sigma else None
            if between:
                (left, share), (right, rest) = between
                weights = {(one.name, "mse"): 1.0, (left, "mse"): -share, (right, "mse"): -rest}
                found.append(Comparison(name=f"{one.name} / σ {sigma:g} at its force", weights=weights))
    missing = "no two strong sigmas with alphas at which they pull equally; one of them needs at least two alphas"
    return Compared(comparisons=found, missing=missing)


def fronts_of_mmd_and_kl(variants: Variants) -> Compared:
    """Each setting of KL against the front of MMD, interpolated at that setting's MSE.

    As errors are noisy and fronts may be steep, what an error's noise does to the interpolated distance is part of the
    effect: the slope of the front times the difference of both errors, which is 0 on average.
    """
    kls, panel = groups.kl(variants), Panel(variants, ratios=True)
    places = {one.name: (panel.mean(one.name, "mse"), panel.mean(one.name, "sliced_w2")) for one in variants}
    known = [one.name for one in groups.strong(variants) if not any(map(math.isnan, places[one.name]))]
    front = [name for name in known if not any(beats(places[other], places[name]) for other in known)]
    found = {}
    for one in kls:
        between = _enclosing(places[one.name][0], [(places[name][0], name) for name in front])
        if between:
            found[one.name] = _against_front(one.name, between, places)
    outside = [one.name for one in kls if one.name not in found]
    if len(found) < 2:
        why = "it needs two settings of KL, such as kl-a0.2 and kl-a0.8, with an MSE within the front of MMD"
        return Compared(missing=f"{why}, got {len(found)}")
    aside = f"outside of MMD's front by their MSE: {', '.join(outside)}" if outside else ""
    return Compared(comparisons=list(found.values()), aside=aside)


def _against_front(kl: str, between: Enclosing, places: Mapping[str, tuple[float, float]]) -> Comparison:
    (left, share), (right, rest) = between
    (mse, distance), (next_mse, next_distance) = places[left], places[right]
    slope = (next_distance - distance) / (next_mse - mse)
    weights = {(left, "sliced_w2"): share, (right, "sliced_w2"): rest, (kl, "sliced_w2"): -1.0}
    weights |= {(kl, "mse"): slope, (left, "mse"): -slope * share, (right, "mse"): -slope * rest}
    return Comparison(name=f"{left} and {right} at the MSE of {kl}", weights=weights)


def among_the_notebooks_sigmas(variants: Variants) -> Compared:
    """Each pair of the notebook's sigmas, at one alpha."""
    return _at_one_alpha(variants, list(itertools.combinations((NOTEBOOK_SIGMA, *NOTEBOOK_EXTREMES), 2)), "mse")


def extremes_disperse(variants: Variants) -> Compared:
    """Each extreme over sigma 0.1 at one alpha."""
    return _at_one_alpha(variants, [(extreme, NOTEBOOK_SIGMA) for extreme in NOTEBOOK_EXTREMES], "total_variance")


def notebook_as_kl(variants: Variants) -> Compared:
    """Sigma 0.1 over each setting of KL."""
    ours, kls = groups.with_sigma(variants, (NOTEBOOK_SIGMA,)), groups.kl(variants)
    missing = f"no finished variant with {'KL' if ours else 'sigma 0.1'}"
    pairs = [(one, other) for one in ours for other in kls]
    found = [_over(((a.name, "sliced_w2"), (b.name, "sliced_w2")), f"{a.name} / {b.name}") for a, b in pairs]
    return Compared(comparisons=found, missing=missing)


def _at_one_alpha(variants: Variants, pairs: Sequence[tuple[float, float]], metric: str) -> Compared:
    """Every pair of sigmas at each alpha that has both; none if a pair has no alpha, for the claim is about all."""
    found = {
        (one, other): [
            _over(((ours.name, metric), (theirs.name, metric)), f"{ours.name} / {theirs.name}")
            for ours in groups.with_sigma(variants, (one,))
            for theirs in groups.with_sigma(variants, (other,))
            if ours.alpha == theirs.alpha
        ]
        for one, other in pairs
    }
    lacking = next((pair for pair, comparisons in found.items() if not comparisons), None)
    if lacking:
        return Compared(missing=f"no two variants with one alpha and sigma {lacking[0]:g} and {lacking[1]:g}")
    return Compared(comparisons=list(itertools.chain(*found.values())))


def _over(sides: tuple[Column, Column], name: str) -> Comparison:
    return Comparison(name=name, weights={sides[0]: 1.0, sides[1]: -1.0})


def _paths(variants: Variants) -> dict[float | None, list[VariantResult]]:
    """The variants by sigma; only sigmas with two alphas are paths."""
    found: dict[float | None, list[VariantResult]] = {}
    for one in variants:
        found.setdefault(one.sigma, []).append(one)
    return {sigma: path for sigma, path in found.items() if len(path) > 1}


def _enclosing(at: float, places: Iterable[tuple[float, str]]) -> Enclosing | None:
    """The two neighbours that enclose a place, with their weights in an interpolation; None if no two do."""
    for (low, one), (high, other) in itertools.pairwise(sorted(places)):
        if low <= at <= high > low:
            share = (at - low) / (high - low)
            return (one, 1 - share), (other, share)
    return None


def beats(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether both numbers of one are at most as large as the other's, and one is smaller."""
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


FIND: dict[str, Callable[[Variants], Compared]] = {
    "V1": _strong_with_plain("bce_excess", "bce_excess"),
    "V2": sigmas_at_equal_force,
    "V4": _strong_with_plain("sliced_w2", "sliced_w2"),
    "V5": fronts_of_mmd_and_kl,
    "V6": _dead_with_plain("saturated", "about 0"),
    "V7": _dead_with_plain("flat", "about 1"),
    "V8": _strong_with_plain("sliced_w2", "sliced_w2_white"),
    "V9": _strong_with_plain("latent_coverage", "latent_coverage_white"),
    "V10": _strong_with_plain("fid", "fid_fitted"),
    "N1": _notebook_with_plain("bce_excess", (NOTEBOOK_SIGMA, *NOTEBOOK_EXTREMES)),
    "N2": among_the_notebooks_sigmas,
    "N3": extremes_disperse,
    "N4": _notebook_with_plain("sliced_w2", (NOTEBOOK_SIGMA,)),
    "N5": notebook_as_kl,
}
