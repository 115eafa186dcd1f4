"""Read images other than the published IDX files: scikit-learn's digits, the user's .npz, the user's IDX files.

digits, npz and idx_set return (training pair, test pair, classes), the fields of catalog.Decoded.
"""

import re
import zipfile
import zlib
from pathlib import Path

import numpy as np

from mmdvae.data import idx
from mmdvae.data.idx import MAX_ITEMS, SIDE, Pair
from mmdvae.errors import InputError, shown

Parts = tuple[Pair, Pair, tuple[str, ...]]
_MAX_CLASSES = 256  # labels are bytes
_ARRAYS = ("x_train", "y_train", "x_test", "y_test")


def digits(_: Path) -> Parts:
    """scikit-learn's 1,797 digits of 8 x 8 pixels, each enlarged to 3 x 3, with a border of 2: 28 x 28."""
    from sklearn.datasets import load_digits  # takes a second to import

    bunch = load_digits()
    pixels = np.rint(bunch.images * (255 / 16)).astype(np.uint8)  # (1797, 8, 8), 0 to 16 before scaling
    pixels = np.pad(pixels.repeat(3, axis=1).repeat(3, axis=2), ((0, 0), (2, 2), (2, 2)))
    labels = bunch.target.astype(np.uint8)
    # The last sixth is for testing: the file is ordered by writer, so the test digits come from other writers.
    return (pixels[:1500], labels[:1500]), (pixels[1500:], labels[1500:]), tuple("0123456789")


def npz(path: Path) -> Parts:
    """The arrays x_train and x_test, (n, 28, 28[, 1]) uint8, and, optionally, their labels y_train and y_test."""
    arrays = _npz_arrays(path)
    if ("y_train" in arrays) != ("y_test" in arrays):
        raise InputError(f"{path}: must have both y_train and y_test or neither, has one of them")
    train, test = (_npz_images(path, arrays, part) for part in ("train", "test"))
    train_labels, test_labels = (_npz_labels(path, arrays, part) for part in ("train", "test"))
    count = 1 + max(int(train_labels.max()), int(test_labels.max()))
    classes = tuple(map(str, range(count))) if "y_train" in arrays else ("all",)
    return (train, train_labels), (test, test_labels), classes


def npz_left_out(path: Path) -> str:
    """The names of the arrays in an .npz that are not used, "x_val, y_val"; empty if there are none."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.removesuffix(".npy") for name in archive.namelist()}
    except (OSError, zipfile.BadZipFile):  # npz() reports it
        return ""
    return ", ".join(sorted(map(shown, names - set(_ARRAYS))))


def idx_files(place: Path) -> tuple[Path, ...] | None:
    """The four IDX files in a folder, in the order of catalog.IDX_NAMES; None unless all are there.

    Their names contain "train", "test" or "t10k", then "images" or "labels", then "idx". `place` may also be a folder
    followed by a prefix of the names: EMNIST/emnist-letters.
    Raises: InputError if several files match one of the four.
    """
    folder, beginning = (place, "") if place.is_dir() else (place.parent, place.name)
    found = []
    for part in (("train",), ("test", "t10k")):
        for what in ("images", "labels"):
            same = re.compile(rf"{re.escape(beginning)}.*({'|'.join(part)}).*{what}.*idx.*", re.IGNORECASE)
            paths = [path for path in sorted(folder.glob("*")) if path.is_file() and same.fullmatch(path.name)]
            if len({path.name.removesuffix(".gz").replace(".", "-") for path in paths}) > 1:
                raise InputError(
                    f"{place}: must have one file of {part[0]} {what}, has {', '.join(path.name for path in paths)}; "
                    f"name the beginning of its name, too: idx:{folder}/BEGINNING"
                )
            found += paths[:1]
    return tuple(found) if len(found) == 4 else None


def idx_set(place: Path) -> Parts:
    """The user's own IDX files; the labels that occur are the classes, renumbered from 0."""
    files = idx_files(place)
    if files is None:
        raise InputError(f"{place}: must have four IDX files, images and labels for training and testing")
    (train, train_labels), (test, test_labels) = (idx.read_pair(*files[k : k + 2]) for k in (0, 2))
    known = np.unique(np.concatenate([train_labels, test_labels]))  # EMNIST's letters have labels 1 to 26
    labels = (np.searchsorted(known, given).astype(np.uint8) for given in (train_labels, test_labels))
    return (train, next(labels)), (test, next(labels)), tuple(map(str, known))


def _npz_arrays(path: Path) -> dict[str, np.ndarray]:
    try:
        with zipfile.ZipFile(path) as archive:
            declared = sum(member.file_size for member in archive.infolist())
        if declared > 2 * MAX_ITEMS * SIDE**2:
            raise InputError(f"{path}: must declare at most {2 * MAX_ITEMS * SIDE**2} bytes, declares {declared}")
        with np.load(path, allow_pickle=False) as archive:  # unpickling can run any code
            return {key: archive[key] for key in _ARRAYS if key in archive}
    except InputError:
        raise
    except (OSError, ValueError, EOFError, MemoryError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"{path}: must be a readable .npz without pickled objects, but {error}") from None


def _npz_images(path: Path, arrays: dict[str, np.ndarray], part: str) -> np.ndarray:
    found = arrays.get(f"x_{part}")
    if found is None:
        raise InputError(f"{path}: must have x_train and x_test, has no x_{part}")
    pixels = found[..., 0] if found.ndim == 4 and found.shape[-1] == 1 else found
    if pixels.dtype != np.uint8 or pixels.shape[1:] != (SIDE, SIDE) or not len(pixels):
        raise InputError(f"{path}: x_{part} must be uint8 of shape (n, 28, 28), got {found.dtype} of {found.shape}")
    return np.ascontiguousarray(pixels)


def _npz_labels(path: Path, arrays: dict[str, np.ndarray], part: str) -> np.ndarray:
    count = len(arrays[f"x_{part}"])
    found = arrays.get(f"y_{part}", np.zeros(count, np.uint8))
    labels = found[:, 0] if found.ndim == 2 and found.shape[1] == 1 else found  # (n, 1) as in Keras's CIFAR
    if labels.dtype.kind not in "iu" or labels.shape != (count,):
        raise InputError(f"{path}: y_{part} must be {count} whole numbers, got {found.dtype} of shape {found.shape}")
    for label in (labels.min(), labels.max()):
        if not 0 <= label < _MAX_CLASSES:
            raise InputError(f"{path}: labels of y_{part} must be >= 0 and < {_MAX_CLASSES}, got {label}")
    return labels.astype(np.uint8)
