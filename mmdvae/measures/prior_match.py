"""Distance of the codes from the prior N(0, I), measured in the same way for all variants."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from mmdvae.kernels import imq_mixture_at
from mmdvae.measures import mardia, sliced_wasserstein

AT_MOST = 3_000  # codes compared: the standard deviation of MMD² under the prior is then 6e-5; half a second
PERMUTED = 1_000  # codes in the permutation test, which holds all kernel values in memory
PERMUTATIONS = 999  # so that the smallest p is 0.001
# All codes are compared with the same draws, so that differences between variants and seeds have less noise. What these
# draws themselves are off by (6e-5 of MMD²) is common to all and does not average out over seeds.
PRIOR_SEED = 2
BLOCK = 500  # rows and columns at a time: (n, m, d) differences of 5,000 codes would take 800 MB


def of_codes(z: np.ndarray) -> dict[str, float]:
    """mmd2, mmd2_p, sliced_w2, mardia_skewness and mardia_kurtosis of codes (n, d) in random order."""
    prior = draw_prior(min(len(z), PERMUTED), z.shape[1], seed=PRIOR_SEED)
    return {
        "mmd2": mmd2_of_codes(z),
        "mmd2_p": permutation_p(z[:PERMUTED], prior, seed=PRIOR_SEED),
        "sliced_w2": sliced_wasserstein.sliced_w2(z),
        **mardia.mardia(z),
    }


def mmd2_of_codes(z: np.ndarray) -> float:
    """`mmd2` of the first 3,000 codes (n, d), in random order, and as many prior draws."""
    z = z[:AT_MOST]
    return mmd2(z, draw_prior(*z.shape, seed=PRIOR_SEED))


def mmd2(z: np.ndarray, prior: np.ndarray) -> float:
    """Unbiased MMD² between codes (n, d) and prior draws (m, d) under the mean of seven IMQ kernels.

    The kernel is the same whatever kernel a variant was trained with, and its heavy tails are sensitive to far codes.
    Between N(0, q² I) and the prior, d = 8: 0.074 at q = 2, 0.17 at 3, 0.46 at 11.8. Negative about half of the time
    when the codes do follow the prior.

    Returns: exact up to float64 rounding; NaN if a sample has fewer than two points.
    """
    between = kernel_matrix(z, prior, _reference_kernel).mean(dtype=np.float64)
    return float(_mean_within(z, _reference_kernel) + _mean_within(prior, _reference_kernel) - 2 * between)


def permutation_p(z: np.ndarray, prior: np.ndarray, *, seed: int) -> float:
    """p-value of a permutation test: codes (n, d) and prior draws (m, d) have the same distribution, statistic `mmd2`.

    (1 + permutations with at least the observed mmd2) / (1 + 999); NaN if a sample has fewer than two points. If the
    codes follow the prior, p <= 0.05 occurs once in twenty tests.
    With enough codes every model but a perfect one has 0.001: look at mmd2 first.

    Source: Gretton et al. 2012, JMLR 13:723; Phipson and Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9:39.
    """
    if min(len(z), len(prior)) < 2:
        return math.nan
    pooled = np.concatenate([z, prior])
    k = kernel_matrix(pooled, pooled, _reference_kernel)
    np.fill_diagonal(k, 0.0)
    rng, n, m = np.random.default_rng(seed), len(z), len(prior)
    taken = np.zeros((n + m, 1 + PERMUTATIONS))  # 1: in the first sample; column 0: unpermuted
    taken[:n, 0] = 1
    for column in range(1, 1 + PERMUTATIONS):
        taken[rng.permutation(n + m)[:n], column] = 1
    first = np.einsum("ij,ij->j", taken, k @ taken)  # sum of k over pairs within the first sample
    across = k.sum(axis=0) @ taken - first
    second = k.sum() - first - 2 * across
    distances = first / (n * (n - 1)) + second / (m * (m - 1)) - 2 * across / (n * m)
    return float((1 + np.sum(distances[1:] >= distances[0])) / (1 + PERMUTATIONS))


def draw_codes(means: np.ndarray, log_variances: np.ndarray, *, seed: int) -> np.ndarray:
    """One draw z from each posterior, (n, d) float32; in random order, because images may be sorted by class."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(means))
    noise = rng.standard_normal(means.shape)
    return (means[order] + np.exp(0.5 * log_variances[order].astype(np.float64)) * noise).astype(np.float32)


def draw_prior(n: int, dim: int, *, seed: int) -> np.ndarray:
    """Draws from N(0, I), (n, dim) float32; the same for every variant."""
    return np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32)


def kernel_matrix(x: np.ndarray, y: np.ndarray, kernel: Callable[[Any, Any], Any]) -> np.ndarray:
    """Kernel values of all pairs, (n, d), (m, d) -> (n, m), in blocks; if x is y, each block is computed once."""
    rows, columns = (range(0, len(points), BLOCK) for points in (x, y))
    blocks: dict[tuple[int, int], np.ndarray] = {}
    for i in rows:
        for j in columns:
            known = blocks.get((j, i)) if x is y else None
            blocks[i, j] = np.asarray(kernel(x[i : i + BLOCK], y[j : j + BLOCK])) if known is None else known.T
    return np.block([[blocks[i, j] for j in columns] for i in rows])


def off_diagonal_mean(matrix: np.ndarray) -> float:
    """Mean of a square matrix without its diagonal, in float64; NaN for a single point, which has no pairs."""
    n = len(matrix)
    if n < 2:
        return math.nan
    return float((matrix.sum(dtype=np.float64) - np.trace(matrix, dtype=np.float64)) / (n * (n - 1)))


def _reference_kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return imq_mixture_at(cdist(x, y, "sqeuclidean"), dim=x.shape[1])


def _mean_within(x: np.ndarray, kernel: Callable[[Any, Any], Any]) -> float:
    return off_diagonal_mean(kernel_matrix(x, x, kernel))
