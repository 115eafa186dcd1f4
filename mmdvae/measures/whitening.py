"""The affine map that gives codes the prior's mean and covariance: what is left afterwards is their shape."""

import numpy as np

SINGULAR = 1e-6  # least standard deviation over the largest; codes are float32, whose rounding is 1e-7 of the largest


def whitened(train: np.ndarray, z: np.ndarray) -> np.ndarray | None:
    """Codes z (m, d) after C^-½ (z - mean), mean and C of training codes (n, d); float64. None if C is singular.

    The root is the symmetric one, the map that moves the codes least. Another affine map of all codes only turns the
    result, and the prior looks the same from every side.

    Source: Kessy et al. 2018, Am. Stat. 72:309 (ZCA whitening).
    """
    mean, covariance = moments(train)
    variances, axes = np.linalg.eigh(covariance)
    if not variances[0] > SINGULAR**2 * variances[-1]:
        return None
    return (np.asarray(z, dtype=np.float64) - mean) @ (axes / np.sqrt(variances)) @ axes.T


def moments(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean (d,) and covariance (d, d) of codes (n, d), divided by n; float64."""
    centred = np.asarray(z, dtype=np.float64)
    mean = centred.mean(axis=0)
    centred = centred - mean
    return mean, centred.T @ centred / len(centred)
