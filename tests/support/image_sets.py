"""Small image sets as files: arrays, IDX files, and a complete Fashion-MNIST of 52 images with correct digests."""

import gzip
import struct
from pathlib import Path

import numpy as np

from mmdvae.data import catalog, idx
from mmdvae.data.catalog import IDX_NAMES, IdxSet


def some_images(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 28, 28), np.uint8)


def idx_bytes(array: np.ndarray, *, magic: int | None = None, shape: tuple[int, ...] | None = None) -> bytes:
    """An array in the IDX format according to its definition; with a wrong magic number or shape on request."""
    shape = array.shape if shape is None else shape
    return struct.pack(f">{1 + len(shape)}I", magic or 0x0800 + len(shape), *shape) + array.tobytes()


def write_set(folder: Path, *, train: int = 40, test: int = 12, seed: int = 0) -> IdxSet:
    """Write the four files of a small Fashion-MNIST; return its row, which has no system folder and a dead server."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, count in (("train", train), ("t10k", test)):
        labels = np.arange(count, dtype=np.uint8) % 10
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx_bytes(some_images(count, seed))))
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx_bytes(labels)))
    digests = [idx.content_sha256(folder / f"{name}.gz") for name in IDX_NAMES]
    return IdxSet(
        name="fashion-mnist",
        classes=catalog.FASHION_MNIST.classes,
        sha256=(digests[0], digests[1], digests[2], digests[3]),
        urls=("http://127.0.0.1:9/",),  # the discard port: nothing answers
        download_bytes=sum((folder / f"{name}.gz").stat().st_size for name in IDX_NAMES),
        package="dataset-fashion-mnist",
    )
