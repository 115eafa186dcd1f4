"""cifar10:DIR: the binary version of CIFAR-10, in its folder or as the .tar.gz that is published."""

import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from mmdvae.data import arrays
from mmdvae.data.options import DataOptions
from mmdvae.data.rows import UNREADABLE, Rows
from mmdvae.data.source import Source
from mmdvae.errors import InputError

FOLDER = "cifar-10-batches-bin"
TRAIN = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST = ("test_batch.bin",)
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
RECORD = 1 + 3 * 32 * 32  # bytes: the label, then all red, all green, all blue pixels
MOST = 100_000  # records of a batch; the published ones have 10,000


def files(place: Path) -> tuple[str, ...] | None:
    """The six batches, in the folder or its sub-folder of the published name, or the .tar.gz."""
    if place.is_file():
        return (str(place),)
    for folder in (place, place / FOLDER):
        found = [folder / name for name in TRAIN + TEST]
        if all(path.is_file() for path in found):
            return tuple(map(str, found))
    return None


def opened(place: Path, options: DataOptions) -> Source:
    """50,000 images for training and 10,000 for testing, 32 x 32 in colour.

    Source: https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version".
    """
    parts = {}
    for part, names in (("train", TRAIN), ("test", TEST)):
        labels = np.concatenate([_batch(place, name)[:, 0] for name in names])
        if labels.max() >= len(CLASSES):
            raise InputError(f"{place}: labels must be >= 0 and < {len(CLASSES)}, got {labels.max()}")
        parts[part] = (_rows(place, names, len(labels)), labels)
    return arrays.source(parts, options, classes=CLASSES)


def _rows(place: Path, names: tuple[str, ...], count: int) -> Rows:
    def blocks() -> Iterator[np.ndarray]:
        for name in names:
            pixels = _batch(place, name)[:, 1:].reshape(-1, 3, 32, 32)
            yield np.ascontiguousarray(pixels.transpose(0, 2, 3, 1))

    return Rows(name=str(place), dtype=np.dtype(np.uint8), shape=(count, 32, 32, 3), blocks=blocks)


def _batch(place: Path, name: str) -> np.ndarray:
    """The records of a batch, (n, RECORD)."""
    try:
        with _open(place, name) as file:
            content = file.read(MOST * RECORD + 1)
    except (*UNREADABLE, tarfile.TarError) as error:
        raise InputError(f"{place}: {name} must be readable, but {error}") from None
    if not content or len(content) % RECORD or len(content) > MOST * RECORD:
        raise InputError(f"{place}: {name} must have records of {RECORD:,} bytes, has {len(content):,} bytes")
    return np.frombuffer(content, np.uint8).reshape(-1, RECORD)


@contextmanager
def _open(place: Path, name: str) -> Iterator[IO[bytes]]:
    if place.is_dir():
        folder = place if (place / name).is_file() else place / FOLDER
        with (folder / name).open("rb") as file:
            yield file
        return
    with tarfile.open(place) as archive:
        member = archive.extractfile(f"{FOLDER}/{name}")
        if member is None:
            raise OSError("it is no file")
        yield member
