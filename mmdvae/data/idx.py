"""Read IDX files, the format of MNIST and its descendants, gzipped or plain; every header is checked."""

import gzip
import hashlib
import math
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from mmdvae.data.rows import Rows
from mmdvae.data.source import MAX_ITEMS, rows_in_block
from mmdvae.errors import InputError

SIDE = 28  # pixels of the published sets
_MAX_BYTES = MAX_ITEMS * SIDE * SIDE + 16  # EMNIST, the largest of the family, has 814,255 images
_UNSIGNED_BYTE = 0x08  # the third byte of the magic number: the type of the values
_GZIP = b"\x1f\x8b"


def pair(images: Path, labels: Path, sides: tuple[int, int] | None = None) -> tuple[Rows, np.ndarray]:
    """The images (n, height, width) of one part, which are read later, and their labels (n,) uint8.

    Args: sides: the height and width that the images must have; any if None.
    Raises: InputError with the file's name if it is missing, truncated, too long, not IDX or of another image size,
        or if the numbers of images and labels differ.
    Source: http://yann.lecun.com/exdb/mnist/, "The IDX file format".
    """
    pixels, targets = _rows(images, 3), _rows(labels, 1)
    if sides not in (None, pixels.shape[1:]):
        found = " x ".join(map(str, pixels.shape[1:]))
        raise InputError(f"{images}: images must be {sides[0]} x {sides[1]} pixels, got {found}")
    if pixels.shape[0] != targets.shape[0]:
        raise InputError(
            f"{labels}: must have one label for each of the {pixels.shape[0]} images of {images.name}, has "
            f"{targets.shape[0]}"
        )
    return pixels, targets.whole()


def content_sha256(path: Path) -> str:
    """SHA-256 of the decompressed content, which does not depend on how the file was compressed, if at all."""
    digest, size = hashlib.sha256(), 0
    with _opened(path) as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
            size += len(chunk)
            if size > _MAX_BYTES:
                raise InputError(f"{path}: must have at most {_MAX_BYTES} bytes when decompressed, has more")
    return digest.hexdigest()


def _rows(path: Path, dimensions: int) -> Rows:
    """The array in a file, uint8; dimensions are 3 for images and 1 for labels."""
    with _opened(path) as file:
        shape = _header(path, file, dimensions)

    def blocks() -> Iterator[np.ndarray]:
        size, done = math.prod(shape), 0
        step = rows_in_block(math.prod(shape[1:]))
        with _opened(path) as file:
            _header(path, file, dimensions)
            for start in range(0, shape[0], step):
                count = min(step, shape[0] - start)
                content = file.read(count * math.prod(shape[1:]))
                done += len(content)
                if len(content) < count * math.prod(shape[1:]):
                    raise InputError(f"{path}: must have the {size} bytes that its header promises, has {done}")
                yield np.frombuffer(content, np.uint8).reshape(count, *shape[1:])
            if file.read(1):  # one byte shows an excess without decompressing all of it
                raise InputError(f"{path}: must have the {size} bytes that its header promises, has more")

    return Rows(name=str(path), dtype=np.dtype(np.uint8), shape=shape, blocks=blocks)


def _header(path: Path, file: IO[bytes] | gzip.GzipFile, dimensions: int) -> tuple[int, ...]:
    """The shape that a header promises, read from the beginning of the file."""
    expected = _UNSIGNED_BYTE << 8 | dimensions  # the magic number: the type, then the number of dimensions
    header = file.read(4 + 4 * dimensions)
    if len(header) < 4 + 4 * dimensions:
        raise InputError(f"{path}: must begin with {4 + 4 * dimensions} bytes of header, has {len(header)}")
    magic, count, *sides = struct.unpack(f">{len(header) // 4}I", header)
    if magic != expected:
        kind = "images" if dimensions > 1 else "labels"
        raise InputError(f"{path}: must be IDX {kind} with magic number {expected}, got {magic}")
    if not 1 <= count <= MAX_ITEMS:
        raise InputError(f"{path}: the number of items must be >= 1 and <= {MAX_ITEMS}, got {count}")
    return count, *sides


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes] | gzip.GzipFile]:
    """The decompressed stream; the first bytes tell whether the file is gzipped, because its name may be wrong."""
    try:
        with path.open("rb") as file:
            gzipped = file.read(2) == _GZIP
            file.seek(0)
            with gzip.GzipFile(fileobj=file) if gzipped else file as content:
                yield content
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: must be a whole gzip file, but {error}") from None
    except OSError as error:
        raise InputError(f"{path}: must be a readable file, but {error.strerror or error}") from None
