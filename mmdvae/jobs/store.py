"""The store of finished jobs: a folder's name is a digest of everything that the result depends on.

`<store>/<kind>-<24 hex>/` holds the job's files and, written last, result.json with their digests. A job runs only
if its result is absent or damaged. This is the project's only cache, with Prefect or without.
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
    """The folder of a key; InputError for anything that is not a key, so that no path can lead out of the store."""
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise InputError(f"a store key must look like train-<24 hex digits>, got {key!r}")
    return store / key


def read(folder: Path) -> dict[str, Any] | None:
    """The record of a finished job; None if absent, unfinished, or if a file is missing or changed."""
    try:
        result = read_json(folder / RESULT)
        whole = all(file_sha256(folder / name) == sha256 for name, sha256 in result["files"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # missing, truncated or something else
        return None
    return result["record"] if whole else None


def finish(folder: Path, record: dict[str, Any], files: tuple[str, ...]) -> dict[str, Any]:
    """Mark the job in `folder`, whose files are complete, as finished with this record; return the record."""
    write_json(folder / RESULT, {"record": record, "files": {name: file_sha256(folder / name) for name in files}})
    return record


def describe(folder: Path, request: Mapping[str, Any]) -> None:
    """Write the request, without paths, into the folder of a job that begins."""
    write_json(folder / REQUEST, without_paths(request))


def touch(folder: Path) -> None:
    """Record that a finished job was used now, as the folder's modification time."""
    with contextlib.suppress(OSError):  # another user's folder, or a read-only disk
        os.utime(folder)


def forget(folder: Path) -> None:
    """Delete a job's result, so that it runs again; an unfinished job keeps its checkpoint."""
    (folder / RESULT).unlink(missing_ok=True)


@contextlib.contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Lock the folder for this process, waiting for another holder; the lock of a killed one is released at once."""
    with locked(folder / LOCK):
        for leftover in folder.glob(".*.*.*"):  # temporary files of a killed writer, e.g. .model.npz.x1y2
            leftover.unlink()
        yield


def is_claimed(folder: Path) -> bool:
    """Whether a process holds the folder's lock now."""
    try:
        with (folder / LOCK).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except (FileNotFoundError, NotADirectoryError):  # not there yet, or not a folder: the job itself will report that
        return False
    return False
