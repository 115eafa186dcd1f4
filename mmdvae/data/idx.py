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

from mmdvae.errors import InputError

SIDE = 28  # pixels; the network is built for 28 x 28
MAX_ITEMS = 1_000_000  # EMNIST, the largest of the family, has 814,255; more is a broken header or a zip bomb
_MAX_BYTES = MAX_ITEMS * SIDE * SIDE + 16
_UNSIGNED_BYTE = 0x08  # the third byte of the magic number: the type of the values
_GZIP = b"\x1f\x8b"

Pair = tuple[np.ndarray, np.ndarray]  # images (n, 28, 28) uint8 and their labels (n,) uint8


def read_pair(images: Path, labels: Path) -> Pair:
    """The images (n, 28, 28) and labels (n,) of one split, uint8 and read-only.

    Raises: InputError with the file's name if it is missing, truncated, too long, not IDX or of another image size,
        or if the numbers of images and labels differ.
    Source: http://yann.lecun.com/exdb/mnist/, "The IDX file format".
    """
    pixels, targets = _read(images, (SIDE, SIDE)), _read(labels, ())
    if len(pixels) != len(targets):
        raise InputError(
            f"{labels}: must have one label for each of the {len(pixels)} images of {images.name}, has {len(targets)}"
        )
    return pixels, targets


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


def _read(path: Path, item: tuple[int, ...]) -> np.ndarray:
    """The array (n, *item) uint8; item is (28, 28) for images and () for labels."""
    expected = _UNSIGNED_BYTE << 8 | 1 + len(item)  # the magic number: the type, then the number of dimensions
    with _opened(path) as file:
        header = file.read(8 + 4 * len(item))
        if len(header) < 8 + 4 * len(item):
            raise InputError(f"{path}: must begin with {8 + 4 * len(item)} bytes of header, has {len(header)}")
        magic, count, *sides = struct.unpack(f">{len(header) // 4}I", header)
        if magic != expected:
            kind = "images" if item else "labels"
            raise InputError(f"{path}: must be IDX {kind} with magic number {expected}, got {magic}")
        if tuple(sides) != item:
            raise InputError(f"{path}: images must be {SIDE} x {SIDE} pixels, got {' x '.join(map(str, sides))}")
        if not 1 <= count <= MAX_ITEMS:
            raise InputError(f"{path}: the number of items must be >= 1 and <= {MAX_ITEMS}, got {count}")
        size = count * math.prod(item)
        content = file.read(size + 1)  # one byte more than promised shows an excess without decompressing all of it
    if len(content) != size:
        found = "more" if len(content) > size else str(len(content))
        raise InputError(f"{path}: must have the {size} bytes that its header promises, has {found}")
    return np.frombuffer(content, np.uint8).reshape(count, *item)


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
