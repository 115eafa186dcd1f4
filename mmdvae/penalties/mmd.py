"""Squared maximum mean discrepancy between the codes of a batch and the prior N(0, I)."""

from functools import partial

from mmdvae.kernels import gaussian, gaussian_mixture, imq_mixture
from mmdvae.mmd import mmd2, mmd2_to_prior
from mmdvae.recipes import Recipe
from mmdvae.variants import Variant


def value(outputs, variant: Variant, recipe: Recipe):
    """MMD² between the sampled codes z (n, d) and n prior draws, or the exact prior where the kernel allows it."""
    unbiased = recipe.estimator == "unbiased"
    sigmas = variant.widths
    if sigmas and recipe.closed_form_prior:  # MMD² under a mean of kernels is the mean of their MMD²
        return sum(mmd2_to_prior(outputs["z"], bandwidth=one, unbiased=unbiased) for one in sigmas) / len(sigmas)
    return mmd2(outputs["z"], outputs["prior"], kernel(variant), unbiased=unbiased)


def kernel(variant: Variant):
    """The variant's kernel as a function of two samples."""
    if variant.kernel == "gaussian":
        return partial(gaussian, bandwidth=variant.sigma)
    if variant.kernel == "gaussians":
        return partial(gaussian_mixture, bandwidths=variant.sigmas)
    return partial(imq_mixture, dim=variant.latent_dim)
