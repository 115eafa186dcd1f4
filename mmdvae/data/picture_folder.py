"""Read a folder of pictures: list them with their class and part, report what is no picture, decode them."""

import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmdvae.data.idx import SIDE, Pair
from mmdvae.errors import InputError, shown

FORMATS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".bmp": "BMP",
    ".pgm": "PPM",
    ".tif": "TIFF",
    ".tiff": "TIFF",
}
# Picture formats that are not read. They are errors, because leaving them out would lose what the user takes for data.
OTHER_PICTURES = frozenset(
    (".avif", ".dcm", ".gif", ".heic", ".heif", ".ico", ".j2k", ".jp2", ".jxl", ".ppm", ".psd", ".raw", ".svg", ".webp")
)
# The first bytes of PNG, JPEG and TIFF, by which pictures with other suffixes are recognised.
SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*")
PARTS = {  # folder names that stand for a part of the set
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("test", "testing"), "test"),
    **dict.fromkeys(("val", "valid", "validation"), "valid"),
}
MAX_CLASSES = 256  # labels are bytes

Parts = tuple[str, ...]  # the names that lead from the folder to a file


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture file."""

    path: Path
    name: bytes  # path below the folder, in bytes: it need not be valid UTF-8
    kind: str  # its class; empty in a folder without classes
    part: str  # train or test; empty if the set is not split


@dataclass(frozen=True, slots=True)
class Listing:
    """The content of a folder."""

    pictures: tuple[Picture, ...]
    left_out: str  # "3 .txt, 1 hidden"; empty if everything is a picture

    @property
    def kinds(self) -> tuple[str, ...]:
        """The classes, sorted."""
        return tuple(sorted({picture.kind for picture in self.pictures}))

    def __str__(self) -> str:
        count, kinds = len(self.pictures), len(self.kinds)
        summary = f"{count} picture{'s' * (count != 1)} in {kinds} class{'es' * (kinds != 1)}"
        return f"{summary}; left out: {self.left_out}" if self.left_out else summary


def listing(folder: Path) -> Listing:
    """List the pictures below a folder, sorted by name; links are followed, nothing is decoded.

    A sub-folder is a class. Sub-folders `train` and `test` are the parts of a set that is already split, with the
    classes below them. Pictures in no sub-folder form a single class.
    Raises: InputError if something cannot be read, if a sub-folder has no pictures, or if it is unclear which folders
        are the classes.
    """
    found, folders, left_out = list[Parts](), set[Parts](), Counter[str]()
    try:
        for entry, parts in _walk(folder, (), ()):
            kind = _what_it_is(entry)
            if kind == "picture":
                found.append(parts)
            elif kind == "folder":
                folders.add(parts)
            else:
                left_out[kind] += 1
    except OSError as error:
        raise InputError(f"{error.filename}: must be a file or folder that can be read ({error.strerror})") from None
    for empty in sorted(folders - {parts[:depth] for parts in found for depth in range(1, len(parts))}):
        raise InputError(f"{folder.joinpath(*empty)}: must hold pictures, has none; move it away if it is no class")
    split = _is_split(folder, found)
    _check_levels(folder, [parts[split:] for parts in found])
    pictures = tuple(
        Picture(
            folder.joinpath(*parts),
            os.fsencode("/".join(parts)),
            _class_name(folder, parts[split] if len(parts) > 1 + split else ""),
            PARTS[parts[0].lower()] if split else "",
        )
        for parts in found
    )
    _check_classes(folder, pictures)
    return Listing(pictures, ", ".join(f"{count} {kind}" for kind, count in sorted(left_out.items())))


def images(folder: Path) -> tuple[Pair, Pair, tuple[str, ...]]:
    """Decode the 28 x 28 grey pictures of a folder; returns training pair, test pair, classes.

    If the folder is not split, the sixth of each class whose names have the lowest SHA-256 is for testing, so a file
    stays in its part when the folder is copied.
    Raises: InputError as `listing` does, or if a picture cannot be read, is not grey or not 28 x 28.
    """
    found = listing(folder)
    # Sorted by digest, not by class: the end of the training part becomes the validation images, of all classes.
    ordered = sorted(found.pictures, key=lambda picture: hashlib.sha256(picture.name).digest())
    held_out = {picture for picture in ordered if picture.part == "test"} or _held_out(ordered)
    if not held_out:
        raise InputError(f"{folder}: must hold at least two images of one class, has {len(ordered)} in all")
    number = {kind: label for label, kind in enumerate(found.kinds)}
    train, test = (
        (np.stack([_grey(p.path) for p in part]), np.array([number[p.kind] for p in part], np.uint8))
        for part in ([p for p in ordered if p not in held_out], [p for p in ordered if p in held_out])
    )
    return train, test, tuple(kind or "all" for kind in found.kinds)


def _walk(folder: Path, parts: Parts, above: tuple[tuple[int, int], ...]) -> Iterator[tuple[os.DirEntry[str], Parts]]:
    """Everything below a folder, sorted, with the names that lead to it; hidden folders are not entered."""
    here = folder.stat()
    inode = (here.st_dev, here.st_ino)
    if inode in above:
        raise InputError(f"{folder}: must not be a link to a folder that it lies in")
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            yield entry, (*parts, entry.name)
            if entry.is_dir() and not _is_hidden(entry.name):
                yield from _walk(folder / entry.name, (*parts, entry.name), (*above, inode))


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"  # macOS adds it to .zip files


def _what_it_is(entry: os.DirEntry[str]) -> str:
    """`folder`, `picture`, or the label under which it is counted as left out."""
    suffix = shown(os.path.splitext(entry.name)[1].lower())
    if _is_hidden(entry.name):
        return "hidden"
    if entry.is_dir():
        return "folder"
    if not entry.is_file():
        if not os.path.exists(entry.path):
            raise InputError(f"{entry.path}: must be a file, is a link that leads nowhere")
        return "special"
    if suffix in FORMATS or _begins_like_a_picture(entry.path):
        return "picture"
    if suffix in OTHER_PICTURES:
        raise InputError(f"{entry.path}: pictures must be one of {', '.join(FORMATS)}; convert it or move it away")
    return suffix or "without suffix"


def _begins_like_a_picture(path: str) -> bool:
    with open(path, "rb") as file:
        return file.read(4).startswith(SIGNATURES)


def _is_split(folder: Path, tops: list[Parts]) -> bool:
    """Whether the top folders are train and test; InputError if they are other parts, or parts and classes mixed."""
    names = sorted({parts[0] if len(parts) > 1 else "" for parts in tops})
    parts = sorted(PARTS.get(name.lower(), "") for name in names)
    if parts == ["test", "train"]:
        return True
    if any(parts):
        raise InputError(
            f"{folder}: a set that is split must have the folders train and test and no other (validation "
            f"images are taken from train), has {', '.join(filter(None, names))}; rename them if they are classes"
        )
    return False


def _check_levels(folder: Path, tops: list[Parts]) -> None:
    """Raise InputError if the classes might be one level further down."""
    firsts = {parts[0] for parts in tops if len(parts) > 1}
    seconds = {parts[:2] for parts in tops if len(parts) > 2}
    repeated = [name for name, count in Counter(second for _, second in seconds).items() if count > 1]
    if repeated:
        raise InputError(
            f"{folder}: a class must be one folder, but {repeated[0]} is in several of them; "
            "which level has the classes?"
        )
    if len(firsts) == 1 and len(seconds) > 1:
        inner = folder / firsts.pop()
        raise InputError(f"{folder}: must have a sub-folder per class, has one with others; name {inner}")


def _class_name(folder: Path, name: str) -> str:
    try:
        name.encode()
    except UnicodeEncodeError:
        raise InputError(f"{folder / name}: a class must have a name in UTF-8; rename the folder") from None
    return name


def _check_classes(folder: Path, pictures: tuple[Picture, ...]) -> None:
    kinds, trained = ({p.kind for p in pictures if p.part in parts} for parts in (("", "train", "test"), ("", "train")))
    if "" in kinds and len(kinds) > 1:
        raise InputError(f"{folder}: must hold its pictures all in sub-folders or all in none, has both")
    if len(kinds) > MAX_CLASSES:
        raise InputError(f"{folder}: must have at most {MAX_CLASSES} sub-folders, has {len(kinds)}")
    for kind in sorted(kinds - trained):
        raise InputError(f"{folder}: every class must have training pictures, {kind!r} is for testing alone")


def _held_out(ordered: list[Picture]) -> set[Picture]:
    held_out: set[Picture] = set()
    for kind in {picture.kind for picture in ordered}:
        members = [picture for picture in ordered if picture.kind == kind]
        held_out.update(members[: max(1, len(members) // 6) if len(members) > 1 else 0])
    return held_out


def _grey(path: Path) -> np.ndarray:
    from PIL import Image  # slow to import, because of its decoders

    try:
        with Image.open(path, formats=sorted(set(FORMATS.values()))) as image:
            if image.size != (SIDE, SIDE):  # from the header, before any pixel is decoded
                raise InputError(f"{path}: must be {SIDE} x {SIDE} pixels, is {image.width} x {image.height}")
            if image.mode not in ("L", "1"):
                raise InputError(f"{path}: must be grey with 8 bits a pixel (mode L), is mode {image.mode}")
            frames = getattr(image, "n_frames", 1)
            if frames > 1:
                raise InputError(f"{path}: must be one picture, has {frames} frames")
            return np.asarray(image.convert("L"))
    except InputError:
        raise
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:  # Pillow raises all of these
        raise InputError(f"{path}: must be a readable picture, but {error}") from None
