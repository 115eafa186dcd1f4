"""Multivariate skewness and kurtosis: whether the codes are normal, whatever their mean and covariance."""

import numpy as np


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
    third_moments = np.einsum("na,nb,nc->abc", white, white, white, optimize=True) / len(z)  # norm²: mean over pairs
    return {
        "mardia_skewness": float(np.square(third_moments).sum()),
        "mardia_kurtosis": float(np.square(np.square(white).sum(axis=1)).mean() - dim * (dim + 2)),
    }


def _whitened(z: np.ndarray) -> np.ndarray:
    centred = z - z.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(z))
    if variances[0] <= np.finfo(np.float64).eps * len(variances) * variances[-1]:  # singular up to rounding
        return np.full_like(z, np.nan)
    return centred @ axes / np.sqrt(variances)
