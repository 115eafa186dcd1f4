"""Files that are complete or absent: atomic writes, strict JSON, digests, locks."""

import fcntl
import hashlib
import json
import math
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a temporary file beside `path` for writing; on success it is renamed to `path`, on failure deleted.

    The data are synced before the rename, so a power cut leaves the old file or the new one, never a partial one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        # Not tempfile's, which only the owner may read; a report is meant to be read by others.
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text atomically."""
    with replacing(path) as file:
        file.write(text.encode())


def strict_json(value: Any, *, indent: int | None = None) -> str:
    """JSON text with sorted keys; ValueError for NaN and infinities, which other readers reject."""
    return json.dumps(value, sort_keys=True, allow_nan=False, ensure_ascii=False, indent=indent)


def json_line(value: Any) -> bytes:
    """Strict JSON for a pipe: one line of ASCII that preserves bytes in paths that are not valid UTF-8."""
    return json.dumps(value, allow_nan=False).encode() + b"\n"


def finite_or_none(numbers: dict[str, Any]) -> dict[str, Any]:
    """The same dictionary with every NaN or infinite float replaced by None, which JSON can represent."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in numbers.items()
    }


def finite(value: Any) -> float | None:
    """The value as a float; None for anything that is not a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def write_json(path: Path, value: Any) -> None:
    """Write strict JSON atomically."""
    write_text(path, strict_json(value, indent=1) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file; ValueError if it is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except RecursionError:
        raise ValueError("its lists are too deep") from None


def digest(value: Any) -> str:
    """SHA-256 of a JSON value, in hex; independent of the order of keys."""
    # File names may contain bytes that are not valid UTF-8; Python represents them as surrogates.
    return hashlib.sha256(strict_json(value).encode(errors="surrogateescape")).hexdigest()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on the file at `path`, waiting for it; if the holder is killed, the system releases it.

    The file is never deleted: otherwise two processes could hold locks on different files of that name.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def somebody_elses(path: Path) -> str:
    """Return " (PATH belongs to NAME)" if another user owns the file or its nearest existing folder, else ""."""
    there = next((place for place in (path, *path.parents) if place.exists()), path)
    try:
        user = there.stat().st_uid
        name = there.owner()
    except OSError:
        return ""
    except KeyError:  # the id has no name on this machine
        name = f"user {user}"
    return "" if user == os.getuid() else f" ({there} belongs to {name})"
