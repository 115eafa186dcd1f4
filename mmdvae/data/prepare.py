"""Prepare a data set: decode it once into a folder named by its digest, from which it is memory-mapped."""

import hashlib
import json
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mmdvae.data import array_folder, catalog, sources
from mmdvae.data.array_folder import SPLITS
from mmdvae.data.catalog import Decoded, Row
from mmdvae.data.download import Progress
from mmdvae.errors import InputError
from mmdvae.files import digest, locked, read_json, strict_json, write_json
from mmdvae.images import Shape, shape_of

FEWEST = 2  # images in a split; MMD² needs pairs
_VALIDATION = 5_000  # images, as in the notebook
_LARGE = 30_000  # training images; smaller sets give a tenth for validation
_SETTLED = 2.0  # FAT stores times in steps of 2 s, the coarsest in use


@dataclass(frozen=True)
class Dataset:
    """A prepared data set; its arrays are in the folder."""

    name: str
    folder: Path
    sha256: str  # of arrays and classes, so it does not depend on the source of the files
    train: int  # images in each split
    valid: int
    test: int
    classes: tuple[str, ...]
    shape: Shape = (28, 28, 1)
    notes: tuple[str, ...] = ()


def prepare(
    name: str | Row,
    *,
    data_dir: Path | None,
    store: Path,
    on_progress: Progress | None = None,
) -> Dataset:
    """Find the data set and decode it into `store`; milliseconds if it is there already.

    Its folder, data-DIGEST, is complete or absent, even if several processes prepare it at once or one is killed. A
    folder in which a file is missing or has the wrong size is made again.
    Raises: InputError, as sources.locate and catalog.decode, or if the store cannot be written.
    """
    row = catalog.find(name)
    known = _recall(row, data_dir, store)
    if known:
        return known
    place = sources.locate(row, data_dir, on_progress=on_progress)
    try:
        with locked(store / ".data.lock"):  # of two processes the second finds the work done
            return _recall(row, data_dir, store) or _decode(row, place, store)
    except OSError as error:
        raise InputError(f"{store}: must be a writable folder, but {error.strerror or error}") from None


def known(name: str | Row, data_dir: Path | None, store: Path) -> Dataset | None:
    """The data set if it is prepared in `store` and its source has not changed since; nothing is decoded."""
    return _recall(catalog.find(name), data_dir, store)


def from_folder(folder: Path) -> Dataset:
    """The data set in a prepared folder; InputError if a file is missing or has the wrong size."""
    info = array_folder.info(folder)
    train, valid, test = (info["counts"][split] for split in SPLITS)
    return Dataset(
        info["name"],
        folder,
        info["sha256"],
        train,
        valid,
        test,
        tuple(info["classes"]),
        shape_of(array_folder.open_split(folder, "test")[0]),
    )


def validation_count(images: int) -> int:
    """How many images at the end of the training part are used for validation."""
    return _VALIDATION if images >= _LARGE else max(FEWEST, images // 10)


def _decode(row: Row, place: Path, store: Path) -> Dataset:
    key = _key(row, place)
    decoded = catalog.decode(row, place)
    arrays = _split(row.name, decoded)
    sha256 = _sha256(arrays, decoded.classes)
    folder = _folder(store, sha256)
    if array_folder.damaged(folder):  # or absent; the same images may already be there from another source
        array_folder.write(folder, arrays, name=row.name, classes=decoded.classes, sha256=sha256)
    if key and key == _key(row, place):  # else the source has just changed, or a change might go unnoticed
        _remember(store, key, sha256)
    return replace(from_folder(folder), name=row.name)


def _split(name: str, decoded: Decoded) -> dict[str, np.ndarray]:
    """The arrays by file name, in the order of array_folder.FILES."""
    count, tests = len(decoded.train[0]), len(decoded.test[0])
    if count < 2 * FEWEST or tests < FEWEST:
        raise InputError(
            f"{name}: must have >= {2 * FEWEST} training images, {FEWEST} of them for validation, and >= {FEWEST} test "
            f"images, has {count} and {tests} (of a folder that is not split, a sixth of each class is for testing)"
        )
    cut = count - validation_count(count)
    train, valid = ([array[part] for array in decoded.train] for part in (slice(cut), slice(cut, None)))
    return dict(zip(array_folder.FILES, (*train, *valid, *decoded.test), strict=True))


def _sha256(arrays: dict[str, np.ndarray], classes: tuple[str, ...]) -> str:
    total = hashlib.sha256(strict_json(classes).encode())
    for name, array in arrays.items():
        total.update(f"\n{name} {array.dtype.str} {array.shape}\n".encode())
        total.update(np.ascontiguousarray(array).data)
    return total.hexdigest()


def _folder(store: Path, sha256: str) -> Path:
    return store / f"data-{sha256[:24]}"


# The index saves decoding: it maps the paths, sizes and times of source files to the digest of the decoded data.


def _recall(row: Row, data_dir: Path | None, store: Path) -> Dataset | None:
    index = _index(store)
    for _, place in sources.places(row, data_dir):
        sha256 = index.get(_key(row, place) or "")
        if sha256:
            try:
                return replace(from_folder(_folder(store, sha256)), name=row.name)
            except InputError:  # damaged or deleted: make it again
                return None
    return None


def _remember(store: Path, key: str, sha256: str) -> None:
    """Add an entry, and drop those whose data are gone. The caller holds the lock of the store."""
    for left in store.glob(".data-index.json.*"):  # left by processes that were killed
        left.unlink()
    kept = {known: data for known, data in _index(store).items() if _folder(store, data).is_dir()}
    write_json(store / "data-index.json", kept | {key: sha256})


def _index(store: Path) -> dict[str, str]:
    try:
        index = read_json(store / "data-index.json")
    except (OSError, json.JSONDecodeError, UnicodeDecodeError):
        return {}  # costs one decoding
    return {key: data for key, data in index.items() if isinstance(data, str)} if isinstance(index, dict) else {}


def _key(row: Row, place: Path) -> str | None:
    """A digest of the source files' sizes and times; None if one is missing, or so new that a change might not show."""
    try:
        stats = [(path, path.stat()) for path in catalog.source_files(row, place) or ()]
    except OSError:
        return None
    if not stats or max(stat.st_mtime for _, stat in stats) > time.time() - _SETTLED:
        return None
    files = [[str(path.absolute()), stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns] for path, stat in stats]
    return digest([array_folder.SCHEMA, repr(row), files])
