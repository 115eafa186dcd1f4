"""What a judge of images without labels learns to tell: how an image was turned, or mirrored if it is not square.

Source: Gidaris et al. 2018, arXiv:1803.07728 (predicting rotations teaches features without labels).
"""

from typing import Literal

import numpy as np

from mmdvae.images import Shape

Task = Literal["orientations", "flips"]

COUNT = 4


def task(shape: Shape) -> Task:
    """Quarter turns of square images, flips of others, whose shape a turn would change."""
    return "orientations" if shape[0] == shape[1] else "flips"


def draw(n: int, *, seed: int) -> np.ndarray:
    """Which of the four each of n images gets, (n,) in 0 to 3, equally likely."""
    return np.random.default_rng(seed).integers(0, COUNT, n)


def turned(images: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Images (n, H, W[, 3]) after `which` quarter turns to the left if they are square, (n,) in 0 to 3.

    Others after a flip: 0 none, 1 left to right, 2 upside down, 3 both.
    """
    square = images.shape[1] == images.shape[2]
    made = np.empty_like(images)
    for k in range(COUNT):
        rows = which == k
        made[rows] = np.rot90(images[rows], k, axes=(1, 2)) if square else _flipped(images[rows], k)
    return made


def _flipped(images: np.ndarray, k: int) -> np.ndarray:
    return images[:, :: -1 if k & 2 else 1, :: -1 if k & 1 else 1]
