"""Files that are whole or absent: atomic writes, strict JSON, digests."""

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
    """Open a temporary neighbour of `path` for writing; on success it takes the name, on failure it vanishes.

    The data are synced before the rename, so a power cut leaves the old file or the new one, never half of either.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        # Not tempfile's, which nobody else may read; a report is meant to be read by others.
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
    """JSON text with sorted keys; NaN and infinities are refused (ValueError), for no other reader accepts them."""
    return json.dumps(value, sort_keys=True, allow_nan=False, ensure_ascii=False, indent=indent)


def json_line(value: Any) -> bytes:
    """Strict JSON for a pipe: one line of ASCII, in which paths keep bytes that are no UTF-8."""
    return json.dumps(value, allow_nan=False).encode() + b"\n"


def finite_or_none(numbers: dict[str, Any]) -> dict[str, Any]:
    """The same with None, which JSON can write, for every float that is NaN or infinite."""
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
    """Read a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def digest(value: Any) -> str:
    """SHA-256 of a JSON value, in hex: equal values have equal digests, whatever the order of their keys."""
    # Names of files may have bytes that are no UTF-8; Python carries them as such.
    return hashlib.sha256(strict_json(value).encode(errors="surrogateescape")).hexdigest()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file at `path`, waiting for it; if the holder is killed, the system frees it at once.

    The file stays: were it deleted, two processes could each hold a lock of that name.
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
    """ "" (PATH belongs to NAME)" if the file, or the folder that it would be in, is another user's; else empty."""
    there = next((place for place in (path, *path.parents) if place.exists()), path)
    try:
        user = there.stat().st_uid
        name = there.owner()
    except OSError:
        return ""
    except KeyError:  # a user of another machine, or of none
        name = f"user {user}"
    return "" if user == os.getuid() else f" ({there} belongs to {name})"
