"""Makes images that come one after another like the first of them; those of a user's own function."""

from collections import Counter
from typing import Any

import numpy as np

from mmdvae.data.arrays import LARGEST_SIDE
from mmdvae.data.kinds import picture_file
from mmdvae.data.options import DataOptions
from mmdvae.data.pixels import Target, as_bytes, target
from mmdvae.data.source import plural
from mmdvae.errors import InputError
from mmdvae.images import Shape, told


class Alike:
    """Gives every image the shape of the first or what the options say, and counts what it changes.

    An image is an array (H, W) or (H, W, C), C 1 or 3, of bytes or, with a range, of other numbers; or a picture of
    Pillow's, which is treated as one in a file.
    """

    def __init__(self, options: DataOptions):
        self.options = options
        self.aim: Target | None = None  # None until the first image
        self._first: tuple[str, Shape] = "", (0, 0, 0)  # where it was, and its shape
        self._changes = Counter[str]()
        self._values = Counter[str]()  # by text, "{} values"
        self._ranged = 0  # images that the range was for
        self._brightest = 0

    def __call__(self, where: str, image: Any) -> np.ndarray:
        """An image -> (H, W) or (H, W, 3) uint8. Raises: InputError with `where`, if it cannot be used."""
        from PIL.Image import Image

        if isinstance(image, Image):
            with picture_file.readable(where):
                return self._picture(where, image)
        if isinstance(image, np.ndarray):
            return self._array(where, image)
        raise InputError(
            f"{where}: must be a numpy array (height, width[, channels]) or a picture of Pillow's, got "
            f"{type(image).__name__}"
        )

    def notes(self) -> list[str]:
        """What was done to how many images. Raises: InputError if what was given cannot have been meant."""
        if self.options.range and not self._ranged:
            raise InputError("range is for numbers that are no bytes, of which there are none")
        if not self.options.range and self._brightest <= 1:
            raise InputError(
                f"images must have bytes of 0 to 255, the largest of all is {self._brightest}; black and white are bool"
            )
        told = [f"{change}: {plural(count, 'image')}" for change, count in sorted(self._changes.items())]
        return [*told, *(text.format(f"{count:,}") for text, count in self._values.items())]

    def _picture(self, where: str, picture: Any) -> np.ndarray:
        limits = self.options.range
        header = picture_file.header_of(where, picture, limits)
        aim = self._aim(where, (*header.size, 3 if header.colour else 1))
        self._changes.update(header.changes)
        self._ranged += header.ranged
        return self._seen(aim.of_picture(picture_file.picture_of(where, picture, limits, self._values)))

    def _array(self, where: str, array: np.ndarray) -> np.ndarray:
        aim = self._aim(where, _shape(where, array))
        if array.dtype == np.bool_:
            self._changes["0 and 1 became black and white"] += 1
            array = array * np.uint8(255)
        elif array.dtype != np.uint8:
            if not self.options.range or array.dtype.kind not in "iuf":
                raise InputError(
                    f"{where}: must be uint8, got {array.dtype}; --range LOW,HIGH says which values become 0 and 255"
                )
            self._ranged += 1
            array = as_bytes(where, array, self.options.range, self._values)
        return self._seen(aim.of_images(array[None])[0])

    def _aim(self, where: str, shape: Shape) -> Target:
        """What an image of this shape becomes. Raises: InputError if it differs and no option decides."""
        if self.aim is None:
            self.aim, self._first = target(where, shape, self.options), (where, shape)
        first, known = self._first
        if not self.options.size and shape[:2] != known[:2]:
            raise InputError(
                f"{where}: must have the size of all before, or --size HxW must be given, such as --size 64x64; it is "
                f"{told(shape)}, {first} is {told(known)}"
            )
        if not self.options.colour and shape[2] != known[2]:
            raise InputError(
                f"{where}: must be grey or in colour as all before, or --colour grey or --colour rgb must be given; it "
                f"is {told(shape)}, {first} is {told(known)}"
            )
        self._count(shape, self.aim)
        return self.aim

    def _count(self, shape: Shape, aim: Target) -> None:
        if shape[2] != aim.shape[2]:
            self._changes["colour made grey" if aim.shape[2] == 1 else "grey made RGB"] += 1
        if shape[:2] != aim.shape[:2]:
            height, width = aim.shape[:2]
            larger = shape[0] < height or shape[1] < width
            self._changes[f"scaled to {height} x {width} ({aim.fit}{', enlarged' if larger else ''})"] += 1

    def _seen(self, image: np.ndarray) -> np.ndarray:
        self._brightest = max(self._brightest, int(image.max()))
        return image


def _shape(where: str, array: np.ndarray) -> Shape:
    shape = array.shape
    if len(shape) not in (2, 3) or min(shape) < 1 or (len(shape) == 3 and shape[2] not in (1, 3)):
        last = ", the channels last" if len(shape) == 3 and shape[0] in (1, 3) else ""
        raise InputError(f"{where}: must be (height, width) or, in colour, (height, width, 3){last}; got {shape}")
    if max(shape[:2]) > LARGEST_SIDE:
        raise InputError(f"{where}: must have at most {LARGEST_SIDE:,} pixels a side, got {shape}")
    return shape[0], shape[1], shape[2] if len(shape) == 3 else 1
