"""images:DIR or images:FILE.zip: pictures of any size, in folders that are classes or parts or none."""

import hashlib
import os
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from mmdvae.data.kinds import picture_file, picture_groups, picture_tree
from mmdvae.data.kinds.picture_file import Header
from mmdvae.data.kinds.picture_places import Folder, Zip
from mmdvae.data.kinds.picture_tree import Listing, Picture
from mmdvae.data.options import DataOptions
from mmdvae.data.pixels import Target, target
from mmdvae.data.source import UNLABELLED, UNSPLIT, Part, Source, plural, rows_in_block
from mmdvae.errors import InputError, shown

AT_A_TIME = 512  # pictures whose headers are read together
MOST_THREADS = 4  # each has a whole picture in memory, 50 MB if a telephone took it


def files(place: Path) -> tuple[str, ...] | None:
    """The .zip file, or all pictures in a folder; None if there are none."""
    if place.is_file():
        return (str(place),)
    found = _listing(place).pictures if place.is_dir() else ()
    return tuple(os.path.join(place, picture.name) for picture in found) or None


def contents(place: Path) -> str:
    """How a folder is understood, and what is left out."""
    return str(_listing(place))


def opened(place: Path, options: DataOptions) -> Source:
    """The pictures of a folder or .zip, whose headers are all read now.

    They are ordered by SHA-256 of their group and name, so the end of the training part, which becomes the validation
    images, is of all classes. Raises: InputError as `listing`; if a picture is broken or cannot be used; if sizes or
    colours differ and no option says what to do.
    """
    tree = _tree(place)
    found = picture_tree.listing(place, tree.entries())
    if not found.pictures:
        raise InputError(f"{place}: must hold pictures, has none")
    survey = _Survey.of(tree, found.pictures, options)
    aim = survey.target(place, options)
    with picture_groups.in_time(str(place), options.group) if options.group else nullcontext():
        digests = {picture: _digests(place, picture.name, options.group) for picture in found.pictures}
    kinds = {kind: number for number, kind in enumerate(found.kinds)}
    tally = Counter[str]()
    parts = []
    for name in (UNSPLIT, "train", "valid", "test"):
        chosen = sorted((p for p in found.pictures if p.part == name), key=digests.__getitem__)
        if chosen:
            labels = np.array([kinds[picture.kind] for picture in chosen], np.uint8)
            names = [picture.name for picture in chosen]
            blocks, groups = _Blocks(tree, names, aim, options, tally), [digests[picture][0] for picture in chosen]
            parts.append(Part(name=name, labels=labels, blocks=blocks, digests=groups, names=names))
    if options.group:
        picture_groups.check_parts(place, parts, options.group)
    classes = UNLABELLED if found.kinds == ("",) else found.kinds
    notes = (str(found), *survey.notes(aim, options))
    return Source(shape=aim.shape, parts=tuple(parts), classes=classes, notes=notes, tally=tally)


def _tree(place: Path) -> Folder | Zip:
    return Folder(place) if place.is_dir() else Zip(place)


def _listing(place: Path) -> Listing:
    return picture_tree.listing(place, _tree(place).entries())


def _digests(place: Path, name: str, group: str | None) -> tuple[bytes, bytes]:
    """SHA-256 of a picture's group and of its name."""
    digest = hashlib.sha256(os.fsencode(name)).digest()
    if group is None:
        return digest, digest
    text = picture_groups.group_of(str(place / name), PurePosixPath(name).name, group)
    return hashlib.sha256(os.fsencode(text)).digest(), digest


