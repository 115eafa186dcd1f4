"""Principal component analysis of training images: the linear method that models are compared with."""

import math

import numpy as np

from mmdvae.images import Shape, shape_of
from mmdvae.measures.blocks import blocks, give_back, read

EXACT = 1_024  # pixels times channels: above, all their covariances take too long and too much memory
MOST, VALUES = 20_000, 1_000_000_000  # images for the approximation, and values of all of them
FEWEST = 5_000
PASSES = 5  # over the images
WIDTH = 2  # times as many directions as are asked for: with fewer the last ones are still far from the axes
SEED = 7


class Pca:
    """PCA of training images in [0, 1]: mean (p,), leading axes (p, k), standard deviations along them (k,).

    p is the number of values of an image, pixels times channels. Exact if p <= 1,024, else `leading_axes`.
    """

    def __init__(self, images: np.ndarray, components: int):
        self.shape: Shape = shape_of(images)
        axes = principal_axes if math.prod(self.shape) <= EXACT else leading_axes
        self.mean, self.axes, self.spread = axes(images, components)

    def codes(self, images: np.ndarray, components: int | None = None) -> np.ndarray:
        """uint8 (n, H, W[, C]) -> coordinates (n, k), along the first `components` axes or all."""
        axes = self.axes[:, :components]
        return np.concatenate([(_rows(block) / 255 - self.mean) @ axes for _, block in read(images)])

    def images(self, codes: np.ndarray) -> np.ndarray:
        """Coordinates (n, k) -> images (n, H, W[, C]), clipped to [0, 1] as for display.

        Clipping reduces the error a little (on Fashion-MNIST with k = 8, to 0.02595 per pixel from 0.02661).
        """
        return self.shaped(np.clip(self.mean + codes @ self.axes[:, : codes.shape[1]].T, 0, 1))

    def shaped(self, rows: np.ndarray) -> np.ndarray:
        """Rows (n, p) -> images (n, H, W[, C])."""
        height, width, channels = self.shape
        return rows.reshape(-1, height, width, *([channels] if channels > 1 else []))


def principal_axes(images: np.ndarray, components: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean (p,), leading axes (p, components) and standard deviations (components,) of uint8 images (n, H, W[, C]).

    The results are for the images scaled to [0, 1]; exact.
    """
    n, values = len(images), math.prod(images.shape[1:])
    total, products = np.zeros(values), np.zeros((values, values))
    for _, some in read(images):
        block = _rows(some)
        total += block.sum(axis=0)  # sums and products of integers, exact in float64
        products += block.T @ block
    mean = total / n
    variances, axes = np.linalg.eigh(products / n - np.outer(mean, mean))  # ascending
    leading = slice(-1, -components - 1, -1)
    return mean / 255, axes[:, leading], np.sqrt(np.maximum(variances[leading], 0)) / 255


def leading_axes(images: np.ndarray, components: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same as `principal_axes`, approximately, in float32, from at most 20,000 images from all over the split.

    Block subspace iteration from random directions, seeded. Images are read five times and a block at a time, so that
    memory grows with p * components alone. On images with the spectrum of photographs what 64 axes leave is within a
    thousandth of the least possible, what 16 leave within a millionth.

    Source: Halko et al. 2011, SIAM Review 53:217, with more iterations and without a copy of the images.
    """
    values = math.prod(images.shape[1:])
    most = min(MOST, max(FEWEST, VALUES // values), len(images))
    rows = np.linspace(0, len(images) - 1, most).astype(int)
    mean = np.zeros(values)
    for some in blocks(most, values):
        mean += _rows(images[rows[some]]).sum(axis=0)
        give_back(images)
    mean /= most
    start = np.random.default_rng(SEED).standard_normal((values, min(WIDTH * components, values)), dtype=np.float32)
    axes, variances = _orthonormal(start), np.zeros(0)
    for left in reversed(range(PASSES)):
        image = np.zeros_like(axes)  # of the axes under the covariance
        for some in blocks(most, values):
            block = (_rows(images[rows[some]]) - mean).astype(np.float32)
            image += block.T @ (block @ axes)
            give_back(images)
        if left:
            axes = _orthonormal(image)
    variances, turn = np.linalg.eigh((axes.T @ image).astype(np.float64) / most)
    leading = slice(-1, -components - 1, -1)
    spread = np.sqrt(np.maximum(variances[leading], 0)) / 255
    return mean / 255, axes.astype(np.float64) @ turn[:, leading], spread


def _rows(images: np.ndarray) -> np.ndarray:
    return np.asarray(images, dtype=np.float64).reshape(len(images), -1)


def _orthonormal(columns: np.ndarray) -> np.ndarray:
    return np.linalg.qr(columns)[0]
