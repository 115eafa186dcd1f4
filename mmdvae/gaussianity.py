"""Are codes that have the prior's mean and covariance normal at all? Mardia's third and fourth moments."""

import numpy as np


def skewness(z: np.ndarray) -> float:
    """Mean of (z_i . z_j)³ over pairs of different codes (n, d): 0 for a point-symmetric distribution, unbiased.

    Under N(0, I) it scatters about 0 by 6 sqrt(d (d + 1) (d + 2)) / n... see the test. Codes are not whitened: they are held against N(0, I) itself.

    Source: Mardia 1970, Biometrika 57:519.
    """
    z = np.asarray(z, dtype=np.float64)
    n = len(z)
    third_moments = np.einsum("na,nb,nc->abc", z, z, z, optimize=True)  # (d, d, d): the n² pairs are its squared norm
    with_themselves = np.sum(np.square(z).sum(axis=1) ** 3)
    return float((np.square(third_moments).sum() - with_themselves) / (n * (n - 1)))


def kurtosis(z: np.ndarray) -> float:
    """Mean of |z|⁴ of codes (n, d), less its value d (d + 2) under N(0, I): above 0 with heavier tails."""
    squares = np.square(np.asarray(z, dtype=np.float64)).sum(axis=1)
    dim = z.shape[1]
    return float(np.square(squares).mean() - dim * (dim + 2))
