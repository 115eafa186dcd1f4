"""Apply trained networks to many images, batch by batch, and validate what users pass in."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mmdvae.errors import InputError
from mmdvae.images import Shape, with_channels, without_channels
from mmdvae.model import cost

BATCH = 100  # images at a time: as fast as 500, with a fifth of the memory for the outputs of layers
MOST_BYTES = 2.56e8  # of these outputs, for which large images go through a few at a time


def as_images(given: Any, shape: Shape) -> np.ndarray:
    """A user's images of that shape as (n, H, W[, 3]): uint8 of 0 to 255, or float32 in [0, 1] if they were floats.

    A channel axis of size 1 is removed. Raises: InputError for another shape or type, or floats out of range.
    """
    array = np.asarray(given)
    images = without_channels(array) if array.ndim == 4 else array
    if images.ndim < 3 or with_channels(images).shape[1:] != shape or not len(images):
        size = f"(n, {shape[0]}, {shape[1]}"
        choices = f"{size}) or {size}, 1)" if shape[2] == 1 else f"{size}, {shape[2]})"
        raise InputError(f"images must have shape {choices}, got {array.shape}")
    if images.dtype == np.uint8:
        return images
    if images.dtype.kind != "f":
        raise InputError(f"images must be uint8 of 0 to 255 or floats in [0, 1], got {images.dtype}")
    if not (images.min() >= 0 and images.max() <= 1):  # written so that NaN fails, too
        raise InputError(f"float images must be in [0, 1], got {images.min()} to {images.max()}")
    return images.astype(np.float32)


def as_points(given: Any, *, dim: int) -> np.ndarray:
    """A user's codes as (n, dim) float32; InputError for another shape or type, or numbers that are not finite."""
    points = np.asarray(given)
    if points.dtype.kind not in "fiu" or points.ndim != 2 or points.shape[1] != dim or not len(points):
        raise InputError(f"codes must be numbers of shape (n, {dim}), got {points.dtype} of {points.shape}")
    if not np.isfinite(points).all():
        raise InputError("codes must be finite, got NaN or infinite values")
    return points.astype(np.float32)


def scaled(images: np.ndarray) -> np.ndarray:
    """Images (n, H, W[, C]), uint8 or already in [0, 1] -> the networks' input, float32 (n, H, W, C) in [0, 1]."""
    pixels = with_channels(np.asarray(images, dtype="float32"))
    return pixels / 255 if images.dtype == np.uint8 else pixels


def at_a_time(outputs: int) -> int:
    """How many images go at a time through networks whose layers give so many numbers for one."""
    return max(1, min(BATCH, int(MOST_BYTES / (cost.FLOAT * outputs))))


def in_batches(
    network: Callable[[np.ndarray], Sequence[np.ndarray]], rows: np.ndarray, size: int = BATCH
) -> list[np.ndarray]:
    """Apply a network to rows (n, ...), `size` at a time; returns each of its outputs for all rows, (n, ...)."""
    # Not `predict`, which uses the input pipeline of `fit` (see mmdvae.training.compiled_loop).
    starts = range(0, len(rows), size)
    outputs = zip(*(network(rows[start : start + size]) for start in starts), strict=True)
    return [np.concatenate(output) for output in outputs]
