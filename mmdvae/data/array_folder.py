"""The folder of a prepared data set: six .npy files, and info.json, written last, with their sizes and digests."""

import hashlib
import secrets
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from mmdvae.data.source import Progress, Source
from mmdvae.data.splits import SPLITS, counts
from mmdvae.errors import InputError
from mmdvae.files import file_sha256, read_json, strict_json, write_json

SCHEMA = 1  # version of info.json and of the decoding; increase it when either changes
FILES = tuple(f"{split}_{what}.npy" for split in SPLITS for what in ("images", "labels"))
_CHUNK = 1 << 20  # bytes
_KEYS = {"schema", "name", "sha256", "classes", "counts", "files"}


def write(
    store: Path,
    source: Source,
    splits: list[np.ndarray],
    *,
    name: str,
    on_progress: Progress = lambda done, total: None,
) -> Path:
    """Decode a source into its folder in the store, data-DIGEST, block by block; return it.

    Under a temporary name, then moved into place as a whole. The folder is left alone if it is there and undamaged,
    because the same images may come from another source. The caller holds the lock of the store.
    Args: splits: for each part of the source the split of each image, as splits.assign gives it; on_progress hears of
        images.
    """
    for left in store.glob(".data-*"):  # left by processes that were killed
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
    temporary = store / f".data-{secrets.token_hex(6)}"
    temporary.mkdir()
    try:
        _fill(temporary, source, splits, on_progress)
        sha256 = seal(temporary, name=name, classes=source.classes, notes=source.told())
        folder = folder_of(store, sha256)
        if damaged(folder):  # or absent
            _move(temporary, folder)
        return folder
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def folder_of(store: Path, sha256: str) -> Path:
    """Where the images of that digest are."""
    return store / f"data-{sha256[:24]}"


def seal(folder: Path, *, name: str, classes: tuple[str, ...], notes: tuple[str, ...] = ()) -> str:
    """Write info.json of a folder with the six arrays; return the digest of arrays and classes."""
    total, facts = hashlib.sha256(strict_json(classes).encode()), {}
    for file in FILES:
        facts[file] = _digested(folder / file, total)
    content = {
        "schema": SCHEMA,
        "name": name,
        "sha256": total.hexdigest(),
        "classes": classes,
        "counts": {split: len(np.load(folder / f"{split}_labels.npy", mmap_mode="r")) for split in SPLITS},
        "files": facts,
        **({"notes": notes} if notes else {}),
    }
    write_json(folder / "info.json", content)
    return total.hexdigest()


def _fill(folder: Path, source: Source, splits: list[np.ndarray], on_progress: Progress) -> None:
    """The six arrays, written as the source is read: only a block of it is ever in memory."""
    height, width, channels = source.shape
    item = (height, width) if channels == 1 else source.shape
    for number, name in enumerate(SPLITS):
        labels = [part.labels[split == number] for part, split in zip(source.parts, splits, strict=True)]
        np.save(folder / f"{name}_labels.npy", np.concatenate(labels), allow_pickle=False)
    with ExitStack() as opened:
        files = [opened.enter_context((folder / f"{name}_images.npy").open("wb")) for name in SPLITS]
        for file, count in zip(files, counts(splits), strict=True):
            header = {"descr": np.dtype(np.uint8).str, "fortran_order": False, "shape": (count, *item)}
            np.lib.format.write_array_header_1_0(file, header)
        before = 0
        for part, split in zip(source.parts, splits, strict=True):
            done = 0
            for block in part.blocks():
                which = split[done : done + len(block)]
                done += len(block)
                if done > len(split):  # told below
                    break
                for number in np.unique(which):
                    files[number].write(np.ascontiguousarray(block[which == number]).data)
                on_progress(before + done, source.count)
            before += done
            if done != len(split):
                raise InputError(f"a source must not change while it is read, had {len(split)} images, gave {done}")


def _digested(path: Path, total: "hashlib._Hash") -> dict[str, Any]:
    """Size and digest of a file; its array is added to the digest of all."""
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    total.update(f"\n{path.name} {array.dtype.str} {array.shape}\n".encode())
    with path.open("rb") as file:
        own = hashlib.sha256(file.read(array.offset))
        while chunk := file.read(_CHUNK):
            own.update(chunk)
            total.update(chunk)
    return {"bytes": path.stat().st_size, "sha256": own.hexdigest()}


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
    """Images (n, H, W), in colour (n, H, W, 3), and labels (n,) of a split, uint8.

    Memory-mapped read-only: pages load when they are used.
    """
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
    if not _is_info(content):
        raise InputError(f"{path}: must have {', '.join(sorted(_KEYS))}, with all six files; prepare the data again")
    if content["schema"] != SCHEMA:
        raise InputError(f"{path}: schema must be {SCHEMA}, got {content['schema']}; prepare the data again")
    return content


def _is_info(content: Any) -> bool:
    """Whether a JSON value has what info.json has, as far as it is used."""
    return (
        isinstance(content, dict)
        and content.keys() >= _KEYS
        and all(isinstance(content[key], dict) for key in ("files", "counts"))
        and all(isinstance(content.get(key, []), list) for key in ("classes", "notes"))
        and content["files"].keys() == set(FILES)
        and all(isinstance(facts, dict) and facts.keys() >= {"bytes", "sha256"} for facts in content["files"].values())
        and content["counts"].keys() >= set(SPLITS)
    )


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
