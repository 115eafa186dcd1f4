"""The kinds of a user's own data sets, one row each: what --dataset calls them, and who reads them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mmdvae.data.kinds import adapter, cifar10, csv, digits, h5, idx_set, npy, npz, pictures
from mmdvae.data.options import DataOptions
from mmdvae.data.source import Source

SIZES = ("size", "fit", "colour")
CODE = "FILE.py:FUNCTION"  # the kind that has no name in front of a colon


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of data set that is never downloaded."""

    name: str
    form: str  # NAME:PATH, as a user writes it
    takes: tuple[str, ...] = ()  # the options of DataOptions that mean something for it
    place: str = "file"  # what its path is
    needed: str = "no such file"  # said if it is not there
    opened: Callable[[Path, DataOptions], Source]
    files: Callable[[Path], tuple[str, ...] | None] = lambda place: (str(place),) if place.is_file() else None
    contents: Callable[[Path], str] = lambda place: ""  # how it is understood and what is left out, known at once


KINDS = {
    kind.name: kind
    for kind in (
        Kind(name="digits", form="digits", place="scikit-learn", opened=digits.opened),
        Kind(name="npz", form="npz:PATH", takes=(*SIZES, "range"), opened=npz.opened, contents=npz.contents),
        Kind(
            name="images",
            form="images:DIR",
            takes=(*SIZES, "group", "range"),
            place="folder",
            needed="no folder with pictures, and no .zip file",
            opened=pictures.opened,
            files=pictures.files,
            contents=pictures.contents,
        ),
        Kind(
            name="idx",
            form="idx:DIR",
            takes=SIZES,
            place="folder",
            needed="no four IDX files, images and labels for training and testing",
            opened=idx_set.opened,
            files=idx_set.files,
        ),
        Kind(
            name="npy",
            form="npy:DIR",
            takes=(*SIZES, "range"),
            place="folder",
            needed="no train_images.npy",
            opened=npy.opened,
            files=npy.files,
            contents=npy.contents,
        ),
        Kind(name="h5", form="h5:FILE#NAME", takes=(*SIZES, "range"), opened=h5.opened, files=h5.files),
        Kind(
            name="csv",
            form="csv:PATH",
            takes=("size", "colour", "range"),
            needed="no such file, and no folder with a .csv file for training and one for testing",
            opened=csv.opened,
            files=csv.files,
        ),
        Kind(
            name="cifar10",
            form="cifar10:DIR",
            takes=SIZES,
            place="folder",
            needed="no data_batch_1.bin to 5 and test_batch.bin, and no .tar.gz of them",
            opened=cifar10.opened,
            files=cifar10.files,
        ),
        Kind(
            name=CODE,
            form=CODE,
            takes=(*SIZES, "range"),
            place="code",
            needed="what it gives is not in the store",
            opened=adapter.opened,
            files=adapter.files,
        ),
    )
}
