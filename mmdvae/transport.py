"""Distances between the codes and the prior N(0, I) that grow without bound, where MMD² saturates."""

import numpy as np
from scipy.special import ndtri

PROJECTIONS = 500


def sliced_w2(z: np.ndarray, *, seed: int = 0) -> float:
    """Sliced Wasserstein-2 distance of codes (n, d) from N(0, I), in units of the prior's standard deviation.

    The root of the mean over 500 random directions of the squared distance along each. Every direction of N(0, I) is
    N(0, 1), whose quantiles are known, so the prior is not sampled. Between N(0, q² I) and the prior it is |q - 1|;
    of n draws of the prior itself about sqrt(2.6 / n).

    Source: Bonneel et al. 2015, J. Math. Imaging Vis. 51:22; Kolouri et al. 2019, arXiv:1804.01947.
    """
    directions = np.random.default_rng(seed).standard_normal((z.shape[1], PROJECTIONS))
    directions /= np.linalg.norm(directions, axis=0)
    along = np.sort(np.asarray(z, dtype=np.float64) @ directions, axis=0)  # (n, 500)
    quantiles = ndtri((np.arange(len(z)) + 0.5) / len(z))[:, None]
    return float(np.sqrt(np.square(along - quantiles).mean()))


def gaussian_w2(mean: np.ndarray, covariance: np.ndarray) -> float:
    """Wasserstein-2 distance of N(mean, covariance) from N(0, I): root of |m|² + sum (sqrt(l) - 1)²; (d,), (d, d).

    Source: Dowson and Landau 1982, J. Multivar. Anal. 12:450.
    """
    spread = np.sqrt(np.maximum(np.linalg.eigvalsh(covariance), 0.0))  # rounding can leave a zero just below zero
    return float(np.sqrt(np.square(mean).sum() + np.square(spread - 1).sum()))


def gaussian_kl(mean: np.ndarray, covariance: np.ndarray) -> float:
    """KL(N(mean, covariance) || N(0, I)) in nats, (tr C + |m|² - d - log det C) / 2; infinite for codes in a plane."""
    sign, logdet = np.linalg.slogdet(covariance)
    if sign <= 0:
        return float("inf")
    return float(0.5 * (np.trace(covariance) + np.square(mean).sum() - len(mean) - logdet))
