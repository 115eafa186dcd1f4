"""Blocks of images: as many at a time as fit in memory, however large and many the images are."""

import math
import mmap
from collections.abc import Iterator

import numpy as np

BYTES = 32 * 2**20  # of the images of one block in float64
WHOLE = 100  # images; a network's batches and the sums of `reconstruction` are then the same as without blocks


def at_a_time(values: int, size: int) -> int:
    """How many images of so many values (pixels times channels) fill `size` bytes in float64; at least one."""
    return max(1, size // (8 * values))


def blocks(n: int, values: int) -> Iterator[slice]:
    """Slices that cover n images of so many values; whole hundreds of images if a hundred fit."""
    step = at_a_time(values, BYTES)
    step -= step % WHOLE if step > WHOLE else 0
    return (slice(start, min(start + step, n)) for start in range(0, n, step))


def read(images: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """The images (n, ...) block by block, with the slice of each; what was read of a mapped file is given back."""
    for block in blocks(len(images), math.prod(images.shape[1:])):
        yield block, images[block]
        give_back(images)


def give_back(images: np.ndarray) -> None:
    """Let go of the memory that a mapped file fills as it is read; whoever reads it again finds the same."""
    if isinstance(images, np.memmap):
        images._mmap.madvise(mmap.MADV_DONTNEED)  # type: ignore[attr-defined]


def in_unit(images: np.ndarray) -> np.ndarray:
    """uint8 images -> float64 in [0, 1], of the same shape; for one block."""
    return np.asarray(images, dtype=np.float64) / 255
