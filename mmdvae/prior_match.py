"""How far the codes are from the prior N(0, I), measured with one kernel for all variants."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from mmdvae.kernels import imq_mixture_at

AT_MOST = 3_000  # codes compared: under the prior MMD² then scatters by 6e-5 (standard deviation); half a second
BLOCK = 500  # rows and columns at a time: (n, m, d) differences of 5,000 codes would take 800 MB


def mmd2(z: np.ndarray, prior: np.ndarray) -> float:
    """Unbiased MMD² between codes (n, d) and prior draws (m, d) under the mean of seven IMQ kernels.

    The kernel is the same whatever a variant was trained with, and its heavy tails feel codes that lie far away.
    Between N(0, q² I) and the prior, d = 8: 0.074 at q = 2, 0.17 at 3, 0.46 at 11.8. Below zero about half of the
    time when the codes do follow the prior.

    Returns: exact to the rounding of float64; NaN if a sample has fewer than two points.
    """

    def kernel(x, y):
        return imq_mixture_at(cdist(x, y, "sqeuclidean"), dim=z.shape[1])

    between = kernel_matrix(z, prior, kernel).mean(dtype=np.float64)
    return float(_mean_within(z, kernel) + _mean_within(prior, kernel) - 2 * between)


def draw_codes(means: np.ndarray, log_variances: np.ndarray, *, at_most: int, seed: int) -> np.ndarray:
    """One draw z from each of up to `at_most` posteriors, chosen at random for all may be sorted; (n, d) float32."""
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(means))[:at_most]
    noise = rng.standard_normal((len(chosen), means.shape[1]))
    return (means[chosen] + np.exp(0.5 * log_variances[chosen].astype(np.float64)) * noise).astype(np.float32)


def draw_prior(n: int, dim: int, *, seed: int) -> np.ndarray:
    """Draws from N(0, I), (n, dim) float32; the same for every variant."""
    return np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32)


def kernel_matrix(x: np.ndarray, y: np.ndarray, kernel: Callable[[Any, Any], Any]) -> np.ndarray:
    """Kernel values of all pairs, (n, d), (m, d) -> (n, m), computed block by block."""
    rows, columns = (range(0, len(points), BLOCK) for points in (x, y))
    return np.block([[np.asarray(kernel(x[i : i + BLOCK], y[j : j + BLOCK])) for j in columns] for i in rows])


def off_diagonal_mean(matrix: np.ndarray) -> float:
    """Mean of a square matrix without its diagonal, in float64; NaN for a single point, which has no pairs."""
    n = len(matrix)
    if n < 2:
        return math.nan
    return float((matrix.sum(dtype=np.float64) - np.trace(matrix, dtype=np.float64)) / (n * (n - 1)))


def _mean_within(x: np.ndarray, kernel: Callable[[Any, Any], Any]) -> float:
    return off_diagonal_mean(kernel_matrix(x, x, kernel))
