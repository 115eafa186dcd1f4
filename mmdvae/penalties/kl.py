"""Kullback-Leibler divergence of the posteriors from the prior N(0, I)."""

import math

from keras import ops

from mmdvae.recipes import Recipe
from mmdvae.variants import Variant


def value(outputs, variant: Variant, recipe: Recipe):
    """The divergence in nats per pixel, so that alpha 0.5 is the usual VAE objective."""
    pixels = math.prod(outputs["target"].shape[1:])
    return kl_to_prior(outputs["mean"], outputs["log_variance"]) / pixels


def kl_to_prior(mean, log_variance):
    """KL(N(mean, diag exp(log_variance)) || N(0, I)) in nats, averaged over the batch; (n, d), (n, d) -> scalar.

    Source: Kingma and Welling 2014, arXiv:1312.6114, appendix B.
    """
    per_dimension = ops.square(mean) + ops.exp(log_variance) - 1 - log_variance
    return 0.5 * ops.mean(ops.sum(per_dimension, axis=-1))
