"""h5:FILE#IMAGES or h5:FILE#IMAGES,LABELS: datasets of an HDF5 file, which may be larger than memory."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mmdvae.data import arrays
from mmdvae.data.labels import labelled
from mmdvae.data.options import DataOptions
from mmdvae.data.rows import UNREADABLE, Rows
from mmdvae.data.source import UNSPLIT, Source, rows_in_block
from mmdvae.errors import InputError

if TYPE_CHECKING:
    import h5py


def files(place: Path) -> tuple[str, ...] | None:
    """The file in front of the #."""
    path, _ = _parts(place)
    return (str(path),) if path.is_file() else None


def opened(place: Path, options: DataOptions) -> Source:
    """A set that is not split. Raises: InputError that lists the datasets, unless the named ones are there."""
    path, names = _parts(place)
    if not 1 <= len(names) <= 2:
        raise InputError(f"{path}: must be h5:FILE#IMAGES or h5:FILE#IMAGES,LABELS, names of datasets; {_told(path)}")
    rows = [_rows(path, name) for name in names]
    labels = rows[1] if len(rows) > 1 else None
    parts, classes, notes = labelled({"train": rows[0]}, {"train": labels})
    return arrays.source({UNSPLIT: parts["train"]}, options, classes=classes, notes=notes, binary=True)


def _parts(place: Path) -> tuple[Path, list[str]]:
    path, _, names = str(place).rpartition("#")
    return (Path(path), names.split(",")) if path else (place, [])


def _rows(path: Path, name: str) -> Rows:
    try:
        with _file(path) as file:
            found = _dataset(file, name)
            if found is None:
                raise InputError(f"{path}: has no dataset {name!r}; {_told(path)}")
            if found.dtype.hasobject:
                raise InputError(f"{path}: {name} must be an array of numbers, got {found.dtype}")
            shape: tuple[int, ...] = found.shape or ()  # an empty dataspace has none
            dtype = found.dtype
    except UNREADABLE as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: must be a readable HDF5 file, but {error}") from None

    def blocks() -> Iterator[np.ndarray]:
        step = rows_in_block(dtype.itemsize * int(np.prod(shape[1:], dtype=np.int64)))
        try:
            with _file(path) as file:
                for start in range(0, shape[0], step):
                    yield file[name][start : start + step]
        except UNREADABLE as error:
            raise InputError(f"{path}: {name} must be readable, but {error}") from None

    return Rows(name=f"{path}: {name}", dtype=dtype, shape=shape, blocks=blocks)


def _file(path: Path) -> "h5py.File":
    import h5py  # slow to import

    return h5py.File(path, "r")


def _dataset(file: "h5py.File", name: str) -> "h5py.Dataset | None":
    import h5py

    found = file.get(name)
    return found if isinstance(found, h5py.Dataset) else None


def _told(path: Path) -> str:
    """The datasets in the file."""
    import h5py

    found = dict[str, tuple[int, ...]]()

    def see(name: str, what: object) -> None:
        if isinstance(what, h5py.Dataset):
            found[name] = what.shape

    try:
        with _file(path) as file:
            file.visititems(see)
    except UNREADABLE as error:
        raise InputError(f"{path}: must be a readable HDF5 file, but {error}") from None
    return f"it has {', '.join(f'{name} {shape}' for name, shape in found.items()) or 'none'}"
