"""Between which sigmas a Gaussian kernel tells points apart: below it sees only strangers, above it only twins."""

import math

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import gammaincinv

ALIVE = (0.01, 0.99)  # kernel values outside say "stranger" or "twin" to one per cent, however the pair moves
DEAD_BELOW = 0.05  # share of pairs alive; N(0, I), d = 8: 0.003 at sigma 0.5, 0.20 at 1, 0.86 at 20, 0.002 at 50
AT_MOST = 1_000  # codes from whose distances the range is read


def of_codes(z: np.ndarray, prior: np.ndarray) -> dict[str, float]:
    """live_sigma_low, live_sigma_high and median_distance of codes (n, d) and prior draws (m, d), the first 1,000.

    Over all pairs that a code is part of, as in kernel_health. Outside the range a kernel is dead; inside it is alive
    unless the distances come in two kinds, as of codes in a few tight clusters, and sigma falls between the kinds.
    """
    z, prior = z[:AT_MOST], prior[:AT_MOST]
    squared = but_with_itself(cdist(z, np.concatenate([z, prior]), "sqeuclidean"))
    near, middle, far = np.quantile(squared, [DEAD_BELOW, 0.5, 1 - DEAD_BELOW])
    low, high = _between(near, far)
    return {"live_sigma_low": low, "live_sigma_high": high, "median_distance": math.sqrt(middle)}


def of_prior(dim: int) -> tuple[float, float]:
    """The same for N(0, I) itself, whose squared distances are 2 chi²(dim)."""
    near, far = (4 * float(gammaincinv(dim / 2, share)) for share in (DEAD_BELOW, 1 - DEAD_BELOW))
    return _between(near, far)


def median_distance_of_prior(dim: int) -> float:
    """The median distance of two draws from N(0, I), 3.83 in eight dimensions."""
    return math.sqrt(4 * float(gammaincinv(dim / 2, 0.5)))


def but_with_itself(pairs: np.ndarray) -> np.ndarray:
    """The values (n, m) of all pairs in one row, without those of a point with itself, which are on the diagonal."""
    different = np.ones(pairs.shape, dtype=np.bool_)
    np.fill_diagonal(different, False)
    return pairs[different]


def _between(near: float, far: float) -> tuple[float, float]:
    """Where one pair in twenty is no stranger any more, and still no twin; from two squared distances."""
    low, high = (math.sqrt(squared / (-2 * math.log(k))) for squared, k in zip((near, far), ALIVE, strict=True))
    return low, high
