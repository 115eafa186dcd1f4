"""The comparisons that decide each claim: which variants, on which metric, with which weights."""

import itertools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from mmdvae.conclusions import groups
from mmdvae.conclusions.groups import Variants
from mmdvae.conclusions.pooled import Column, Panel
from mmdvae.conclusions.rules import NOTEBOOK_EXTREMES, NOTEBOOK_SIGMA
from mmdvae.record.result import VariantResult

NO_PLAIN = "no finished variant without a penalty"
NO_STRONG = "no finished variant whose kernel pulls strongly at the prior"
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


def of(code: str, variants: Variants, dim: int) -> Compared:
    """The comparisons that decide a claim, from the finished variants."""
    return FIND[code](variants, dim)


def _strong_with_plain(ours: str, theirs: str, *, plain_first: bool = False) -> Callable[[Variants, int], Compared]:
    """Each strong variant's metric over another metric of the plain autoencoder, or the other way round."""

    def find(variants: Variants, dim: int) -> Compared:
        left = groups.weak(variants, dim)
        aside = f"weak kernels left out: {', '.join(one.name for one in left)}" if left else ""
        return _with_plain(variants, groups.strong(variants, dim), NO_STRONG, ours, theirs, plain_first, aside)

    return find


def _dead_with_plain(state: groups.Before, words: str) -> Callable[[Variants, int], Compared]:
    def find(variants: Variants, dim: int) -> Compared:
        ours = groups.dead(variants, dim, state)
        return _with_plain(variants, ours, f"no finished variant whose kernel is {words} on the prior", "sliced_w2")

    return find


def _notebook_with_plain(metric: str, sigmas: tuple[float, ...], *, plain_first: bool):
    def find(variants: Variants, dim: int) -> Compared:
        ours = groups.with_sigma(variants, sigmas)
        missing = f"no finished variant with sigma {' or '.join(f'{sigma:g}' for sigma in sigmas)}"
        return _with_plain(variants, ours, missing, metric, plain_first=plain_first)

    return find


def _with_plain(
    variants: Variants,
    ours: Variants,
    missing: str,
    metric: str,
    theirs: str = "",
    plain_first: bool = False,
    aside: str = "",
) -> Compared:
    plain = groups.plain(variants)
    if plain is None or not ours:
        return Compared(missing=missing if plain else NO_PLAIN, aside=aside)
    pairs = [((one.name, metric), (plain.name, theirs or metric)) for one in ours]
    sides = [pair[::-1] if plain_first else pair for pair in pairs]
    found = [_over(side, one.name) for side, one in zip(sides, ours, strict=True)]
    return Compared(comparisons=found, aside=aside)


def sigmas_at_equal_strength(variants: Variants, dim: int) -> Compared:
    """Two sigmas, where the pull of one at some alpha lies between the pulls of the other at two of its alphas.

    The other's MSE is interpolated between those alphas, logarithm against logarithm.
    """
    strong = [one for one in groups.strong(variants, dim) if one.sigma is not None]
    found = []
    for sigma, path in _paths(strong).items():
        places = [(groups.pull(one, dim), one) for one in path]
        for one in strong:
            between = _interpolated(groups.pull(one, dim), places) if one.sigma != sigma else None
            if between:
                found.append(_against_path(one, sigma, between))
    missing = "no two strong sigmas with alphas at which they pull equally; one of them needs at least two alphas"
    return Compared(comparisons=found, missing=missing)


def fronts_of_mmd_and_kl(variants: Variants, dim: int) -> Compared:
    """Each setting of KL against the front of MMD, interpolated at that setting's MSE."""
    kls, panel = groups.kl(variants), Panel(variants, dim, ratios=True)
    if len(kls) < 2:
        return Compared(missing="one setting of KL is no front: add others, such as kl-a0.2, kl-a0.5 and kl-a0.8")
    places = {one.name: (panel.mean(one.name, "mse"), panel.mean(one.name, "sliced_w2")) for one in variants}
    front = [one for one in groups.strong(variants, dim) if not any(map(math.isnan, places[one.name]))]
    front = [one for one in front if not any(_beats(places[other.name], places[one.name]) for other in front)]
    found = []
    for one in kls:
        between = _interpolated(math.exp(places[one.name][0]), [(math.exp(places[v.name][0]), v) for v in front])
        if between:
            weights = {(name, "sliced_w2"): weight for name, weight in between.items()} | {(one.name, "sliced_w2"): -1}
            found.append(Comparison(name=f"{' and '.join(between)} at the MSE of {one.name}", weights=weights))
    return Compared(comparisons=found, missing="no setting of KL has an MSE within the front of MMD")


