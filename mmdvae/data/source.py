"""A data set before it is decoded: its shape, parts and labels, and its images block by block."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from mmdvae.images import Shape

BLOCK = 16 << 20  # bytes of images that are in memory at a time
UNSPLIT = ""  # the part of a set that has no parts
MAX_ITEMS = 1_000_000  # images of one part; more is a broken header or a zip bomb
MAX_CLASSES = 256  # labels are bytes
UNLABELLED = ("all",)  # the classes of a set without labels

Progress = Callable[[int, int], None]  # so many done, of so many
Blocks = Callable[[], Iterator[np.ndarray]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The images of one part, in order."""

    name: str  # train, valid, test or UNSPLIT
    labels: np.ndarray  # (n,) uint8
    blocks: Blocks  # gives the n images in order, in arrays (k, H, W[, 3]) uint8
    digests: Sequence[bytes] | None = None  # of what each image belongs to; equal ones stay in one split
    names: Sequence[str] | None = None  # of files in a folder or archive, (n,); None: the images are rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A data set whose images have been counted and not yet decoded."""

    shape: Shape
    parts: tuple[Part, ...]  # one that is UNSPLIT, or train and test, or train, valid and test
    classes: tuple[str, ...]
    notes: tuple[str, ...] = ()  # what is converted or left out
    # The same, counted while images are read: by text, "{} values".
    tally: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """Images in all parts."""
        return sum(len(part.labels) for part in self.parts)

    def told(self) -> tuple[str, ...]:
        """All notes, once every image was read."""
        return (*self.notes, *(text.format(f"{count:,}") for text, count in self.tally.items()))


def rows_in_block(bytes_each: int) -> int:
    """How many images of that size make a block."""
    return max(1, BLOCK // max(1, bytes_each))


def plural(count: int, what: str) -> str:
    """3 pictures, 1 picture."""
    return f"{count:,} {what}{'s' * (count != 1)}"
