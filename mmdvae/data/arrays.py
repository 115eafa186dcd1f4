"""A data set whose images are arrays, checked by their type and shape."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from mmdvae.data.labels import Labelled
from mmdvae.data.options import DataOptions
from mmdvae.data.pixels import Target, as_bytes, target
from mmdvae.data.rows import Rows
from mmdvae.data.source import Part, Source
from mmdvae.errors import InputError
from mmdvae.images import Shape, told

LARGEST_SIDE = 8_192  # pixels of an image before it is scaled


def source(
    parts: Mapping[str, Labelled],
    options: DataOptions,
    *,
    classes: tuple[str, ...],
    notes: tuple[str, ...] = (),
    binary: bool = False,
) -> Source:
    """The data set whose parts are arrays of images with their labels (n,) uint8, or None if all are of one class.

    Args: binary: whether images of 0 and 1 alone are meant as black and white; the first block decides.
    Raises: InputError if an array holds no images, or images of several shapes.
    """
    tally = Counter[str]()
    shapes = {rows.name: image_shape(rows, options) for rows, _ in parts.values()}
    aims = {name: target(name, shape, options) for name, shape in shapes.items()}
    (first, aim), *others = aims.items()
    for other, its in others:
        if its != aim:
            raise InputError(f"{other}: must have {told(shapes[first])} images, as {first}, has {told(shapes[other])}")
    made = tuple(
        Part(
            name=name,
            labels=np.zeros(rows.shape[0], np.uint8) if labels is None else labels,
            blocks=_Blocks(rows, aim, options, tally, binary),
        )
        for name, (rows, labels) in parts.items()
    )
    changed = sorted({told(shape) for shape in shapes.values() if shape != aim.shape})
    how = f" ({aim.fit})" if options.size else ""
    scaled = (f"images of {' and '.join(changed)} were made {told(aim.shape)}{how}",) if changed else ()
    return Source(shape=aim.shape, parts=made, classes=classes, notes=(*notes, *scaled), tally=tally)


def image_shape(rows: Rows, options: DataOptions) -> Shape:
    """The shape of the images in an array. Raises: InputError unless it holds images, of bytes or with a range."""
    shape = rows.shape
    if not (len(shape) in (3, 4) and min(shape) > 0) or (len(shape) == 4 and shape[3] not in (1, 3)):
        last = " with the channels last" if len(shape) == 4 and shape[1] in (1, 3) else ""
        raise InputError(
            f"{rows.name}: must be (n, height, width) or, in colour, (n, height, width, 3){last}; got {shape}"
        )
    if max(shape[1:3]) > LARGEST_SIDE:
        raise InputError(f"{rows.name}: images must have at most {LARGEST_SIDE:,} pixels a side, got {shape}")
    if rows.dtype not in (np.uint8, np.bool_) and not (options.range and rows.dtype.kind in "iuf"):
        raise InputError(
            f"{rows.name}: must be uint8, got {rows.dtype}; --range LOW,HIGH says which values become 0 and 255"
        )
    return shape[1], shape[2], shape[3] if len(shape) == 4 else 1


@dataclass(frozen=True, slots=True)
class _Blocks:
    """The blocks of an array as images of one shape."""

    rows: Rows
    aim: Target
    options: DataOptions
    tally: Counter[str]
    binary: bool

    def __call__(self) -> Iterator[np.ndarray]:
        limits, ones = self.options.range, self.rows.dtype == np.bool_
        for number, block in enumerate(self.rows.blocks()):
            if number == 0 and self.binary:
                ones = ones or block.max() <= 1
            if ones and not limits:
                block = self._black_and_white(block)
            yield self.aim.of_images(as_bytes(self.rows.name, block, limits, self.tally) if limits else block)

    def _black_and_white(self, block: np.ndarray) -> np.ndarray:
        if block.max() > 1:
            raise InputError(
                f"{self.rows.name}: begins with images of 0 and 1 alone, but has {block.max()} later; give --range"
            )
        self.tally["{} images of 0 and 1 became black and white"] += len(block)
        return block.astype(np.uint8) * np.uint8(255)