def among_the_notebooks_sigmas(variants: Variants, dim: int) -> Compared:
    """Each pair of the notebook's sigmas, at one alpha."""
    pairs = list(itertools.combinations((NOTEBOOK_SIGMA, *NOTEBOOK_EXTREMES), 2))
    return _at_one_alpha(variants, pairs, "mse", "no two variants with one alpha and two of these sigmas finished")


def extremes_disperse(variants: Variants, dim: int) -> Compared:
    """Each extreme over sigma 0.1 at one alpha; both extremes must be there, as the claim is about both."""
    if any(not groups.with_sigma(variants, (sigma,)) for sigma in (NOTEBOOK_SIGMA, *NOTEBOOK_EXTREMES)):
        return Compared(missing="it needs variants with sigma 0.0001, 0.1 and 10000")
    pairs = [(extreme, NOTEBOOK_SIGMA) for extreme in NOTEBOOK_EXTREMES]
    return _at_one_alpha(variants, pairs, "total_variance", "no alpha has an extreme sigma and 0.1")


def notebook_as_kl(variants: Variants, dim: int) -> Compared:
    """Sigma 0.1 over each setting of KL."""
    ours, kls = groups.with_sigma(variants, (NOTEBOOK_SIGMA,)), groups.kl(variants)
    missing = f"no finished variant with {'KL' if ours else 'sigma 0.1'}"
    pairs = [(one, other) for one in ours for other in kls]
    found = [_over(((a.name, "sliced_w2"), (b.name, "sliced_w2")), f"{a.name} / {b.name}") for a, b in pairs]
    return Compared(comparisons=found, missing=missing)


def _at_one_alpha(variants: Variants, pairs: Iterable[tuple[float, float]], metric: str, missing: str) -> Compared:
    found = [
        _over(((ours.name, metric), (theirs.name, metric)), f"{ours.name} / {theirs.name}")
        for one, other in pairs
        for ours in groups.with_sigma(variants, (one,))
        for theirs in groups.with_sigma(variants, (other,))
        if ours.alpha == theirs.alpha
    ]
    return Compared(comparisons=found, missing=missing)


def _over(sides: tuple[Column, Column], name: str) -> Comparison:
    return Comparison(name=name, weights={sides[0]: 1.0, sides[1]: -1.0})


def _paths(variants: Variants) -> dict[float, list[VariantResult]]:
    """The variants by sigma; only sigmas with two alphas are paths."""
    found: dict[float, list[VariantResult]] = {}
    for one in variants:
        if one.sigma is not None:
            found.setdefault(one.sigma, []).append(one)
    return {sigma: path for sigma, path in found.items() if len(path) > 1}


def _against_path(variant: VariantResult, sigma: float, between: Mapping[str, float]) -> Comparison:
    weights = {(variant.name, "mse"): 1.0} | {(name, "mse"): -weight for name, weight in between.items()}
    return Comparison(name=f"{variant.name} / σ {sigma:g} at its strength", weights=weights)


def _interpolated(at: float, places: Iterable[tuple[float, VariantResult]]) -> dict[str, float] | None:
    """Weights of the two variants whose places enclose `at`, by the logarithms; one if it is there; None if none."""
    ranked = sorted(places, key=lambda place: place[0])
    for (low, one), (high, other) in itertools.pairwise(ranked):
        if low <= at <= high:
            share = math.log(at / low) / math.log(high / low) if high > low else 0.0
            return {name: weight for name, weight in ((one.name, 1 - share), (other.name, share)) if weight}
    return None


def _beats(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


FIND: dict[str, Callable[[Variants, int], Compared]] = {
    "V1": _strong_with_plain("bce_excess", "bce_excess", plain_first=True),
    "V2": sigmas_at_equal_strength,
    "V4": _strong_with_plain("sliced_w2", "sliced_w2"),
    "V5": fronts_of_mmd_and_kl,
    "V6": _dead_with_plain("saturated", "about 0"),
    "V7": _dead_with_plain("flat", "about 1"),
    "V8": _strong_with_plain("sliced_w2", "sliced_w2_white"),
    "V9": _strong_with_plain("latent_coverage", "latent_coverage_white"),
    "V10": _strong_with_plain("fid", "fid_fitted"),
    "N1": _notebook_with_plain("bce_excess", (NOTEBOOK_SIGMA, *NOTEBOOK_EXTREMES), plain_first=True),
    "N2": among_the_notebooks_sigmas,
    "N3": extremes_disperse,
    "N4": _notebook_with_plain("sliced_w2", (NOTEBOOK_SIGMA,), plain_first=False),
    "N5": notebook_as_kl,
}
