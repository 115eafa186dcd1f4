"""Makes images alike: pictures and arrays get one size and colour, and numbers become bytes."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mmdvae.data.options import DataOptions
from mmdvae.errors import InputError
from mmdvae.images import Shape, check_shape, shape_of, without_channels

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class Target:
    """The shape that all images get, and how."""

    shape: Shape
    fit: str = "crop"

    def of_picture(self, picture: "Image") -> np.ndarray:
        """A picture of mode L or RGB -> (H, W) or (H, W, 3) uint8."""
        from PIL import ImageOps
        from PIL.Image import Resampling

        height, width, channels = self.shape
        picture = picture.convert("L" if channels == 1 else "RGB")
        if picture.size != (width, height):
            size, how = (width, height), Resampling.LANCZOS
            if self.fit == "crop":
                picture = ImageOps.fit(picture, size, how)
            elif self.fit == "pad":
                picture = ImageOps.pad(picture, size, how)
            else:
                picture = picture.resize(size, how)
        return np.asarray(picture)

    def of_images(self, images: np.ndarray) -> np.ndarray:
        """Images (k, h, w[, c]) uint8 -> (k, H, W[, 3])."""
        from PIL.Image import fromarray

        if images.ndim == 4:
            images = without_channels(images)
        if shape_of(images) == self.shape:
            return images
        return np.stack([self.of_picture(fromarray(image)) for image in images])


def target(what: str, shape: Shape, options: DataOptions) -> Target:
    """What images of this shape become. Raises: InputError with `what`, if the shape is not allowed."""
    size = options.size or shape[:2]
    channels = {"grey": 1, "rgb": 3, None: shape[2]}[options.colour]
    try:
        check_shape(*size, channels)
    except InputError as error:
        raise InputError(f"{what}: {error}; --size HxW scales them, such as --size 64x64") from None
    return Target((*size, channels), options.fit or "crop")


def as_bytes(what: str, values: np.ndarray, limits: tuple[float, float], tally: Counter[str]) -> np.ndarray:
    """Numbers -> uint8: the lower limit becomes 0, the upper 255. Values outside are cut off, and counted.

    Raises: InputError if a value is no number.
    """
    low, high = limits
    values = np.asarray(values, dtype=np.float64)
    if np.isnan(values).any():
        raise InputError(f"{what}: must be numbers, has NaN")
    outside = int(np.count_nonzero((values < low) | (values > high)))
    if outside:
        tally[f"{{}} values outside of the range {low:g} to {high:g} were cut off to it"] += outside
    return np.rint((np.clip(values, low, high) - low) * (255 / (high - low))).astype(np.uint8)
