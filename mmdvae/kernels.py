"""Kernels between two sets of points: (n, d), (m, d) -> (n, m), in [0, 1], on every Keras backend."""

import keras
from keras import ops

from mmdvae.errors import InputError
from mmdvae.kernel_mixtures import WAE_SCALES


def gaussian(x, y, *, bandwidth):
    """Gaussian kernel matrix, k(a, b) = exp(-|a - b|² / (2 h²)).

    Args: x (n, d) and y (m, d), float arrays or tensors of the same dtype; bandwidth h > 0 in latent units
        (the prior N(0, I) has scale 1; h is not rescaled by d; points divided by h must be finite in float32).
    Returns: (n, m) in [0, 1]; float32 entries within 1e-6 of float64.
    Raises: InputError if h <= 0, or if x and y are not float points of equal dimension.
    Source: Gretton et al. 2012, JMLR 13:723.
    """
    if not bandwidth > 0:
        raise InputError(f"bandwidth must be > 0 (latent units), got {bandwidth}")
    x, y = _points(x, y)
    # Divide before squaring: h² underflows in float32 long before (a - b) / h overflows where it matters.
    return ops.exp(-0.5 * _squared_distances(x / bandwidth, y / bandwidth))


def gaussian_mixture(x, y, *, bandwidths):
    """Mean of Gaussian kernels, so that k(a, a) = 1.

    Args: x (n, d) and y (m, d), float arrays or tensors of the same dtype; bandwidths, one or more, as for `gaussian`.
    Returns: (n, m) in [0, 1].
    Raises: InputError as `gaussian`, and without a bandwidth.
    """
    if not bandwidths:
        raise InputError("bandwidths must be one number or more, got none")
    return sum(gaussian(x, y, bandwidth=one) for one in bandwidths) / len(bandwidths)


def imq(x, y, *, scale):
    """Inverse multiquadric kernel matrix, k(a, b) = C / (C + |a - b|²).

    Args: x (n, d) and y (m, d), float arrays or tensors of the same dtype; scale C > 0 in squared latent units
        (the mean squared distance of two draws from N(0, I) is 2d).
    Returns: (n, m) in (0, 1]; float32 entries within 1e-6 of float64.
    Raises: InputError if C <= 0, or if x and y are not float points of equal dimension.
    Source: Tolstikhin et al. 2018, arXiv:1711.01558, section 4.
    """
    if not scale > 0:
        raise InputError(f"scale must be > 0 (squared latent units), got {scale}")
    return scale / (scale + _squared_distances(*_points(x, y)))


def imq_mixture(x, y, *, dim):
    """Mean of the seven inverse multiquadric kernels of the Wasserstein autoencoder, C = 2 d * (0.1 ... 10).

    The small scales resolve near points; the large ones have heavy tails and still give a gradient at far points.

    Args: x (n, d) and y (m, d), float arrays or tensors of the same dtype; dim, the d that sets the base scale 2 d.
    Returns: (n, m) in (0, 1]; the mean and not the sum, so that k(a, a) = 1.
    Raises: InputError if dim < 1, or if x and y are not float points of equal dimension.
    Source: Tolstikhin et al. 2018, arXiv:1711.01558; their code takes the sum.
    """
    return imq_mixture_at(_squared_distances(*_points(x, y)), dim=dim)


def imq_mixture_at(squared_distances, *, dim):
    """`imq_mixture` as a function of squared distances, an array or tensor of any shape; returns the same shape."""
    if dim < 1:
        raise InputError(f"dim must be >= 1, got {dim}")
    bases = [2.0 * dim * scale for scale in WAE_SCALES]
    return sum(base / (base + squared_distances) for base in bases) / len(bases)


def _points(x, y):
    """Both as tensors; InputError if they are not (n, d) and (m, d) or not floats (squared integers can overflow)."""
    points = [ops.convert_to_tensor(given) for given in (x, y)]
    shapes = [tuple(given.shape) for given in points]
    if any(len(shape) != 2 for shape in shapes) or shapes[0][1] != shapes[1][1]:
        raise InputError(f"points must have shapes (n, d) and (m, d), got {shapes[0]} and {shapes[1]}")
    for given in points:
        if "float" not in keras.backend.standardize_dtype(given.dtype):
            raise InputError(f"points must be floats, got {keras.backend.standardize_dtype(given.dtype)}")
    return points


def _squared_distances(x, y):
    # From differences: |a|² + |b|² - 2ab loses up to 2e-4 in float32 when the points lie away from the origin.
    return ops.sum(ops.square(x[:, None] - y[None, :]), axis=-1)  # (n, m, d) -> (n, m)
