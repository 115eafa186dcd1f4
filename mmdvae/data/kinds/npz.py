"""npz:PATH: arrays by the names of Keras, MedMNIST or dSprites; nothing else in the file is read."""

import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from mmdvae.data import arrays
from mmdvae.data.labels import Labelled, labelled, named
from mmdvae.data.options import DataOptions
from mmdvae.data.rows import UNREADABLE, Rows, npy
from mmdvae.data.source import MAX_CLASSES, UNLABELLED, UNSPLIT, Source
from mmdvae.errors import InputError, shown

KERAS = ("x_train", "y_train", "x_test", "y_test")
MEDMNIST = tuple(f"{part}_{what}" for part in ("train", "val", "test") for what in ("images", "labels"))
DSPRITES = ("imgs",)
_PARTS = {"train": "train", "val": "valid", "test": "test"}


def opened(path: Path, options: DataOptions) -> Source:
    """The images of the file; its layout is told by the names of its arrays."""
    names = _names(path)
    notes = (f"left out: {left}",) if (left := contents(path).removeprefix("left out: ")) else ()
    if names & set(KERAS[::2]) or not names & {"train_images", *DSPRITES}:
        parts, classes = _keras(path, names)
        return arrays.source(parts, options, classes=classes, notes=notes)
    if "train_images" in names:
        parts, classes, more = _medmnist(path, names)
        return arrays.source(parts, options, classes=classes, notes=(*notes, *more))
    (name,) = DSPRITES
    return arrays.source({UNSPLIT: (_rows(path, name), None)}, options, classes=UNLABELLED, notes=notes, binary=True)


def contents(path: Path) -> str:
    """The names of the arrays in the file that are not used, "left out: x_val, y_val"; empty if there are none."""
    try:
        names = _names(path)
    except InputError:  # opened() reports it
        return ""
    used = next((known for known in (KERAS, MEDMNIST, DSPRITES) if names & set(known)), KERAS)
    left = ", ".join(sorted(map(shown, names - set(used))))
    return f"left out: {left}" if left else ""


def _keras(path: Path, names: set[str]) -> tuple[dict[str, Labelled], tuple[str, ...]]:
    """x_train and x_test and, optionally, y_train and y_test, whose classes are all numbers up to the largest."""
    if ("y_train" in names) != ("y_test" in names):
        raise InputError(f"{path}: must have both y_train and y_test or neither, has one of them")
    for name in ("x_train", "x_test"):
        if name not in names:
            raise InputError(f"{path}: must have x_train and x_test, has no {name}; or train_images, or imgs")
    rows = {part: _rows(path, f"x_{part}") for part in ("train", "test")}
    if "y_train" not in names:
        return {part: (each, None) for part, each in rows.items()}, UNLABELLED
    labels = {part: _keras_labels(path, part, each.shape[0]) for part, each in rows.items()}
    count = 1 + max(int(each.max(initial=0)) for each in labels.values())
    return {part: (each, labels[part]) for part, each in rows.items()}, tuple(map(str, range(count)))


def _keras_labels(path: Path, part: str, count: int) -> np.ndarray:
    found = _rows(path, f"y_{part}")
    if found.dtype.kind not in "iu" or found.shape not in ((count,), (count, 1)):  # (n, 1) as in Keras's CIFAR
        raise InputError(f"{path}: y_{part} must be {count} whole numbers, got {found.dtype} of shape {found.shape}")
    labels = found.whole().reshape(-1)
    for label in (labels.min(initial=0), labels.max(initial=0)):
        if not 0 <= label < MAX_CLASSES:
            raise InputError(f"{path}: labels of y_{part} must be >= 0 and < {MAX_CLASSES}, got {label}")
    return labels.astype(np.uint8)


def _medmnist(path: Path, names: set[str]) -> tuple[dict[str, Labelled], tuple[str, ...], tuple[str, ...]]:
    """train_images, test_images and, optionally, val_images and the labels of each."""
    images, labels = {}, {}
    for part, split in _PARTS.items():
        if f"{part}_images" in names:
            images[split] = _rows(path, f"{part}_images")
            labels[split] = _rows(path, f"{part}_labels") if f"{part}_labels" in names else None
    parts, classes, notes = labelled(images, labels)
    return named(parts), classes, notes


def _names(path: Path) -> set[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist()]
    except UNREADABLE as error:
        raise InputError(f"{path}: must be a readable .npz without pickled objects, but {error}") from None
    for name, count in Counter(names).items():
        if count > 1:
            raise InputError(f"{path}: must have one array of each name, has several of {name!r:.60}")
    return set(names)


def _rows(path: Path, name: str) -> Rows:
    @contextmanager
    def member() -> Iterator[IO[bytes]]:
        with zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as stream:
            yield stream

    return npy(f"{path}: {name}", member)
