"""The images of a data set one piece after the other, so that it may be larger than memory."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmdvae.data.array_folder import open_split
from mmdvae.data.source import UNSPLIT, Source, rows_in_block
from mmdvae.data.splits import SPLITS
from mmdvae.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some images of one part, in order."""

    part: str  # train, valid, test or UNSPLIT
    first: int  # row of the first one in its part
    images: np.ndarray  # (k, H, W[, 3]) uint8
    labels: np.ndarray  # (k,) uint8
    names: Sequence[str] | None = None  # of files, (k,); None: the images are rows


def of_folder(folder: Path, parts: Sequence[str], multiple: int) -> Iterator[Piece]:
    """Prepared data: the named splits; a piece has a multiple of so many images, but the last of a split."""
    for part in parts:
        images, labels = open_split(folder, part)
        step = max(multiple, rows_in_block(math.prod(images.shape[1:])) // multiple * multiple)
        for start in range(0, len(images), step):
            rows = slice(start, start + step)
            yield Piece(part=part, first=start, images=images[rows], labels=labels[rows])


def of_source(source: Source, parts: Sequence[str]) -> Iterator[Piece]:
    """A data set that is not prepared: the named parts; nothing is stored."""
    for part in source.parts:
        first = 0
        for block in part.blocks() if part.name in parts else ():
            rows = slice(first, first + len(block))
            names = part.names[rows] if part.names else None
            yield Piece(part=part.name, first=first, images=block, labels=part.labels[rows], names=names)
            first = rows.stop


def chosen(there: Sequence[str], asked: str | None) -> tuple[str, ...]:
    """The parts to read of those that are there: the one asked for, or all. Raises: InputError if it is not there."""
    if asked is None or asked in there:
        return (asked,) if asked else tuple(there)
    told = ", ".join(part for part in there if part != UNSPLIT) or f"none of {', '.join(SPLITS)}, for it is not split"
    raise InputError(f"--split must be one of the data's: {told}; got {asked!r:.60}")
