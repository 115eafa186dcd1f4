"""Multivariate skewness and kurtosis: whether the codes are normal, whatever their mean and covariance."""

import numpy as np

MOST = 2**24  # numbers in memory at once, 134 MB


def mardia(z: np.ndarray) -> dict[str, float]:
    """mardia_skewness and mardia_kurtosis of codes (n, d), 0 for a normal distribution; NaN for a singular covariance.

    Codes are whitened with their own mean m and covariance S (divided by n), so both are invariant under affine maps.
    Skewness, the mean over all pairs of ((z - m)' S⁻¹ (z' - m))³, is for d independent coordinates the sum of their
    squared skewnesses; on average d (d + 1) (d + 2) / n for n normal draws. Kurtosis, the mean of
    ((z - m)' S⁻¹ (z - m))² minus d (d + 2), is for independent coordinates the sum of their excess kurtoses.

    Source: Mardia 1970, Biometrika 57:519.
    """
    dim = z.shape[1]
    white = _whitened(np.asarray(z, dtype=np.float64))
    return {
        "mardia_skewness": _by_moments(white) if white.size * dim <= MOST else _by_pairs(white),
        "mardia_kurtosis": float(np.square(np.square(white).sum(axis=1)).mean() - dim * (dim + 2)),
    }


def _by_moments(white: np.ndarray) -> float:
    """The mean over all pairs of their product cubed is the squared norm of the third moments; n d² numbers."""
    moments = np.einsum("na,nb,nc->abc", white, white, white, optimize=True) / len(white)
    return float(np.square(moments).sum())


def _by_pairs(white: np.ndarray) -> float:
    """The same by its definition, for many dimensions."""
    n, step = len(white), max(1, MOST // (2 * len(white)))
    products = (white[start : start + step] @ white.T for start in range(0, n, step))
    return float(sum((block * block * block).sum() for block in products) / n**2)


def _whitened(z: np.ndarray) -> np.ndarray:
    centred = z - z.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(z))
    if variances[0] <= np.finfo(np.float64).eps * len(variances) * variances[-1]:  # singular up to rounding
        return np.full_like(z, np.nan)
    return centred @ axes / np.sqrt(variances)
