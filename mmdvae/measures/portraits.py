"""Pictures of a decoder: a slice of the prior, a walk along each coordinate, the training images nearest to samples."""

from collections.abc import Callable

import numpy as np

from mmdvae.images import thumbnails
from mmdvae.measures import projections
from mmdvae.measures.blocks import read

Decode = Callable[[np.ndarray], np.ndarray]  # codes (n, d) -> images to show (n, h, w[, 3]) uint8

STEPS = 9
REACH = 2.5  # standard deviations of the prior: 98.8 % of its draws of one coordinate lie within
COORDINATES = 8  # as many walks as a page can show
COMPARED = 8  # samples with their nearest training image
SCALE = 64  # test images with the distance of theirs
SHOWN = 64  # pixels of the longest side of an image to show


def of_decoder(decode: Decode, means: np.ndarray) -> dict[str, np.ndarray]:
    """prior_slice (81, h, w[, 3]), traversals (9 t, h, w[, 3]), both uint8, and traversal_dims (t,) int32.

    For means (n, d).

    Both around the origin and in standard deviations of the prior, wherever the codes lie: they show what the decoder
    makes of N(0, I). The slice is a grid in the plane of the means' two main directions: from left to right along the
    first, from the bottom row up along the second. Its rows are alike if d = 1. A traversal varies one coordinate and
    leaves the others 0.
    """
    dims = varied(means)
    return {
        "prior_slice": decode(slice_codes(means)),
        "traversals": decode(traversal_codes(dims, means.shape[1])),
        "traversal_dims": dims,
    }


def of_samples(samples: np.ndarray, train: np.ndarray, test: np.ndarray) -> dict[str, np.ndarray]:
    """The nearest training image of each of the first 8 samples, and how far training images are from test images.

    All images (n, H, W[, 3]) uint8. nearest_images (8, h, w[, 3]) uint8, thumbnails of at most 64 pixels; nearest_index
    (8,) int32, rows of `train`; nearest_distance (8,) and nearest_of_test (64,) float32, of test images from all over
    the split, because it may be sorted by class. Fewer if there are fewer images. Distances are those of `nearest`, at
    full size.
    """
    shown = samples[:COMPARED]
    spread = np.unique(np.linspace(0, len(test) - 1, SCALE).astype(int))
    index, distance = nearest(np.concatenate([shown, test[spread]]), train)
    own = slice(len(shown))
    return {
        "nearest_images": thumbnails(np.asarray(train[index[own]]), SHOWN),
        "nearest_index": index[own],
        "nearest_distance": distance[own],
        "nearest_of_test": distance[len(shown) :],
    }


def nearest(images: np.ndarray, among: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Index (n,) int32 of the nearest of `among`, the first of equals, and its distance (n,) float32; uint8 images.

    The distance is the root mean squared difference of the pixels and channels, in [0, 1]. The differences of squares
    and products are exact, in blocks of any size: they are integers below 2 * 255² for each pixel and channel, 2.6e10
    for the largest images (256 x 256 x 3), where float64 holds all up to 9e15 and float32 up to 1.7e7.
    """
    rows = _rows(images)
    least, index = np.full(len(rows), np.inf), np.zeros(len(rows), np.int32)
    for some, others in read(among):
        block = _rows(others)
        squared = _squares(rows)[:, None] + _squares(block) - 2 * (rows @ block.T)  # (n, block)
        best = squared.argmin(axis=1)
        found = squared[np.arange(len(rows)), best]
        index, least = np.where(found < least, some.start + best, index), np.minimum(found, least)
    return index.astype(np.int32), (np.sqrt(least / rows.shape[1]) / 255).astype(np.float32)


def slice_codes(means: np.ndarray) -> np.ndarray:
    """Codes (81, d) of the slice, for posterior means (n, d)."""
    axes = projections.directions(means)[1]
    steps = np.linspace(-REACH, REACH, STEPS)
    up, right = (grid.ravel() for grid in np.meshgrid(steps[::-1], steps, indexing="ij"))
    return np.stack([right, up], axis=1)[:, : axes.shape[1]] @ axes.T


def traversal_codes(dims: np.ndarray, d: int) -> np.ndarray:
    """Codes (9 t, d), nine steps along each of the coordinates (t,) in turn."""
    codes = np.zeros((len(dims), STEPS, d))
    codes[np.arange(len(dims)), :, dims] = np.linspace(-REACH, REACH, STEPS)
    return codes.reshape(-1, d)


def varied(means: np.ndarray) -> np.ndarray:
    """The eight coordinates with the largest variance of the means (n, d), in rising order; (<= 8,) int32."""
    variances = np.asarray(means, dtype=np.float64).var(axis=0)
    return np.sort(np.argsort(-variances, kind="stable")[:COORDINATES]).astype(np.int32)


def _rows(images: np.ndarray) -> np.ndarray:
    return np.asarray(images, dtype=np.float64).reshape(len(images), -1)


def _squares(rows: np.ndarray) -> np.ndarray:
    return np.einsum("ij,ij->i", rows, rows)
