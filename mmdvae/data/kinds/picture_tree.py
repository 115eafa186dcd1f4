"""Which files of a tree are pictures, and which folders are classes and parts; whatever is neither is counted."""

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mmdvae.data.source import MAX_CLASSES, UNSPLIT
from mmdvae.errors import InputError, shown

FORMATS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
    ".bmp": "BMP",
    ".pgm": "PPM",
    ".ppm": "PPM",
    ".tif": "TIFF",
    ".tiff": "TIFF",
}
# Picture formats that are not read. They are errors, because leaving them out would lose what the user takes for data.
OTHER_PICTURES = frozenset(
    (
        *(".avif", ".dcm", ".dds", ".eps", ".exr", ".fits", ".gif", ".hdr", ".heic", ".heif", ".ico", ".j2k", ".jp2"),
        *(".jxl", ".pbm", ".pcx", ".pnm", ".psd", ".raw", ".svg", ".tga"),
    )
)
SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*")  # the first bytes of PNG, JPEG and TIFF
PARTS = {  # folder names that stand for a part of the set
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("test", "testing"), "test"),
    **dict.fromkeys(("val", "valid", "validation"), "valid"),
}
DEEPEST = 100  # folders within folders; deeper ones are made by accident or to break programs
PICTURE, FOLDER = "picture", "folder"  # what an entry of a tree is, unless it is left out

Names = tuple[str, ...]  # the names that lead from the top of the tree to an entry


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture file."""

    name: str  # path below the top, with /; bytes that are no UTF-8 are surrogates
    kind: str  # its class; empty in a tree without classes
    part: str  # train, valid or test; UNSPLIT if the set is not split


@dataclass(frozen=True, slots=True)
class Listing:
    """The pictures of a tree, sorted by name."""

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


def listing(place: Path, entries: Iterable[tuple[Names, str]]) -> Listing:
    """The pictures among the entries of a tree: (names that lead to it, what it is).

    A sub-folder is a class. Sub-folders train, test and, if given, valid are the parts of a set that is already split,
    with the classes below them. Pictures in no sub-folder form a single class.
    Raises: InputError if a sub-folder has no pictures, or if it is unclear which folders are the classes.
    """
    found, folders, left_out = list[Names](), set[Names](), Counter[str]()
    for names, what in entries:
        if what == PICTURE:
            found.append(names)
        elif what == FOLDER:
            folders.add(names)
        else:
            left_out[what] += 1
    for empty in sorted(folders - {names[:depth] for names in found for depth in range(1, len(names))}):
        raise InputError(f"{place.joinpath(*empty)}: must hold pictures, has none; move it away if it is no class")
    split = _is_split(place, found)
    _check_levels(place, [names[split:] for names in found])
    pictures = tuple(
        Picture(
            "/".join(names),
            _class_name(place, names[split] if len(names) > 1 + split else ""),
            PARTS[names[0].lower()] if split else UNSPLIT,
        )
        for names in found
    )
    _check_classes(place, pictures)
    return Listing(pictures, ", ".join(f"{count} {what}" for what, count in sorted(left_out.items())))


def is_hidden(name: str) -> bool:
    """Whether a file or folder of that name is not looked at."""
    return name.startswith(".") or name == "__MACOSX"  # macOS adds it to .zip files


def what_a_file_is(where: str, name: str, beginning: bytes | None) -> str:
    """PICTURE, or the label under which a file is counted as left out.

    Args: beginning: its first twelve bytes, by which pictures with other suffixes are told; None if it has no say.
    Raises: InputError with `where` for a picture in a format that is not read.
    """
    suffix = shown(os.path.splitext(name)[1].lower())
    if is_hidden(name):
        return "hidden"
    if suffix in FORMATS or (beginning is not None and begins_like_a_picture(beginning)):
        return PICTURE
    if suffix in OTHER_PICTURES:
        raise InputError(f"{where}: pictures must be one of {', '.join(FORMATS)}; convert it or move it away")
    return suffix or "without suffix"


def needs_beginning(name: str) -> bool:
    """Whether the first bytes of a file of that name decide what it is."""
    return not is_hidden(name) and os.path.splitext(name)[1].lower() not in FORMATS


def begins_like_a_picture(beginning: bytes) -> bool:
    """Whether these first twelve bytes are those of a picture."""
    return beginning.startswith(SIGNATURES) or (beginning[:4] == b"RIFF" and beginning[8:] == b"WEBP")


def _is_split(place: Path, tops: list[Names]) -> bool:
    """Whether the top folders are parts; InputError if parts are missing, or mixed with classes."""
    names = sorted({names[0] if len(names) > 1 else "" for names in tops})
    parts = sorted(PARTS.get(name.lower(), "") for name in names)
    if parts in (["test", "train"], ["test", "train", "valid"]):
        return True
    if any(parts):
        raise InputError(
            f"{place}: a set that is split must have the folders train and test, may have valid, and no other beside "
            f"them, has {', '.join(filter(None, names))}; rename them if they are classes"
        )
    return False


def _check_levels(place: Path, tops: list[Names]) -> None:
    """Raise InputError if the classes might be one level further down."""
    firsts = {names[0] for names in tops if len(names) > 1}
    seconds = {names[:2] for names in tops if len(names) > 2}
    repeated = [name for name, count in Counter(second for _, second in seconds).items() if count > 1]
    if repeated:
        raise InputError(
            f"{place}: a class must be one folder, but {repeated[0]} is in several of them; "
            "which level has the classes?"
        )
    if len(firsts) == 1 and len(seconds) > 1:
        inner = place / firsts.pop()
        raise InputError(f"{place}: must have a sub-folder per class, has one with others; name {inner}")


def _class_name(place: Path, name: str) -> str:
    try:
        name.encode()
    except UnicodeEncodeError:
        raise InputError(f"{place / name}: a class must have a name in UTF-8; rename the folder") from None
    return name


def _check_classes(place: Path, pictures: tuple[Picture, ...]) -> None:
    kinds, trained = ({p.kind for p in pictures if each or p.part in (UNSPLIT, "train")} for each in (True, False))
    if "" in kinds and len(kinds) > 1:
        raise InputError(f"{place}: must hold its pictures all in sub-folders or all in none, has both")
    if len(kinds) > MAX_CLASSES:
        raise InputError(f"{place}: must have at most {MAX_CLASSES} sub-folders, has {len(kinds)}")
    for kind in sorted(kinds - trained):
        raise InputError(f"{place}: every class must have training pictures, {kind!r} is for testing alone")
