"""The folder of a prepared data set: six .npy files, and info.json, written last, with their sizes and digests."""

import secrets
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from mmdvae.errors import InputError
from mmdvae.files import file_sha256, read_json, write_json

SPLITS = ("train", "valid", "test")
SCHEMA = 1  # version of info.json and of the decoding; increase it when either changes
FILES = tuple(f"{split}_{what}.npy" for split in SPLITS for what in ("images", "labels"))
_KEYS = {"schema", "name", "sha256", "classes", "counts", "files"}


def write(folder: Path, arrays: dict[str, np.ndarray], *, name: str, classes: tuple[str, ...], sha256: str) -> None:
    """Write the folder, replacing a damaged one: under a temporary name, then moved into place as a whole.

    Args: arrays by file name, as in FILES. The caller holds the lock of the parent folder.
    """
    for left in folder.parent.glob(".data-*"):  # left by processes that were killed
        shutil.rmtree(left, ignore_errors=True)
    temporary = folder.with_name(f".data-{secrets.token_hex(6)}")
    try:
        _fill(temporary, arrays, name=name, classes=classes, sha256=sha256)
        _move(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _fill(temporary: Path, arrays: dict[str, np.ndarray], *, name: str, classes: tuple[str, ...], sha256: str) -> None:
    temporary.mkdir()
    for file in FILES:
        np.save(temporary / file, arrays[file], allow_pickle=False)
    info = {
        "schema": SCHEMA,
        "name": name,
        "sha256": sha256,
        "classes": classes,
        "counts": {split: len(arrays[f"{split}_images.npy"]) for split in SPLITS},
        "files": {file: _facts(temporary / file) for file in FILES},
    }
    write_json(temporary / "info.json", info)


def info(folder: Path) -> dict[str, Any]:
    """The content of info.json; InputError if it is unreadable, or if a file has not the size recorded there."""
    content = _content(folder)
    for file, facts in content["files"].items():
        size = (folder / file).stat().st_size if (folder / file).is_file() else None
        if size != facts["bytes"]:
            found = "is missing" if size is None else f"has {size}"
            raise InputError(f"{folder / file}: must have {facts['bytes']} bytes, {found}; prepare the data again")
    return content


def open_split(folder: Path, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, 28, 28) and labels (n,) of a split, uint8, memory-mapped read-only: pages load when they are used."""
    info(folder)
    images, labels = (
        np.load(folder / f"{split}_{what}.npy", mmap_mode="r", allow_pickle=False) for what in ("images", "labels")
    )
    return images, labels


def damaged(folder: Path) -> tuple[str, ...]:
    """The names of the files that are missing or whose digest has changed; every byte is read."""
    try:
        expected = _content(folder)["files"]
    except InputError:
        return ("info.json",)
    return tuple(file for file in FILES if not (folder / file).is_file() or _facts(folder / file) != expected[file])


def _facts(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": file_sha256(path)}


def _content(folder: Path) -> dict[str, Any]:
    path = folder / "info.json"
    try:
        content = read_json(path)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: must be the description of prepared data, but {error}") from None
    if not isinstance(content, dict) or not content.keys() >= _KEYS or set(content["files"]) != set(FILES):
        raise InputError(f"{path}: must have {', '.join(sorted(_KEYS))}, with all six files; prepare the data again")
    if content["schema"] != SCHEMA:
        raise InputError(f"{path}: schema must be {SCHEMA}, got {content['schema']}; prepare the data again")
    return content


def _move(temporary: Path, folder: Path) -> None:
    if folder.exists():
        aside = temporary.with_name(f"{temporary.name}-damaged")
        folder.rename(aside)  # processes that have its files open can still read them
        shutil.rmtree(aside, ignore_errors=True)
    try:
        temporary.rename(folder)
    except (
        OSError
    ):  # on file systems without locks another process may have been first; its folder has the same content
        if damaged(folder):
            raise
        shutil.rmtree(temporary, ignore_errors=True)
