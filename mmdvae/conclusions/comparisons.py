"""The comparisons that decide each claim: which variants, on which metric, with which weights."""

import itertools
import math
from collections.abc import Callable, Sequence

from mmdvae.conclusions import fronts, groups
from mmdvae.conclusions.compared import Compared, Comparison
from mmdvae.conclusions.fronts import enclosing
from mmdvae.conclusions.groups import Variants
from mmdvae.conclusions.pooled import Column
from mmdvae.conclusions.rules import NOTEBOOK_EXTREMES, NOTEBOOK_SIGMA
from mmdvae.record.result import VariantResult

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
            between = enclosing(math.log(groups.force(one)), places) if one.sigma != sigma else None
            if between:
                (left, share), (right, rest) = between
                weights = {(one.name, "mse"): 1.0, (left, "mse"): -share, (right, "mse"): -rest}
                found.append(Comparison(name=f"{one.name} / σ {sigma:g} at its force", weights=weights))
    missing = "no two strong sigmas with alphas at which they pull equally; one of them needs at least two alphas"
    return Compared(comparisons=found, missing=missing)


def fronts_of_mmd_and_kl(variants: Variants) -> Compared:
    """Each setting of KL against the front of MMD."""
    return fronts.compared(variants, *fronts.mmd_and_kl(variants))


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


FIND: dict[str, Callable[[Variants], Compared]] = {
    "V1": lambda variants: _strong_with_plain(error := groups.trained_error(variants), error)(variants),
    "V2": sigmas_at_equal_force,
    "V4": _strong_with_plain("sliced_w2", "sliced_w2"),
    "V5": fronts_of_mmd_and_kl,
    "V6": _dead_with_plain("saturated", "about 0"),
    "V7": _dead_with_plain("flat", "about 1"),
    "V8": _strong_with_plain("sliced_w2", "sliced_w2_white"),
    "V9": _strong_with_plain("latent_coverage", "latent_coverage_white"),
    "V10": _strong_with_plain("fid", "fid_fitted"),
    "N1": lambda variants: _notebook_with_plain(groups.trained_error(variants), (NOTEBOOK_SIGMA, *NOTEBOOK_EXTREMES))(
        variants
    ),
    "N2": among_the_notebooks_sigmas,
    "N3": extremes_disperse,
    "N4": _notebook_with_plain("sliced_w2", (NOTEBOOK_SIGMA,)),
    "N5": notebook_as_kl,
}
