"""Download one file over HTTP; it gets its name only after its content has been checked."""

from collections.abc import Callable
from pathlib import Path

import requests

from mmdvae.errors import InputError

TIMEOUTS = (10.0, 20.0)  # seconds: to connect, and of silence while reading
_CHUNK = 1 << 16  # bytes
_HEADERS = {"User-Agent": "mmdvae", "Accept-Encoding": "identity"}  # identity: the .gz files must arrive compressed


def fetch(
    url: str,
    target: Path,
    *,
    fault: Callable[[Path], str | None],
    max_bytes: int,
    on_progress: Callable[[int], None],
) -> None:
    """Download `url` to `target`, which is replaced only by a file in which `fault` finds nothing wrong.

    The caller holds a lock, so that no other process downloads to the same target.
    Raises: InputError with the address and the reason; OSError if the file cannot be written.
    """
    partial = target.with_name(f".partial-{target.name}")  # a killed process leaves it; the next one overwrites it
    try:
        with requests.get(url, headers=_HEADERS, timeout=TIMEOUTS, stream=True) as response, partial.open("wb") as file:
            if response.status_code != 200:
                raise InputError(f"{url}: the server answers {response.status_code} {response.reason}")
            for chunk in response.iter_content(_CHUNK):
                if file.tell() + len(chunk) > max_bytes:
                    raise InputError(f"{url}: must have at most {max_bytes} bytes, the server sends more")
                file.write(chunk)
                on_progress(file.tell())
        if wrong := fault(partial):
            raise InputError(f"{url}: {wrong}")
        partial.replace(target)
    except requests.RequestException as error:
        raise InputError(f"{url}: {_reason(error)}") from None
    finally:
        partial.unlink(missing_ok=True)


def reachable(url: str, *, timeout: float) -> bool:
    """Whether the server has this file; only its headers are requested."""
    try:
        return requests.head(url, headers=_HEADERS, timeout=timeout, allow_redirects=True).ok
    except requests.RequestException:
        return False


def _reason(error: BaseException) -> str:
    """What the innermost exception says, "[Errno 111] Connection refused"; requests wraps it in several others."""
    while error.__context__:
        error = error.__context__
    return str(error) or type(error).__name__
