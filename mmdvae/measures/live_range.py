"""The range of sigma in which a Gaussian kernel is live: below it all kernel values are near 0, above it near 1."""

import math

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import gammaincinv

from mmdvae.measures.kernel_states import ALIVE, DEAD_BELOW

AT_MOST = 1_000  # codes whose distances determine the range


def of_codes(z: np.ndarray, prior: np.ndarray) -> dict[str, float]:
    """live_sigma_low, live_sigma_high and median_distance of codes (n, d) and prior draws (m, d), the first 1,000.

    Over all pairs that contain a code, as in kernel_health. Outside the range a kernel is dead; inside it is live,
    unless the distances are bimodal, as for codes in a few tight clusters, and sigma lies between the modes.
    """
    z, prior = z[:AT_MOST], prior[:AT_MOST]
    squared = without_diagonal(cdist(z, np.concatenate([z, prior]), "sqeuclidean"))
    near, middle, far = np.quantile(squared, [DEAD_BELOW, 0.5, 1 - DEAD_BELOW])
    low, high = _between(near, far)
    return {"live_sigma_low": low, "live_sigma_high": high, "median_distance": math.sqrt(middle)}


def of_prior(dim: int) -> tuple[float, float]:
    """The live range for draws from N(0, I), whose squared distances follow 2 chi²(dim)."""
    near, far = (4 * float(gammaincinv(dim / 2, share)) for share in (DEAD_BELOW, 1 - DEAD_BELOW))
    return _between(near, far)


def median_distance_of_prior(dim: int) -> float:
    """The median distance of two draws from N(0, I), 3.83 in eight dimensions."""
    return math.sqrt(4 * float(gammaincinv(dim / 2, 0.5)))


def without_diagonal(pairs: np.ndarray) -> np.ndarray:
    """The values of all pairs (n, m) as a 1-D array without the diagonal, which pairs each point with itself."""
    different = np.ones(pairs.shape, dtype=np.bool_)
    np.fill_diagonal(different, False)
    return pairs[different]


def _between(near: float, far: float) -> tuple[float, float]:
    """Sigmas at which the near pair's kernel value is at the lower bound, and the far pair's at the upper one."""
    low, high = (math.sqrt(squared / (-2 * math.log(k))) for squared, k in zip((near, far), ALIVE, strict=True))
    return low, high
