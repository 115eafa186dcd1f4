"""Where pictures lie: in a folder, or in a .zip file, which is read in place; both list their tree."""

import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from mmdvae.data.kinds.picture_tree import DEEPEST, FOLDER, Names, is_hidden, needs_beginning, what_a_file_is
from mmdvae.data.rows import UNREADABLE
from mmdvae.data.source import MAX_ITEMS
from mmdvae.errors import InputError

BEGINNING = 12  # bytes that tell a picture
LARGEST_FILE = 256 << 20  # bytes of a picture in a .zip, which is in memory while it is decoded
MOST_UNPACKED = 200  # times the size of a .zip; pictures are compressed already
_UTF_8 = 0x800  # flag of a .zip's entry: its name is UTF-8
_ENCRYPTED = 0x1


class Folder:
    """Pictures in a folder and those below it; links are followed, circles refused."""

    def __init__(self, path: Path):
        self.path = path

    def entries(self) -> Iterator[tuple[Names, str]]:
        """Everything below the folder, sorted by name: the names that lead to it, and what it is."""
        try:
            yield from self._walk(self.path, (), ())
        except OSError as error:
            raise InputError(
                f"{error.filename}: must be a file or folder that can be read ({error.strerror})"
            ) from None

    def open(self, name: str) -> IO[bytes]:
        """A picture for reading."""
        return open(self.path / name, "rb")

    def _walk(self, folder: Path, names: Names, above: tuple[tuple[int, int], ...]) -> Iterator[tuple[Names, str]]:
        here = folder.stat()
        inode = (here.st_dev, here.st_ino)
        if inode in above:
            raise InputError(f"{folder}: must not be a link to a folder that it lies in")
        if len(names) > DEEPEST:
            raise InputError(f"{self.path}: must have at most {DEEPEST} folders within each other, has more")
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                yield (*names, entry.name), _what_it_is(entry)
                if entry.is_dir() and not is_hidden(entry.name):
                    yield from self._walk(folder / entry.name, (*names, entry.name), (*above, inode))


class Zip:
    """Pictures in a .zip file; a single folder at its top is not counted as a level."""

    def __init__(self, path: Path):
        self.path = path
        try:
            self._archive = zipfile.ZipFile(path)
        except UNREADABLE as error:
            raise InputError(f"{path}: must be a readable .zip, but {error}") from None
        members = self._archive.infolist()
        self._check(members)
        self._members: dict[Names, zipfile.ZipInfo] = {}
        for member in members:
            names = _names(path, member)
            if names in self._members:
                raise InputError(f"{path}: must have one entry of each name, has several of {'/'.join(names)}")
            if names:
                self._members[names] = member
        self._folders = {names[:depth] for names in self._members for depth in range(1, len(names))}
        for names in self._folders & self._members.keys():
            if not self._members[names].is_dir():
                raise InputError(f"{path}: must have one entry of each name, {'/'.join(names)} is a file and a folder")
        self._folders |= {names for names, member in self._members.items() if member.is_dir()}
        self._top = self._single_top()

    def entries(self) -> Iterator[tuple[Names, str]]:
        """As Folder.entries."""
        for names in sorted({*self._members, *self._folders}):
            below = names[len(self._top) :]
            if not below or any(map(is_hidden, below[:-1])):
                continue
            if names in self._folders:
                yield below, "hidden" if is_hidden(below[-1]) else FOLDER
            else:
                yield below, self._what(names)

    def open(self, name: str) -> IO[bytes]:
        """A picture for reading, in memory, because Pillow seeks."""
        member = self._members[(*self._top, *name.split("/"))]
        if member.file_size > LARGEST_FILE:
            raise InputError(f"{self.path}/{name}: must have at most {LARGEST_FILE:,} bytes, has {member.file_size:,}")
        try:
            with self._archive.open(member) as file:
                return io.BytesIO(file.read(LARGEST_FILE))
        except UNREADABLE as error:
            raise InputError(f"{self.path}/{name}: must be readable, but {error}") from None

    def _what(self, names: Names) -> str:
        where, beginning = "/".join((str(self.path), *names)), None
        if needs_beginning(names[-1]):
            try:
                with self._archive.open(self._members[names]) as file:
                    beginning = file.read(BEGINNING)
            except UNREADABLE as error:
                raise InputError(f"{where}: must be readable, but {error}") from None
        return what_a_file_is(where, names[-1], beginning)

    def _check(self, members: list[zipfile.ZipInfo]) -> None:
        """Raise InputError for what nobody packs who means well."""
        if len(members) > MAX_ITEMS:
            raise InputError(f"{self.path}: must have at most {MAX_ITEMS:,} entries, has {len(members):,}")
        packed, unpacked = self.path.stat().st_size, sum(member.file_size for member in members)
        if unpacked > MOST_UNPACKED * packed:
            raise InputError(
                f"{self.path}: must unpack to at most {MOST_UNPACKED} times its size, got {unpacked // packed:,} times"
            )
        for member in members:
            if member.flag_bits & _ENCRYPTED:
                raise InputError(f"{self.path}: must not be encrypted, {member.filename} is")

    def _single_top(self) -> Names:
        """The folders that hold everything else, as an archive of one folder has it."""
        top: Names = ()
        while True:
            seen = {names[: len(top) + 1] for names in self._members if len(names) > len(top)}
            seen = {names for names in seen if not is_hidden(names[-1])}
            if len(seen) != 1:
                return top
            (only,) = seen
            if only in self._members and not self._members[only].is_dir():
                return top
            top = only


def _names(path: Path, member: zipfile.ZipInfo) -> Names:
    """The names that lead to an entry. Raises: InputError if they lead out of the archive."""
    name = member.filename
    if not member.flag_bits & _UTF_8:  # then zipfile takes it for code page 437, but most programs write UTF-8
        try:
            name = name.encode("cp437").decode()
        except UnicodeError:
            name = member.filename
    name = name.replace("\\", "/")  # as some programs for Windows write it
    names = tuple(part for part in name.split("/") if part not in ("", "."))
    if name.startswith("/") or ".." in names or name[1:2] == ":":
        raise InputError(f"{path}: must have names that stay inside, has {member.filename!r:.80}")
    if len(names) > DEEPEST + 1:
        raise InputError(f"{path}: must have at most {DEEPEST} folders within each other, has {len(names) - 1}")
    return names


def _what_it_is(entry: os.DirEntry[str]) -> str:
    if is_hidden(entry.name):
        return "hidden"
    if entry.is_dir():
        return FOLDER
    if not entry.is_file():
        if not os.path.exists(entry.path):
            raise InputError(f"{entry.path}: must be a file, is a link that leads nowhere")
        return "special"
    beginning = None
    if needs_beginning(entry.name):
        with open(entry.path, "rb") as file:
            beginning = file.read(BEGINNING)
    return what_a_file_is(entry.path, entry.name, beginning)
