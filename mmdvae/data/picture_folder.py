"""A folder of pictures: which are in it, of which class and for which part, and what in it is no picture."""

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
# Pictures that are not read: to leave them out with a line would lose what somebody took for part of the set.
OTHER_PICTURES = frozenset(
    (".avif", ".dcm", ".gif", ".heic", ".heif", ".ico", ".j2k", ".jp2", ".jxl", ".ppm", ".psd", ".raw", ".svg", ".webp")
)
# What a file begins with whose name does not tell that it is a picture; names lie.
SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*")
PARTS = {  # names of folders that say which part of a set they hold
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("test", "testing"), "test"),
    **dict.fromkeys(("val", "valid", "validation"), "valid"),
}
MAX_CLASSES = 256  # labels are bytes

Parts = tuple[str, ...]  # the names that lead from the folder to a file


@dataclass(frozen=True, slots=True)
class Picture:
    """One file."""

    path: Path
    name: bytes  # below the folder, as the system has it: no encoding is sure to hold
    kind: str  # its class; empty in a folder without classes
    part: str  # train or test; empty where nobody has split the set


@dataclass(frozen=True, slots=True)
class Listing:
    """What a folder holds."""

    pictures: tuple[Picture, ...]
    left_out: str  # "3 .txt, 1 hidden"; empty if everything is a picture

    @property
    def kinds(self) -> tuple[str, ...]:
        """The classes, sorted."""
        return tuple(sorted({picture.kind for picture in self.pictures}))

    def __str__(self) -> str:
        count, kinds = len(self.pictures), len(self.kinds)
        told = f"{count} picture{'s' * (count != 1)} in {kinds} class{'es' * (kinds != 1)}"
        return f"{told}; left out: {self.left_out}" if self.left_out else told


def listing(folder: Path) -> Listing:
    """The pictures below a folder, sorted by name; links are followed. Nothing is decoded.

    A sub-folder is a class. Sub-folders `train` and `test` are the parts of a set that is split already, with classes
    below them. Pictures in no sub-folder are all of one class.
    Raises: InputError if something cannot be looked into, if a sub-folder has no pictures, or if it is not clear which
        folders are the classes.
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
    """The 28 x 28 grey pictures of a folder: training pair, test pair, classes.

    Where the folder does not say what is for testing, the sixth of each class is whose names have the lowest SHA-256,
    so a file stays where it is when the folder is copied.
    Raises: InputError as for `listing`, or if a picture cannot be read, is not grey or not 28 x 28.
    """
    found = listing(folder)
    # Both parts keep the order of the digests, for the end of the training part is for validation: no one class.
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
    """All that lies below with its names from the top, in their order; hidden folders are not entered."""
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
    return name.startswith(".") or name == "__MACOSX"  # what macOS puts beside the pictures into a .zip


def _what_it_is(entry: os.DirEntry[str]) -> str:
    """`folder`, `picture`, or as what it is counted."""
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
    """Whether the first folders are parts; InputError if they might be, or are others than train and test."""
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
    """InputError if the classes may as well be one level further down."""
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
    from PIL import Image  # with the decoders behind it, only where it is used

    try:
        with Image.open(path, formats=sorted(set(FORMATS.values()))) as image:
            if image.size != (SIDE, SIDE):  # known from the header, before a pixel is decoded
                raise InputError(f"{path}: must be {SIDE} x {SIDE} pixels, is {image.width} x {image.height}")
            if image.mode not in ("L", "1"):
                raise InputError(f"{path}: must be grey with 8 bits a pixel (mode L), is mode {image.mode}")
            frames = getattr(image, "n_frames", 1)
            if frames > 1:
                raise InputError(f"{path}: must be one picture, has {frames} frames")
            return np.asarray(image.convert("L"))
    except InputError:
        raise
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:  # Pillow raises them all
        raise InputError(f"{path}: must be a readable picture, but {error}") from None
