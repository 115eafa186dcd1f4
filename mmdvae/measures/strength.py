"""How hard a kernel pulls codes towards the prior N(0, I), in closed form: known before any training.

The kernel may be alive, that is, tell near points from far ones, and still pull too weakly to matter: in eight
dimensions a Gaussian kernel is alive up to sigma 39, but trainings with alpha 0.6 ended at a total variance of 9 with
sigma 10, of 17 with sigma 20 and of 44 with sigma 39 (docs/decisions/strength.md).
"""

import math

import numpy as np
from scipy.optimize import brentq

from mmdvae.kernel_mixtures import Gaussians, gaussian
from mmdvae.measures import live_range
from mmdvae.measures.kernel_states import BATCH, STRONG, Before

TOO_WIDE = (1.25, 2.0)  # codes that are a quarter and twice too wide: the weaker of both pulls counts


def pull(kernel: Gaussians, spread: float, dim: int) -> float:
    """d MMD² / dq between codes from N(0, q² I) and N(0, I) at q = `spread`; positive pulls inwards.

    MMD² is (h² / (h² + 2 q²))^(d/2) + (h² / (h² + 2))^(d/2) - 2 (h² / (h² + 1 + q²))^(d/2) for each Gaussian.
    """
    h2, q = kernel.squared_bandwidths, spread
    within = -2 * dim * q / (h2 + 2 * q**2) * (1 + 2 * q**2 / h2) ** (-dim / 2)
    between = 2 * dim * q / (h2 + 1 + q**2) * (1 + (1 + q**2) / h2) ** (-dim / 2)
    return float(kernel.weights @ (within + between))


def null_sd(kernel: Gaussians, dim: int, *, n: int = BATCH) -> float:
    """Standard deviation of the unbiased MMD² between n draws from N(0, I) and N(0, I) itself.

    The variance is 2 / (n (n - 1)) E c(x, x')², c the kernel less its means over either argument.

    Source: Gretton et al. 2012, JMLR 13:723, theorem 12; Rustamov 2021, arXiv:1901.03227, for the Gaussian integrals.
    """
    h2, half = kernel.squared_bandwidths, dim / 2
    # E k(x, x' | x) = (1 + 1 / h²)^-half exp(-|x|² / (2 (h² + 1))). All expectations less 1, or a wide kernel's cancel.
    both = np.expm1(-half * np.log1p(2 * (1 / h2[:, None] + 1 / h2)))  # E k(x, x') k'(x, x')
    of_means = np.expm1(
        -half * (np.log1p(1 / h2[:, None]) + np.log1p(1 / h2) + np.log1p(1 / (h2[:, None] + 1) + 1 / (h2 + 1)))
    )
    means = np.expm1(-half * (np.log1p(2 / h2[:, None]) + np.log1p(2 / h2)))
    centred = kernel.weights @ (both - 2 * of_means + means) @ kernel.weights
    return float(np.sqrt(max(centred, 0.0) * 2 / (n * (n - 1))))


def strength(kernel: Gaussians, dim: int) -> float:
    """The pull on codes that are too wide, in null standard deviations of MMD² from 128 codes per unit of spread."""
    unit = null_sd(kernel, dim)
    return min(pull(kernel, spread, dim) for spread in TOO_WIDE) / unit if unit > 0 else 0.0


def strong_range(dim: int) -> tuple[float, float]:
    """Lowest and highest sigma of a Gaussian kernel that is alive on the prior and whose strength is at least 10."""
    best = math.log(math.sqrt(dim))  # strong in any dimension
    low, high = (
        brentq(_over, end, best, args=(dim,)) if _over(end, dim) < 0 else end
        for end in map(math.log, live_range.of_prior(dim))
    )
    return math.exp(low), math.exp(high)


def working_range(dim: int) -> tuple[float, float]:
    """The part of the strong range in which trainings do end near the prior: from sqrt(d) to a third of the pull there.

    The ends of the strong range are the border between what worked and what did not; and below sqrt(d) a kernel does
    not pull harder, but feels less of codes that are still far.
    """
    best = math.log(math.sqrt(dim))
    third = strength(gaussian(math.exp(best)), dim) / 3
    _, high = strong_range(dim)
    if strength(gaussian(high), dim) < third:
        high = math.exp(brentq(lambda at: strength(gaussian(math.exp(at)), dim) - third, best, math.log(high)))
    return math.exp(best), high


def before_training(kernel: Gaussians, dim: int) -> Before:
    """What is known of a kernel before training: strong, weak, or dead on draws from the prior."""
    low, high = live_range.of_prior(dim)
    if np.all(kernel.widths < low):
        return "saturated"
    if np.all(kernel.widths > high):
        return "flat"
    return "strong" if strength(kernel, dim) >= STRONG else "weak"


def _over(log_sigma: float, dim: int) -> float:
    return strength(gaussian(math.exp(log_sigma)), dim) - STRONG
