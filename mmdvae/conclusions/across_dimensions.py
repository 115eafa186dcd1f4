"""What several numbers of latent dimensions show beside each other; no winner among them is declared.

Errors fall with more dimensions and distances from the prior mean something else in each, so no rule chooses among
them. What a width of a kernel does in each is known before training, so it is told and not judged.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mmdvae.conclusions import dimensions, groups
from mmdvae.measures.kernel_states import DEAD, Before
from mmdvae.record.result import Advice, VariantResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommended:
    """The setting to use with one number of latent dimensions; all else is None where nothing reached the prior."""

    latent_dim: int
    name: str | None  # of the variant
    mse: float | None  # means over its seeds
    sliced_w2: float | None
    variance_per_dimension: float | None  # total variance over the number of dimensions; 1 for the prior


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """One width of a Gaussian kernel in several numbers of latent dimensions."""

    value: float  # in latent units or in units of sqrt(d), see `Widths`
    states: dict[int, Before]  # by number of dimensions, rising: what its kernel does to draws of the prior
    names: dict[int, list[str]]  # the variants that were trained with it

    @property
    def dies(self) -> bool:
        """Whether it is alive in the fewest dimensions and dead in the most."""
        first, *_, last = self.states.values()
        return first not in DEAD and last in DEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Widths:
    """All widths of the trained Gaussian kernels, rising, in both units."""

    latent: list[Width]
    roots: list[Width]  # sigma / sqrt(d), to two digits


def recommended(advices: Sequence[Advice], variants: Sequence[VariantResult]) -> list[Recommended]:
    """The setting to use for each number of latent dimensions, rising."""
    known = {one.name: one for one in variants}
    found = []
    for advice in advices:
        name = next(iter(advice.choice.names), None) if advice.choice else None
        one = known.get(name) if name else None
        spread = one.mean("total_variance") if one else None
        found.append(
            Recommended(
                latent_dim=advice.latent_dim,
                name=one.name if one else None,
                mse=one.mean("mse") if one else None,
                sliced_w2=one.mean("sliced_w2") if one else None,
                variance_per_dimension=None if spread is None else spread / advice.latent_dim,
            )
        )
    return found


def widths(variants: Sequence[VariantResult]) -> Widths | None:
    """What each sigma does in each number of dimensions, trained or not; None with one number of dimensions."""
    dims = list(dimensions.split(variants))
    if len(dims) < 2:
        return None
    latent: dict[float, dict[int, list[str]]] = {}
    roots: dict[float, dict[int, list[str]]] = {}
    for one in variants:
        if one.sigma is not None and not one.normalised:
            ratio = float(f"{one.sigma / math.sqrt(one.latent_dim):.2g}")
            for found, value in ((latent, one.sigma), (roots, ratio)):
                found.setdefault(value, {dim: [] for dim in dims})[one.latent_dim].append(one.name)
    return Widths(
        latent=[_width(value, latent[value], [value] * len(dims)) for value in sorted(latent)],
        roots=[_width(value, roots[value], [value * math.sqrt(dim) for dim in dims]) for value in sorted(roots)],
    )


def _width(value: float, names: dict[int, list[str]], sigmas: Sequence[float]) -> Width:
    found = {dim: groups.of_kernel("gaussian", (sigma,), dim) for dim, sigma in zip(names, sigmas, strict=True)}
    return Width(value=value, names=names, states={dim: state for dim, state in found.items() if state})
