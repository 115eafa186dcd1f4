"""Prepare a data set: decode it once into a folder named by its digest, from which it is memory-mapped."""

import math
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from mmdvae.data import array_folder, catalog, index, sources, splits
from mmdvae.data.catalog import IdxSet, Own, Row
from mmdvae.data.source import Progress, Source
from mmdvae.data.splits import SPLITS
from mmdvae.errors import InputError
from mmdvae.files import locked
from mmdvae.images import Shape, shape_of

# What check opened last, by the key of its files: opening it again would read the headers of all pictures again.
_OPENED: dict[str, Source] = {}


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
    notes: tuple[str, ...] = ()  # what was converted or left out


def prepare(
    name: str | Row,
    *,
    data_dir: Path | None,
    store: Path,
    on_progress: Progress | None = None,
    on_decoded: Progress | None = None,
) -> Dataset:
    """Find the data set and decode it into `store`, block by block; milliseconds if it is there already.

    Its folder, data-DIGEST, is complete or absent, even if several processes prepare it at once or one is killed. A
    folder in which a file is missing or has the wrong size is made again. `on_progress` hears of a download, in bytes,
    `on_decoded` of images.
    Raises: InputError, as sources.locate, catalog.opened and splits.assign, or if the store cannot be written.
    """
    row = catalog.find(name)
    known = _recall(row, data_dir, store)
    if known:
        return known
    place = sources.locate(row, data_dir, on_progress=on_progress)
    try:
        with locked(store / ".data.lock"):  # of two processes the second finds the work done
            return _recall(row, data_dir, store) or _decode(row, place, store, on_decoded)
    except OSError as error:
        raise InputError(f"{store}: must be a writable folder, but {error.strerror or error}") from None


def known(name: str | Row, data_dir: Path | None, store: Path) -> Dataset | None:
    """The data set if it is prepared in `store` and its source has not changed since; nothing is decoded."""
    return _recall(catalog.find(name), data_dir, store)


def forget(row: Row, store: Path) -> None:
    """Forget what was made of its source, so that this is decoded again."""
    with locked(store / ".data.lock"):
        for _, place in sources.places(row, None):
            index.forget(store, index.key(row, place))


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
        tuple(info.get("notes", ())),
    )


def check(name: str | Row, data_dir: Path | None, store: Path) -> None:
    """Raise InputError if the data set is not there or cannot be used, as far as that shows without decoding.

    Nothing is written. What can be downloaded is not missing.
    """
    row = catalog.find(name)
    if isinstance(row, IdxSet) and data_dir is None or known(row, data_dir, store):
        return
    if isinstance(row, Own) and row.code:
        return  # that shows when it has run
    ((_, place),) = sources.places(row, data_dir)
    if isinstance(row, IdxSet) or not catalog.source_files(row, place):
        sources.locate(row, data_dir, fetch=False)  # tells what is missing or broken
    if isinstance(row, IdxSet):
        return
    key = index.key(row, place)
    if key is None or key not in _OPENED:
        source = catalog.opened(row, place)
        splits.assign(row.name, source)
        _OPENED.clear()
        if key:
            _OPENED[key] = source


def _decode(row: Row, place: Path, store: Path, on_decoded: Progress | None) -> Dataset:
    key = index.key(row, place)
    source = _OPENED.pop(key or "", None) or catalog.opened(row, place)
    needed, free = source.count * math.prod(source.shape), shutil.disk_usage(store).free
    if needed > free:
        raise InputError(f"{store}: the images of {row.name} need {needed / 1e9:.1f} GB, {free / 1e9:.1f} GB are free")
    folder = array_folder.write(
        store, source, splits.assign(row.name, source), name=row.name, on_progress=on_decoded or (lambda *_: None)
    )
    found = replace(from_folder(folder), name=row.name, notes=source.told())
    if key and key == index.key(row, place):  # else the source has just changed, or a change might go unnoticed
        index.remember(store, key, found.sha256, found.notes)
    return found


def _recall(row: Row, data_dir: Path | None, store: Path) -> Dataset | None:
    for _, place in sources.places(row, data_dir):
        entry = index.find(store, index.key(row, place))
        if entry:
            try:
                found = from_folder(array_folder.folder_of(store, entry.sha256))
            except InputError:  # damaged or deleted: make it again
                return None
            return replace(found, name=row.name, notes=entry.notes)
    return None
