"""Images that are not published IDX files: scikit-learn's digits, an .npz, a folder of pictures.

Each function returns (training pair, test pair, classes), as datasets.Decoded has them.
"""

import hashlib
import zipfile
import zlib
from pathlib import Path

import numpy as np

from mmdvae.errors import InputError
from mmdvae.idx import MAX_ITEMS, SIDE, Pair

Parts = tuple[Pair, Pair, tuple[str, ...]]
_SUFFIXES = (".png", ".jpg", ".jpeg")
_MAX_CLASSES = 256  # labels are bytes


def digits(_: Path) -> Parts:
    """scikit-learn's 1,797 digits of 8 x 8 pixels, each pixel three times as wide and high, with a border of two."""
    from sklearn.datasets import load_digits  # a second to import, so only where it is used

    bunch = load_digits()
    pixels = np.rint(bunch.images * (255 / 16)).astype(np.uint8)  # (1797, 8, 8), 0..16 there
    pixels = np.pad(pixels.repeat(3, axis=1).repeat(3, axis=2), ((0, 0), (2, 2), (2, 2)))
    labels = bunch.target.astype(np.uint8)
    # The last sixth is for testing: the file goes by writers, so these are other hands than the first.
    return (pixels[:1500], labels[:1500]), (pixels[1500:], labels[1500:]), tuple("0123456789")


def npz(path: Path) -> Parts:
    """The arrays x_train and x_test, (n, 28, 28[, 1]) uint8, and their labels y_train and y_test, if there are any."""
    arrays = _npz_arrays(path)
    if ("y_train" in arrays) != ("y_test" in arrays):
        raise InputError(f"{path}: must have both y_train and y_test or neither, has one of them")
    train, test = (_npz_images(path, arrays, part) for part in ("train", "test"))
    train_labels, test_labels = (_npz_labels(path, arrays, part) for part in ("train", "test"))
    count = 1 + max(int(train_labels.max()), int(test_labels.max()))
    classes = tuple(map(str, range(count))) if "y_train" in arrays else ("all",)
    return (train, train_labels), (test, test_labels), classes


def images(folder: Path) -> Parts:
    """The 28 x 28 grey .png and .jpg files below a folder: one class for each sub-folder, or "all" if there are none.

    Of each class the sixth whose names have the lowest SHA-256 is for testing, so a file stays where it is when the
    folder is copied.
    """
    names = {path: path.relative_to(folder).as_posix() for path in image_files(folder)}
    kinds = {path: name.split("/")[0] if "/" in name else "" for path, name in names.items()}
    kinds_in_order = sorted(set(kinds.values()))
    if not 1 <= len(kinds_in_order) <= _MAX_CLASSES or ("" in kinds_in_order and len(kinds_in_order) > 1):
        raise InputError(f"{folder}: must hold .png or .jpg images, in 1 to {_MAX_CLASSES} sub-folders or all in none")
    # Both parts keep the order of the digests, for the end of the training part is for validation: no one class.
    by_digest = sorted(names, key=lambda path: hashlib.sha256(names[path].encode()).digest())
    held_out = _held_out(by_digest, kinds)
    if not held_out:
        raise InputError(f"{folder}: must hold at least two images of one class, has {len(names)} in all")
    train, test = ([path for path in by_digest if (path in held_out) is held] for held in (False, True))
    number = {kind: label for label, kind in enumerate(kinds_in_order)}
    pairs = [
        (np.stack([_grey(path) for path in part]), np.array([number[kinds[path]] for path in part], np.uint8))
        for part in (train, test)
    ]
    return pairs[0], pairs[1], tuple(kind or "all" for kind in kinds_in_order)


def image_files(folder: Path) -> list[Path]:
    """The picture files below a folder, sorted; hidden ones are left out."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in _SUFFIXES
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.is_file()
    )


def _held_out(by_digest: list[Path], kinds: dict[Path, str]) -> set[Path]:
    held_out: set[Path] = set()
    for kind in set(kinds.values()):
        members = [path for path in by_digest if kinds[path] == kind]
        held_out.update(members[: max(1, len(members) // 6) if len(members) > 1 else 0])
    return held_out


def _grey(path: Path) -> np.ndarray:
    from PIL import Image  # with the decoders behind it, only where it is used

    try:
        with Image.open(path, formats=("PNG", "JPEG")) as image:
            if image.size != (SIDE, SIDE):  # known from the header, before a pixel is decoded
                raise InputError(f"{path}: must be {SIDE} x {SIDE} pixels, is {image.width} x {image.height}")
            if image.mode not in ("L", "1"):
                raise InputError(f"{path}: must be grey with 8 bits a pixel (mode L), is mode {image.mode}")
            return np.asarray(image.convert("L"))
    except InputError:
        raise
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:  # Pillow raises them all
        raise InputError(f"{path}: must be a readable PNG or JPEG image, but {error}") from None


def _npz_arrays(path: Path) -> dict[str, np.ndarray]:
    try:
        with zipfile.ZipFile(path) as archive:
            declared = sum(member.file_size for member in archive.infolist())
        if declared > 2 * MAX_ITEMS * SIDE**2:
            raise InputError(f"{path}: must declare at most {2 * MAX_ITEMS * SIDE**2} bytes, declares {declared}")
        with np.load(path, allow_pickle=False) as archive:  # a pickle could run anything
            return {key: archive[key] for key in ("x_train", "y_train", "x_test", "y_test") if key in archive}
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
    labels = found[:, 0] if found.ndim == 2 and found.shape[1] == 1 else found  # (n, 1), as keras has for CIFAR
    if labels.dtype.kind not in "iu" or labels.shape != (count,):
        raise InputError(f"{path}: y_{part} must be {count} whole numbers, got {found.dtype} of shape {found.shape}")
    for label in (labels.min(), labels.max()):
        if not 0 <= label < _MAX_CLASSES:
            raise InputError(f"{path}: labels of y_{part} must be >= 0 and < {_MAX_CLASSES}, got {label}")
    return labels.astype(np.uint8)
