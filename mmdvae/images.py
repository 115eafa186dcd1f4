"""Shapes of images: grey (n, H, W) and colour (n, H, W, 3) arrays, with their channels and as thumbnails."""

import numpy as np

from mmdvae.errors import InputError

Shape = tuple[int, int, int]  # height, width, channels

SMALLEST, LARGEST = 8, 256  # pixels of a side
CHANNELS = (1, 3)


def shape_of(images: np.ndarray) -> Shape:
    """Height, width and channels of the images (n, H, W) or (n, H, W, 3)."""
    height, width = images.shape[1:3]
    return height, width, images.shape[3] if images.ndim == 4 else 1


def told(shape: Shape) -> str:
    """The shape in words: 64 x 64 colour."""
    return f"{shape[0]} x {shape[1]} {'grey' if shape[2] == 1 else 'colour'}"


def with_channels(images: np.ndarray) -> np.ndarray:
    """Images (n, H, W) or (n, H, W, C) -> (n, H, W, C), a view."""
    return images[..., None] if images.ndim == 3 else images


def without_channels(images: np.ndarray) -> np.ndarray:
    """Images (n, H, W, C) -> (n, H, W) if grey, else as they are; a view."""
    return images[..., 0] if images.shape[-1] == 1 else images


def check_shape(height: int, width: int, channels: int) -> None:
    """Raise InputError unless images of this shape can be trained on."""
    if not (SMALLEST <= height <= LARGEST and SMALLEST <= width <= LARGEST):
        raise InputError(f"images must have {SMALLEST} to {LARGEST} pixels a side, got {height} x {width}")
    if channels not in CHANNELS:
        raise InputError(f"images must have 1 channel (grey) or 3 (red, green, blue), got {channels}")


def thumbnails(images: np.ndarray, longest: int) -> np.ndarray:
    """The images (n, H, W[, 3]) uint8 with the longest side at most `longest` pixels; as they are if it is already.

    Each new pixel is the mean of the area that it covers. Sides keep their proportion, to a whole number of pixels.
    """
    height, width = images.shape[1:3]
    scale = longest / max(height, width)
    if scale >= 1:
        return images
    rows, columns = (_areas(side, max(1, round(scale * side))) for side in (height, width))
    small = np.einsum("ih,nh...->ni...", rows, np.asarray(images, dtype=np.float64), optimize=True)
    small = np.einsum("jw,niw...->nij...", columns, small, optimize=True)
    return np.rint(small).astype(np.uint8)


def _areas(before: int, after: int) -> np.ndarray:
    """(after, before): the share of each old pixel in each new one, which covers before / after of them."""
    edges = np.arange(after + 1) * (before / after)
    pixels = np.arange(before)
    covered = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return np.maximum(covered, 0) * (after / before)
