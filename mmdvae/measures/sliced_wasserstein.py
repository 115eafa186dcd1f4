"""Sliced Wasserstein distance of the codes from the prior, which keeps growing where MMD² saturates."""

import numpy as np
from scipy.special import ndtri

PROJECTIONS = 500


def sliced_w2(z: np.ndarray, *, seed: int = 0) -> float:
    """Sliced Wasserstein-2 distance of codes (n, d) from N(0, I), in units of the prior's standard deviation.

    The root of the mean, over 500 random directions, of the squared distance along each. Along any direction N(0, I)
    is N(0, 1), whose quantiles are known, so the prior is not sampled; sorted codes are compared with the quantiles at
    (i - 1/2) / n. N(0, q² I) has distance |q - 1|; n draws from the prior itself about sqrt(3 / n), for any d.

    Source: Bonneel et al. 2015, J. Math. Imaging Vis. 51:22; Kolouri et al. 2019, arXiv:1804.01947.
    """
    directions = np.random.default_rng(seed).standard_normal((PROJECTIONS, z.shape[1]))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    along = np.sort(directions @ np.asarray(z, dtype=np.float64).T, axis=1)  # (500, n)
    quantiles = ndtri((np.arange(len(z)) + 0.5) / len(z))
    return float(np.sqrt(np.square(along - quantiles).mean()))
