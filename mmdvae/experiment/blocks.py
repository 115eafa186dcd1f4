"""A block of an experiment file and the variants that it stands for."""

import itertools
from collections.abc import Sequence
from typing import Any

from mmdvae import variants
from mmdvae.errors import InputError
from mmdvae.experiment import sigma_rules
from mmdvae.experiment.schema import Block
from mmdvae.variants import Variant

MOST_VARIANTS = 10_000  # in a file


def variants_of(block: Block, dim: int) -> list[Variant]:
    """Every combination of a block's lists. Raises: InputError, as Variant, or if there are more than MOST_VARIANTS."""
    penalty = None if block.regularizer == variants.NONE else variants.find(block.regularizer)
    kernel = block.kernel
    if penalty and penalty.kernels and kernel is None:
        kernel = "gaussians" if block.sigmas else variants.DEFAULT_KERNEL
    default = variants.PROJECTIONS if penalty and penalty.projections else None
    projections: list[int | None] = [*block.projections] or [default]
    alphas = _alphas(block)
    size = len(alphas) * max(1, len(block.sigma)) * len(projections) * len(block.normalised)
    if size > MOST_VARIANTS:
        raise InputError(f"must be at most {MOST_VARIANTS:,} in all, got {size:,}")
    sigmas: list[float | None] = [sigma_rules.resolve(sigma, dim) for sigma in block.sigma] or [None]
    return [
        Variant(
            regularizer=block.regularizer,
            kernel=kernel,
            alpha=alpha,
            sigma=sigma,
            sigmas=tuple(sigma_rules.resolve(one, dim) for one in block.sigmas),
            projections=count,
            latent_dim=dim,
            normalised=normalised,
        )
        for alpha, sigma, count, normalised in itertools.product(alphas, sigmas, projections, block.normalised)
    ]


def dimensions_of(block: Block, dims: Sequence[int]) -> list[int]:
    """The numbers of latent dimensions that a block is crossed with: its own, or all of the model's."""
    for dim in block.latent_dim:
        if dim not in dims:
            raise InputError(f"latent_dim must be one of the model's: {', '.join(map(str, dims))}; got {dim}")
    return [*dict.fromkeys(block.latent_dim or dims)]


def block_of(variant: Variant, *, several: bool = False) -> dict[str, Any]:
    """The block of one variant, as a file has it; what is left out is the default.

    Where the experiment has several numbers of latent dimensions, the block says which is meant.
    """
    block: dict[str, Any] = {"regularizer": variant.regularizer}
    if several:
        block["latent_dim"] = variant.latent_dim
    if variant.kernel:
        block["kernel"] = variant.kernel
    if variant.penalty:
        block["alpha"] = variant.alpha
    if variant.sigma is not None:
        block["sigma"] = variant.sigma
    if variant.sigmas:
        block["sigmas"] = list(variant.sigmas)
    if variant.projections is not None:
        block["projections"] = variant.projections
    if variant.normalised:
        block["normalised"] = True
    return block


def _alphas(block: Block) -> list[float]:
    given = {name: getattr(block, name) for name in ("alpha", "weight", "beta") if getattr(block, name)}
    if block.regularizer == variants.NONE:
        if given:
            raise InputError(f"{next(iter(given))} must be left out for regularizer none")
        return [0.0]
    if len(given) != 1:
        got = " and ".join(given) or "none of them"
        raise InputError(f"must have one of alpha, weight{', beta' if block.regularizer == 'kl' else ''}; got {got}")
    if "beta" in given and block.regularizer != "kl":
        raise InputError(f"beta is only for regularizer kl, got it with {block.regularizer}; take weight")
    ((name, values),) = given.items()
    return [float(value) for value in values] if name == "alpha" else [variants.alpha_of(value) for value in values]
