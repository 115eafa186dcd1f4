"""IDX files, the format of MNIST and its descendants, gzipped or plain; all is checked before it is believed."""

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
MAX_ITEMS = 1_000_000  # EMNIST, the largest of the family, has 814,255; more is a broken header or a bomb
_MAX_BYTES = MAX_ITEMS * SIDE * SIDE + 16
_UNSIGNED_BYTE = 0x08  # the third byte of the magic number: the type of the values
_GZIP = b"\x1f\x8b"

Pair = tuple[np.ndarray, np.ndarray]  # images (n, 28, 28) uint8 and their labels (n,) uint8


def read_pair(images: Path, labels: Path, *, classes: int) -> Pair:
    """The images (n, 28, 28) and labels (n,) of one split, uint8 and read-only.

    Raises: InputError naming the file if it is missing, truncated, not IDX, of another image size or too long, if a
        label is not below `classes`, or if there is not one label for each image.
    Source: http://yann.lecun.com/exdb/mnist/, "The IDX file format".
    """
    pixels, targets = read_images(images), read_labels(labels, classes=classes)
    if len(pixels) != len(targets):
        raise InputError(
            f"{labels}: must have one label for each of the {len(pixels)} images of {images.name}, has {len(targets)}"
        )
    return pixels, targets


def read_images(path: Path) -> np.ndarray:
    """Grey images, (n, 28, 28) uint8; InputError as for read_pair."""
    return _read(path, item=(SIDE, SIDE))


def read_labels(path: Path, *, classes: int) -> np.ndarray:
    """Class numbers, (n,) uint8, each below `classes`; InputError as for read_pair."""
    labels = _read(path, item=())
    if labels.max() >= classes:
        raise InputError(f"{path}: labels must be >= 0 and < {classes}, got {labels.max()}")
    return labels


def content_sha256(path: Path) -> str:
    """SHA-256 of the content, decompressed if the file is gzipped: the same whoever compressed it, and how."""
    digest, size = hashlib.sha256(), 0
    with _opened(path) as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
            size += len(chunk)
            if size > _MAX_BYTES:
                raise InputError(f"{path}: must have at most {_MAX_BYTES} bytes when decompressed, has more")
    return digest.hexdigest()


def _read(path: Path, *, item: tuple[int, ...]) -> np.ndarray:
    with _opened(path) as file:
        shape = _shape(path, file.read(4 * (2 + len(item))), item)
        size = math.prod(shape)
        content = file.read(size + 1)  # one byte over the promise shows an excess without reading all of it
    if len(content) != size:
        found = "more" if len(content) > size else str(len(content))
        raise InputError(f"{path}: must have the {size} bytes that its header promises, has {found}")
    return np.frombuffer(content, np.uint8).reshape(shape)


def _shape(path: Path, header: bytes, item: tuple[int, ...]) -> tuple[int, ...]:
    dimensions = 1 + len(item)
    if len(header) < 4 * (1 + dimensions):
        raise InputError(f"{path}: must begin with {4 * (1 + dimensions)} bytes of header, has {len(header)}")
    magic, count, *rest = struct.unpack(f">{1 + dimensions}I", header)
    expected = _UNSIGNED_BYTE << 8 | dimensions
    if magic != expected:
        kind = "images" if item else "labels"
        raise InputError(f"{path}: must be IDX {kind} with magic number {expected}, got {magic}")
    if tuple(rest) != item:
        raise InputError(f"{path}: images must be {SIDE} x {SIDE} pixels, got {' x '.join(map(str, rest))}")
    if not 1 <= count <= MAX_ITEMS:
        raise InputError(f"{path}: the number of items must be >= 1 and <= {MAX_ITEMS}, got {count}")
    return (count, *item)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes] | gzip.GzipFile]:
    """The decompressed stream; whether to decompress is told by the first bytes, for names lie."""
    try:
        with path.open("rb") as file:
            gzipped = file.read(2) == _GZIP
            file.seek(0)
            if gzipped:
                with gzip.GzipFile(fileobj=file) as content:
                    yield content
            else:
                yield file
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: must be a whole gzip file, but {error}") from None
    except OSError as error:
        raise InputError(f"{path}: must be a readable file, but {error.strerror or error}") from None
