"""Images in an array that is read row by row: from an .npy stream or any other, checked by its type and shape."""

import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import IO

import numpy as np

from mmdvae.data.options import DataOptions
from mmdvae.data.pixels import Target, as_bytes, target
from mmdvae.data.source import MAX_CLASSES, MAX_ITEMS, UNLABELLED, UNSPLIT, Blocks, Part, Source, rows_in_block
from mmdvae.errors import InputError
from mmdvae.images import Shape, told

UNREADABLE = (  # what reading a damaged or hostile file raises
    *(OSError, EOFError, ValueError, KeyError, OverflowError, MemoryError, NotImplementedError),
    *(zipfile.BadZipFile, zlib.error),
)
Opener = Callable[[], AbstractContextManager[IO[bytes]]]
LARGEST_SIDE = 8_192  # pixels of an image before it is scaled


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """An array whose rows are read in blocks."""

    name: str  # for messages
    dtype: np.dtype
    shape: tuple[int, ...]
    blocks: Blocks

    def whole(self) -> np.ndarray:
        """The array in memory; for labels."""
        found = list(self.blocks())
        return np.concatenate(found) if found else np.empty(self.shape, self.dtype)


Labelled = tuple[Rows, np.ndarray | None]  # images and their labels (n,) uint8, or None if all are of one class


def in_memory(name: str, array: np.ndarray) -> Rows:
    """An array that is in memory."""
    return Rows(name=name, dtype=array.dtype, shape=array.shape, blocks=lambda: iter((array,)))


def npy(name: str, opened: Opener) -> Rows:
    """The array of an .npy stream, whose header is read now and whose rows when they are asked for.

    Raises: InputError if it is none, or has pickled objects, which could run any code.
    """
    try:
        with opened() as stream:
            shape, fortran, dtype = _header(stream)
    except UNREADABLE as error:
        raise InputError(f"{name}: must be a readable array without pickled objects, but {error}") from None

    def blocks() -> Iterator[np.ndarray]:
        try:
            with opened() as stream:
                _header(stream)
                if fortran:  # its rows lie scattered
                    yield _read(stream, dtype, shape[::-1]).T
                    return
                step = rows_in_block(dtype.itemsize * int(np.prod(shape[1:], dtype=np.int64)))
                for start in range(0, shape[0], step):
                    yield _read(stream, dtype, (min(step, shape[0] - start), *shape[1:]))
        except UNREADABLE as error:
            raise InputError(f"{name}: must be a readable array without pickled objects, but {error}") from None

    return Rows(name=name, dtype=dtype, shape=shape, blocks=blocks)


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
    if shape[0] > MAX_ITEMS:
        raise InputError(f"{rows.name}: must have at most {MAX_ITEMS:,} images, has {shape[0]:,}")
    if rows.dtype not in (np.uint8, np.bool_) and not (options.range and rows.dtype.kind in "iuf"):
        raise InputError(
            f"{rows.name}: must be uint8, got {rows.dtype}; --range LOW,HIGH says which values become 0 and 255"
        )
    return shape[1], shape[2], shape[3] if len(shape) == 4 else 1


def numbered(values: list[tuple[str, np.ndarray]]) -> tuple[list[np.ndarray], tuple[str, ...]]:
    """Labels that are whole numbers, by name of their array -> for each (n,) uint8, and the classes that occur."""
    for name, array in values:
        if array.dtype.kind not in "iu" or array.ndim != 1:
            raise InputError(f"{name}: labels must be whole numbers, one an image, got {array.dtype} of {array.shape}")
    known = np.unique(np.concatenate([array for _, array in values]))
    if len(known) > MAX_CLASSES:
        raise InputError(f"{values[0][0]}: must have at most {MAX_CLASSES} classes, has {len(known)}")
    return [np.searchsorted(known, array).astype(np.uint8) for _, array in values], tuple(map(str, known))


def labelled(
    images: dict[str, Rows], labels: dict[str, Rows | None]
) -> tuple[dict[str, Labelled], tuple[str, ...], tuple[str, ...]]:
    """Parts with their labels, the classes, and notes: several labels an image are none.

    Raises: InputError if some parts have labels and others none, or not one for each image.
    """
    plain: dict[str, Labelled] = {part: (rows, None) for part, rows in images.items()}
    have = {part: rows for part in images if (rows := labels.get(part)) is not None}
    if not have:
        return plain, UNLABELLED, ()
    for part, pictures in images.items():
        rows = have.get(part)
        if rows is None:
            raise InputError(f"{pictures.name}: must have labels, or no part may have any; only {', '.join(have)} has")
        if rows.shape[:1] != pictures.shape[:1]:
            raise InputError(f"{rows.name}: must have {pictures.shape[0]} labels, one an image, got shape {rows.shape}")
    for rows in have.values():
        if rows.shape[1:] not in ((), (1,)):
            return plain, UNLABELLED, ("labels of several values an image are not used: all images are of one class",)
    found, classes = numbered([(rows.name, rows.whole().reshape(-1)) for rows in have.values()])
    return {part: (images[part], own) for part, own in zip(images, found, strict=True)}, classes, ()


def part_names(splits: list[str]) -> dict[str, str]:
    """The name of each part of a source that has these splits: train alone is a set that is not split."""
    return {"train": UNSPLIT} if splits == ["train"] else {split: split for split in splits}


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


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    version = np.lib.format.read_magic(stream)
    read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}.get(version)
    if read is None:
        raise ValueError(f"its version is {version}")
    shape, fortran, dtype = read(stream)
    if dtype.hasobject:
        raise ValueError("it has pickled objects")
    return shape, fortran and len(shape) > 1, dtype


def _read(stream: IO[bytes], dtype: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
    size = dtype.itemsize * int(np.prod(shape, dtype=np.int64))
    content = bytearray(size)
    done = 0
    while done < size:
        more = stream.readinto(memoryview(content)[done:])  # type: ignore[attr-defined]
        if not more:
            raise EOFError(f"it ends after {done} of {size} bytes")
        done += more
    return np.frombuffer(content, dtype).reshape(shape)
