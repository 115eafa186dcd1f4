"""The data sets that exist: the published ones, one row each, and the user's own, of a kind in kinds.table."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mmdvae.data import arrays, idx
from mmdvae.data.kinds import digits
from mmdvae.data.kinds.table import CODE, KINDS
from mmdvae.data.options import DataOptions
from mmdvae.data.source import Source
from mmdvae.errors import InputError, shown
from mmdvae.plugins.source import is_file

IDX_NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
DEFAULT = "fashion-mnist"
NO_OPTIONS = DataOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class IdxSet:
    """Four published IDX files: their digests, and where to get them."""

    name: str
    classes: tuple[str, ...]  # in the order of the labels
    sha256: tuple[str, str, str, str]  # in the order of IDX_NAMES
    digest_of: Literal["content", "gz"] = "content"  # of the decompressed content, or of the .gz as published
    urls: tuple[str, ...]  # web folders with the .gz files, tried in this order
    download_bytes: int  # total of the four .gz files
    package: str | None = None  # in Debian and Ubuntu
    system_folder: Path | None = None  # where that package installs the files


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """Images that are never downloaded: the user's own, or scikit-learn's digits."""

    kind: str  # a name of KINDS
    path: Path  # file or folder; for digits, scikit-learn's __init__.py; for code, FILE.py:FUNCTION
    options: DataOptions = NO_OPTIONS
    made: Path | None = None  # of code: the folder that the job of kind `adapter` writes

    @property
    def code(self) -> str | None:
        """FILE.py:FUNCTION, if a user's own function gives the images."""
        return str(self.path) if self.kind == CODE else None

    @property
    def name(self) -> str:
        """The name in tables and reports; without the parent folders, which are private."""
        if self.kind == "digits":
            return "digits"
        if self.code:
            return shown(self.path.name)
        file, *inside = str(self.path).split("#") if self.kind == "h5" else (str(self.path),)
        return shown(f"{self.kind}:{'#'.join([Path(file).resolve().name, *inside])}")


Row = IdxSet | Own

FASHION_MNIST = IdxSet(
    name="fashion-mnist",
    classes=("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    # Computed from Debian's package, whose files differ from the published ones only in their gzip headers: with the
    # original headers they have the MD5 sums listed in https://github.com/zalandoresearch/fashion-mnist#get-the-data.
    sha256=(
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
    urls=(
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
    download_bytes=30_878_645,
    package="dataset-fashion-mnist",
    system_folder=Path("/usr/share/datasets/fashion-mnist"),
)

MNIST = IdxSet(
    name="mnist",
    classes=tuple("0123456789"),
    # As listed by many independent users of the files (not recomputed here).
    sha256=(
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
    urls=("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"),
    download_bytes=11_594_722,
)

KMNIST = IdxSet(
    name="kmnist",
    classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
    # Digests of the published .gz files, as in torchvision's prototype datasets (not recomputed here). No digests of
    # the content seem to be published, so a copy that was decompressed or recompressed cannot be checked.
    sha256=(
        "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
        "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
        "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
        "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
    ),
    digest_of="gz",
    urls=("https://codh.rois.ac.jp/kmnist/dataset/kmnist/", "http://codh.rois.ac.jp/kmnist/dataset/kmnist/"),
    download_bytes=21_240_888,
)

IDX_SETS = {row.name: row for row in (FASHION_MNIST, MNIST, KMNIST)}
CHOICES = (*IDX_SETS, *(kind.form for kind in KINDS.values()))


def find(dataset: str | Row, options: DataOptions = NO_OPTIONS) -> Row:
    """The row with that name (a row is returned as it is), whose images are made alike by the options.

    Raises: InputError that lists the names that exist, or for an option that means nothing for this data set.
    """
    if not isinstance(dataset, str):
        return dataset
    if "\0" in dataset:
        raise InputError(f"dataset must be a name or a path, got {dataset!r}")
    name, _, path = dataset.partition(":")
    if is_code(dataset):
        name, path = CODE, dataset
    kind = KINDS.get(name)
    known = path if kind and (name == CODE or kind.form != name) else dataset in (*IDX_SETS, *KINDS)
    if not known:
        hint = f"; is it images:{dataset}?" if dataset and Path(dataset).is_dir() else ""
        raise InputError(f"unknown dataset {dataset!r}; choose one of: {', '.join(CHOICES)}{hint}")
    for option in options.given:
        if kind is None or option not in kind.takes:
            able = ", ".join(each.form for each in KINDS.values() if option in each.takes)
            raise InputError(f"{option} is for {able}, got it with dataset {dataset}")
    if kind is None:
        return IDX_SETS[dataset]
    return Own(kind=name, path=Path(os.path.expanduser(path)) if path else digits.place(), options=options)


def is_code(dataset: str) -> bool:
    """Whether a user's own function is meant; a kind in front of a colon is none."""
    return is_file(dataset) and dataset.partition(":")[0] not in KINDS


def idx_file(folder: Path, name: str) -> Path | None:
    """The file with that name in a folder, gzipped or plain; None if there is neither.

    Also found as train-images.idx3-ubyte, as 7-zip and Kaggle name it, and in a sub-folder of the same name (Kaggle).
    """
    names = (f"{name}.gz", name, name.replace("-idx", ".idx"), f"{name}/{name}", f"{name.replace('-idx', '.idx')}.gz")
    return next((folder / name for name in names if (folder / name).is_file()), None)


def source_files(row: Row, place: Path) -> tuple[str, ...] | None:
    """The files of the data set at `place`, in a fixed order; None unless all are there."""
    if isinstance(row, Own):
        return KINDS[row.kind].files(place)
    found = [str(path) for name in IDX_NAMES if (path := idx_file(place, name))]
    return tuple(found) if len(found) == len(IDX_NAMES) else None


def opened(row: Row, place: Path) -> Source:
    """The data set at `place`, whose headers are read; InputError names the file, the rule and the value."""
    if isinstance(row, Own):
        return KINDS[row.kind].opened(place, row.options)
    found = source_files(row, place)
    if found is None:
        raise InputError(f"{place}: must hold {', '.join(IDX_NAMES)}, gzipped or plain")
    train, train_labels, test, test_labels = map(Path, found)
    sides = (idx.SIDE, idx.SIDE)
    parts = {"train": idx.pair(train, train_labels, sides), "test": idx.pair(test, test_labels, sides)}
    return arrays.source(parts, NO_OPTIONS, classes=row.classes)
