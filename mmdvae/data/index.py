"""The index of a store's data saves decoding: it knows which folder was made from which source files."""

import hashlib
import os
import time
from pathlib import Path
from typing import NamedTuple

from mmdvae.data import array_folder, catalog
from mmdvae.data.catalog import Own, Row
from mmdvae.files import digest, read_json, strict_json, write_json

_SETTLED = 2.0  # FAT stores times in steps of 2 s, the coarsest in use


class Entry(NamedTuple):
    """What was made from a source."""

    sha256: str
    notes: tuple[str, ...]


def key(row: Row, place: Path) -> str | None:
    """A digest of what is asked and of the source files' paths, sizes and times.

    None if a file is missing, or so new that a change might not show. What code gives is known by the name of its
    folder in the store, which is a digest, and needs no files.
    """
    if isinstance(row, Own) and row.made:
        return digest([array_folder.SCHEMA, row.made.name])
    found = hashlib.sha256(strict_json([array_folder.SCHEMA, repr(row)]).encode(errors="surrogateescape"))
    newest = None
    try:
        for path in catalog.source_files(row, place) or ():
            stat = os.stat(path)
            newest = max(newest or 0.0, stat.st_mtime)
            facts = [os.path.abspath(path), stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns]
            # File names may contain bytes that are not valid UTF-8; Python represents them as surrogates.
            found.update(strict_json(facts).encode(errors="surrogateescape"))
    except OSError:
        return None
    return None if newest is None or newest > time.time() - _SETTLED else found.hexdigest()


def find(store: Path, key: str | None) -> Entry | None:
    """The entry of that key; None if there is none."""
    entry = _read(store).get(key or "")
    return Entry(entry["sha256"], tuple(entry["notes"])) if entry else None


def remember(store: Path, key: str, sha256: str, notes: tuple[str, ...]) -> None:
    """Add an entry, and drop those whose data are gone. The caller holds the lock of the store."""
    for left in store.glob(".data-index.json.*"):  # left by processes that were killed
        left.unlink()
    kept = {
        known: entry for known, entry in _read(store).items() if array_folder.folder_of(store, entry["sha256"]).is_dir()
    }
    write_json(store / "data-index.json", kept | {key: {"sha256": sha256, "notes": notes}})


def forget(store: Path, key: str | None) -> None:
    """Drop the entry of that key, so that the source is decoded again. The caller holds the lock of the store."""
    entries = _read(store)
    if entries.pop(key or "", None):
        write_json(store / "data-index.json", entries)


def _read(store: Path) -> dict[str, dict]:
    try:
        content = read_json(store / "data-index.json")
    except (OSError, ValueError):
        return {}  # costs one decoding
    entries = content.items() if isinstance(content, dict) else ()
    return {key: entry for key, entry in entries if _is_entry(entry)}


def _is_entry(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("sha256"), str) and isinstance(entry.get("notes"), list)