@dataclass(slots=True)
class _Survey:
    """What the headers of all pictures say."""

    sizes: dict[tuple[int, int], str]  # height and width, with the name of a picture that has it
    counts: Counter[tuple[int, int]]
    colours: Counter[bool]
    changes: Counter[str]
    ranged: int = 0  # how many a range is for

    @classmethod
    def of(cls, tree: Folder | Zip, pictures: Sequence[Picture], options: DataOptions) -> "_Survey":
        survey = cls({}, Counter(), Counter(), Counter())

        def read(picture: Picture) -> Header:
            return _read(tree, picture.name, picture_file.header, options.range)

        for names, headers in _in_threads(read, pictures, AT_A_TIME):
            for picture, header in zip(names, headers, strict=True):
                survey.sizes.setdefault(header.size, picture.name)
                survey.counts[header.size] += 1
                survey.colours[header.colour] += 1
                survey.changes.update(header.changes)
                survey.ranged += header.ranged
        return survey

    def target(self, place: Path, options: DataOptions) -> Target:
        """The shape that all get. Raises: InputError if they differ and no option decides."""
        least, most = self._extremes()
        if options.range and not self.ranged:
            raise InputError(f"{place}: range is for grey pictures of more than 8 bits, of which there are none")
        if len(self.counts) > 1 and not options.size:
            raise InputError(
                f"{place}: pictures must be of one size, or --size HxW must be given, such as --size 64x64; they are "
                f"{_told(least)} ({shown(self.sizes[least])}) to {_told(most)} ({shown(self.sizes[most])})"
            )
        if len(self.colours) > 1 and not options.colour:
            raise InputError(
                f"{place}: pictures must be all grey or all in colour, or --colour grey or --colour rgb must be given; "
                f"{self.colours[False]:,} are grey, {self.colours[True]:,} in colour"
            )
        return target(str(place), (*most, 3 if self.colours[True] else 1), options)

    def notes(self, aim: Target, options: DataOptions) -> list[str]:
        """What is done to how many pictures."""
        told = [f"{change}: {plural(count, 'picture')}" for change, count in sorted(self.changes.items())]
        height, width, channels = aim.shape
        if other := self.colours[channels == 1]:
            told.append(f"{'colour made grey' if channels == 1 else 'grey made RGB'}: {plural(other, 'picture')}")
        if scaled := sum(count for size, count in self.counts.items() if size != (height, width)):
            enlarged = sum(count for (h, w), count in self.counts.items() if h < height or w < width)
            sizes = " to ".join(dict.fromkeys(map(_told, self._extremes())))
            count = f"{plural(scaled, 'picture')}{f', {enlarged:,} of them enlarged' if enlarged else ''}"
            told.append(f"scaled from {sizes} to {_told((height, width))} ({aim.fit}): {count}")
        return told

    def _extremes(self) -> tuple[tuple[int, int], tuple[int, int]]:
        ordered = sorted(self.counts, key=lambda size: (size[0] * size[1], size))
        return ordered[0], ordered[-1]


@dataclass(frozen=True, slots=True)
class _Blocks:
    """The pixels of the named pictures."""

    tree: Folder | Zip
    names: list[str]
    aim: Target
    options: DataOptions
    tally: Counter[str]

    def __call__(self) -> Iterator[np.ndarray]:
        for _, made in _in_threads(self._image, self.names, rows_in_block(int(np.prod(self.aim.shape)))):
            images, tallies = zip(*made, strict=True)
            for tally in tallies:
                self.tally.update(tally)
            yield np.stack(images)

    def _image(self, name: str) -> tuple[np.ndarray, Counter[str]]:
        tally = Counter[str]()
        picture = _read(self.tree, name, picture_file.picture, self.options.range, tally)
        height, width, _ = self.aim.shape
        if not self.options.size and picture.size != (width, height):
            raise InputError(
                f"{self.tree.path / name}: must not change while it is read, was {_told((height, width))}, is "
                f"{_told((picture.height, picture.width))}"
            )
        return self.aim.of_picture(picture), tally


def _read(tree: Folder | Zip, name: str, how: Callable[..., Any], *more: Any) -> Any:
    where = f"{tree.path / name}"
    try:
        with tree.open(name) as file:
            return how(where, file, *more)
    except OSError as error:
        raise InputError(f"{where}: must be a readable picture, but {error.strerror or error}") from None


def _in_threads(
    do: Callable[[Any], Any], what: Sequence[Any], at_a_time: int
) -> Iterator[tuple[Sequence[Any], list[Any]]]:
    """So many of them, and what was done with each, in order; Pillow decodes in several threads."""
    with ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1)) as pool:
        for start in range(0, len(what), at_a_time):
            some = what[start : start + at_a_time]
            with warnings.catch_warnings(action="ignore"):  # Pillow's, of EXIF data and sizes; it reads the picture
                made = list(pool.map(do, some))
            yield some, made


def _told(size: tuple[int, int]) -> str:
    return f"{size[0]} x {size[1]}"
