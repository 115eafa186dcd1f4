"""Squared maximum mean discrepancy between the codes of a batch and the prior N(0, I)."""

from functools import partial

from mmdvae.kernels import gaussian, imq_mixture
from mmdvae.mmd import mmd2, mmd2_to_prior
from mmdvae.recipes import Recipe
from mmdvae.variants import Variant


def value(outputs, variant: Variant, recipe: Recipe):
    """MMD² between the sampled codes z (n, d) and n prior draws, or the exact prior where the kernel allows it."""
    unbiased = recipe.estimator == "unbiased"
    if variant.sigma and recipe.closed_form_prior:
        return mmd2_to_prior(outputs["z"], bandwidth=variant.sigma, unbiased=unbiased)
    return mmd2(outputs["z"], outputs["prior"], kernel(variant, recipe.latent_dim), unbiased=unbiased)


def kernel(variant: Variant, dim: int):
    """The variant's kernel as a function of two samples."""
    if variant.kernel == "gaussian":
        return partial(gaussian, bandwidth=variant.sigma)
    return partial(imq_mixture, dim=dim)
