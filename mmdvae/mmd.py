"""Squared maximum mean discrepancy (MMD²) between two samples, or between a sample and the prior N(0, I)."""

import math
from collections.abc import Callable
from typing import Any

from keras import ops

from mmdvae.errors import InputError
from mmdvae.kernels import gaussian

KernelFunction = Callable[[Any, Any], Any]  # (n, d), (m, d) -> (n, m)


def mmd2(x, y, kernel: KernelFunction, *, unbiased: bool = True):
    """MMD² = E k(x, x') + E k(y, y') - 2 E k(x, y), estimated from samples.

    The unbiased estimate (U-statistic) leaves out the pairs of a point with itself. It is negative about half of the
    time when both samples have the same distribution. The biased one (V-statistic) keeps them: never negative, but
    too large by (2 / n)(1 - E k) on average for two samples of n points from the same distribution.

    Args: x (n, d) and y (m, d), float arrays or tensors of the same dtype, n and m >= 2 (>= 1 if biased).
    Returns: scalar of the inputs' dtype; float32 within about 1e-6 of float64.
    Raises: InputError if a sample is too small, where the shapes are known.
    Source: Gretton et al. 2012, JMLR 13:723, equations 3 and 5.
    """
    return _mean_within(x, kernel, unbiased) + _mean_within(y, kernel, unbiased) - 2 * ops.mean(kernel(x, y))


def mmd2_to_prior(z, *, bandwidth: float, unbiased: bool = True):
    """MMD² between codes and the prior N(0, I) under the Gaussian kernel, with the prior's two terms in closed form.

    E k(p, p') = (h² / (h² + 2))^(d/2);  E_p k(z, p) = (h² / (h² + 1))^(d/2) exp(-|z|² / (2 (h² + 1))).
    The prior is not sampled, which halves the standard deviation of the estimate at n = 32.

    Args: z (n, d), float array or tensor with known d, n >= 2 (>= 1 if biased); bandwidth h > 0 in latent units.
    Returns: scalar of z's dtype.
    Raises: InputError if h <= 0 or the sample is too small, where the shape is known.
    Source: Rustamov 2021, arXiv:1901.03227.
    """
    z = ops.convert_to_tensor(z)
    half_dim, h2 = z.shape[-1] / 2, bandwidth**2
    within = _mean_within(z, lambda x, y: gaussian(x, y, bandwidth=bandwidth), unbiased)
    prior_within = math.exp(-half_dim * math.log1p(2 / h2)) if h2 > 0 else 0.0
    prior_scale = math.exp(-half_dim * math.log1p(1 / h2)) if h2 > 0 else 0.0
    between = prior_scale * ops.mean(ops.exp(-ops.sum(ops.square(z), axis=-1) / (2 * (h2 + 1))))
    return within + prior_within - 2 * between


def _mean_within(x, kernel: KernelFunction, unbiased: bool):
    static_size = x.shape[0]
    if static_size is not None and static_size < 1 + unbiased:
        raise InputError(f"MMD² needs at least {1 + unbiased} points in each sample, got {static_size}")
    k_xx = kernel(x, x)
    if not unbiased:
        return ops.mean(k_xx)
    n = ops.cast(ops.shape(x)[0], k_xx.dtype)  # None in a traced graph, hence not x.shape
    return (ops.sum(k_xx) - ops.sum(ops.diagonal(k_xx))) / (n * (n - 1))
