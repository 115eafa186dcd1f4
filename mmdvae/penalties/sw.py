"""Squared sliced Wasserstein-2 distance of the codes of a batch from the prior N(0, I)."""

import math

import keras
from keras import ops

from mmdvae.recipes import Recipe
from mmdvae.variants import Variant


def draw(variant: Variant, seed: keras.random.SeedGenerator):
    """Random directions for one step, unit vectors in the columns of (d, projections)."""
    directions = keras.random.normal((variant.latent_dim, variant.projections), dtype="float32", seed=seed)
    return directions / ops.sqrt(ops.sum(ops.square(directions), axis=0))


def value(outputs, variant: Variant, recipe: Recipe):
    """The squared distance between the sampled codes z (n, d) and the prior, averaged over the drawn directions."""
    return sliced_w2_squared(outputs["z"], outputs["drawn"])


def sliced_w2_squared(z, directions):
    """Mean over directions (d, p) of the squared Wasserstein-2 distance between codes (n, d) and N(0, 1) along each.

    Along a direction the sorted codes are compared with the quantiles of N(0, 1) at (i - 1/2) / n, so the prior is not
    sampled. Codes from N(m, q² I) have |m|² / d + (q - 1)² as n grows; n draws from the prior itself have 2 to 4 / n.

    Source: Kolouri et al. 2019, arXiv:1804.01947, with quantiles in the place of draws.
    """
    along = ops.sort(ops.matmul(z, directions), axis=0)
    n = ops.cast(ops.shape(z)[0], z.dtype)
    ranks = (ops.cast(ops.arange(ops.shape(z)[0]), z.dtype) + 0.5) / n
    quantiles = math.sqrt(2) * ops.erfinv(2 * ranks - 1)
    return ops.mean(ops.square(along - quantiles[:, None]))
