"""The data sets that exist, one row each, and how each is decoded into arrays."""

import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, cast

from mmdvae.data import idx, own_images, picture_folder
from mmdvae.data.idx import Pair
from mmdvae.errors import InputError, shown

IDX_NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
CHOICES = ("fashion-mnist", "mnist", "kmnist", "digits", "npz:PATH", "images:DIR", "idx:DIR")
DEFAULT = "fashion-mnist"
OwnKind = Literal["digits", "npz", "images", "idx"]


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

    kind: OwnKind
    path: Path  # file or folder; for digits, scikit-learn's __init__.py

    @property
    def name(self) -> str:
        """The name in tables and reports; without the parent folders, which are private."""
        return "digits" if self.kind == "digits" else shown(f"{self.kind}:{self.path.resolve().name}")


class Decoded(NamedTuple):
    """A data set as arrays, in the order of the source files."""

    train: Pair
    test: Pair
    classes: tuple[str, ...]


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


def find(dataset: str | Row) -> Row:
    """The row with that name (a row is returned as it is); InputError lists the names that exist."""
    if not isinstance(dataset, str):
        return dataset
    if dataset in IDX_SETS:
        return IDX_SETS[dataset]
    if "\0" in dataset:
        raise InputError(f"dataset must be a name or a path, got {dataset!r}")
    kind, _, path = dataset.partition(":")
    if dataset == "digits":
        return Own(kind="digits", path=_package_file("sklearn"))
    if kind in ("npz", "images", "idx") and path:
        return Own(kind=cast(OwnKind, kind), path=Path(os.path.expanduser(path)))
    raise InputError(f"unknown dataset {dataset!r}; choose one of: {', '.join(CHOICES)}")


def idx_file(folder: Path, name: str) -> Path | None:
    """The file with that name in a folder, gzipped or plain; None if there is neither.

    Also found as train-images.idx3-ubyte, as 7-zip and Kaggle name it, and in a sub-folder of the same name (Kaggle).
    """
    names = (f"{name}.gz", name, name.replace("-idx", ".idx"), f"{name}/{name}", f"{name.replace('-idx', '.idx')}.gz")
    return next((folder / name for name in names if (folder / name).is_file()), None)


def source_files(row: Row, place: Path) -> tuple[Path, ...] | None:
    """The files of the data set at `place`, in a fixed order; None unless all are there."""
    if isinstance(row, Own):
        if row.kind == "images":
            pictures = picture_folder.listing(place).pictures if place.is_dir() else ()
            return tuple(picture.path for picture in pictures) or None
        if row.kind == "idx":
            return own_images.idx_files(place)
        return (place,) if place.is_file() else None
    found = [path for name in IDX_NAMES if (path := idx_file(place, name))]
    return tuple(found) if len(found) == len(IDX_NAMES) else None


def contents(row: Row, place: Path) -> str:
    """How the user's own set at `place` is interpreted and what is left out; empty if there is nothing to report."""
    if isinstance(row, Own) and row.kind == "images" and place.is_dir():
        return str(picture_folder.listing(place))
    left_out = own_images.npz_left_out(place) if isinstance(row, Own) and row.kind == "npz" else ""
    return f"left out: {left_out}" if left_out else ""


def decode(row: Row, place: Path) -> Decoded:
    """The arrays of the data set at `place`; InputError names the file, the rule and the value."""
    if isinstance(row, Own):
        return Decoded(*_DECODERS[row.kind](place))
    paths = source_files(row, place)
    if paths is None:
        raise InputError(f"{place}: must hold {', '.join(IDX_NAMES)}, gzipped or plain")
    train, test = (idx.read_pair(*pair) for pair in (paths[:2], paths[2:]))
    return Decoded(train, test, row.classes)


_DECODERS: dict[OwnKind, Callable[[Path], own_images.Parts]] = {
    "digits": own_images.digits,
    "npz": own_images.npz,
    "images": picture_folder.images,
    "idx": own_images.idx_set,
}


def _package_file(package: str) -> Path:
    """The path of a package's __init__.py, found without importing the package."""
    found = importlib.util.find_spec(package)
    return Path(found.origin) if found and found.origin else Path(package)
