"""Arrays whose rows are read in blocks: in memory, or from an .npy stream, which may be larger than memory."""

import lzma
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from mmdvae.data.source import MAX_ITEMS, Blocks, rows_in_block
from mmdvae.errors import InputError

UNREADABLE = (  # what reading a damaged or hostile file raises
    *(OSError, EOFError, ValueError, TypeError, KeyError, OverflowError, MemoryError, SyntaxError),
    *(RuntimeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, tokenize.TokenError),
)
Opener = Callable[[], AbstractContextManager[IO[bytes]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """An array whose rows are read in blocks. Raises: InputError if it has none, or more than MAX_ITEMS."""

    name: str  # for messages
    dtype: np.dtype
    shape: tuple[int, ...]
    blocks: Blocks

    def __post_init__(self):
        if not self.shape:
            raise InputError(f"{self.name}: must be an array with a row for each image, is a single value")
        if self.shape[0] > MAX_ITEMS:
            raise InputError(f"{self.name}: must have at most {MAX_ITEMS:,} rows, has {self.shape[0]:,}")

    def whole(self) -> np.ndarray:
        """The array in memory; for labels."""
        found = list(self.blocks())
        return np.concatenate(found) if found else np.empty(self.shape, self.dtype)


def in_memory(name: str, array: np.ndarray) -> Rows:
    """An array that is in memory."""
    return Rows(name=name, dtype=array.dtype, shape=array.shape, blocks=lambda: iter((array,)))


def npy_file(path: Path) -> Rows:
    """As npy, of a file."""
    return npy(str(path), lambda: path.open("rb"))


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


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    version = np.lib.format.read_magic(stream)
    read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}.get(version)
    if read is None:
        raise ValueError(f"its version is {version}")
    with warnings.catch_warnings(action="ignore"):  # of a header that Python 2 wrote
        shape, fortran, dtype = read(stream)
    if dtype.hasobject:
        raise ValueError("it has pickled objects")
    return tuple(map(int, shape)), fortran and len(shape) > 1, dtype  # True is a whole number to numpy


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
