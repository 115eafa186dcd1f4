"""The content-addressed store: a finished piece of work has a name made of all that it depends on.

`<store>/<kind>-<24 hex>/` holds the work's files and, written last, result.json with their digests. What is there and
undamaged is never done again; what is not is done. This is the project's only cache, with Prefect or without.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mmdvae.errors import InputError
from mmdvae.files import file_sha256, locked, read_json, write_json
from mmdvae.jobs.names import KEY, LOCK, REQUEST, RESULT
from mmdvae.jobs.request import without_paths


def folder_of(store: Path, key: str) -> Path:
    """The folder of a key; InputError if the key is not one, so that no path can lead out of the store."""
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise InputError(f"a store key must look like train-<24 hex digits>, got {key!r}")
    return store / key


def read(folder: Path) -> dict[str, Any] | None:
    """The record of finished work, or None if it is absent, unfinished or any of its files is gone or changed."""
    try:
        result = read_json(folder / RESULT)
        whole = all(file_sha256(folder / name) == sha256 for name, sha256 in result["files"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # gone, half of it, or another thing altogether
        return None
    return result["record"] if whole else None


def finish(folder: Path, record: dict[str, Any], files: tuple[str, ...]) -> dict[str, Any]:
    """Declare the work in `folder` finished: the files are there, and this is what to tell of it."""
    write_json(folder / RESULT, {"record": record, "files": {name: file_sha256(folder / name) for name in files}})
    return record


def describe(folder: Path, request: Mapping[str, Any]) -> None:
    """Note beside work that begins what was asked for, without the paths in it."""
    write_json(folder / REQUEST, without_paths(request))


def touch(folder: Path) -> None:
    """Note that finished work was used now."""
    with contextlib.suppress(OSError):  # of somebody else, or on a read-only disk
        os.utime(folder)


def forget(folder: Path) -> None:
    """Let finished work count as undone; unfinished work keeps its checkpoint."""
    (folder / RESULT).unlink(missing_ok=True)


@contextlib.contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Hold the folder for this process, waiting for whoever holds it; a killed holder lets go at once."""
    with locked(folder / LOCK):
        for leftover in folder.glob(".*.*.*"):  # .model.npz.x1y2: of a process that was killed while it wrote
            leftover.unlink()
        yield


def is_claimed(folder: Path) -> bool:
    """Whether some process holds the folder now."""
    try:
        with (folder / LOCK).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except (FileNotFoundError, NotADirectoryError):  # nothing there yet, or no folder: whoever works there finds out
        return False
    return False
