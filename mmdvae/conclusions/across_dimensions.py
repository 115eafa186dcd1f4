"""What each width of a kernel does in several numbers of latent dimensions, which is known before training."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mmdvae.conclusions import dimensions, groups
from mmdvae.measures.kernel_states import Before
from mmdvae.record.result import VariantResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """One width of a Gaussian kernel in several numbers of latent dimensions."""

    value: float  # in latent units or in units of sqrt(d), see `Widths`
    states: dict[int, Before]  # by number of dimensions, rising: what its kernel does to draws of the prior
    names: dict[int, list[str]]  # the variants that were trained with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Widths:
    """All widths of the trained Gaussian kernels, rising, in both units."""

    latent: list[Width]
    roots: list[Width]  # sigma / sqrt(d), to two digits


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
