"""Fetch one file by HTTP: it goes on where it was cut, and takes its name only when the checksum is right."""

import http.client
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from mmdvae.errors import InputError
from mmdvae.files import file_sha256, locked, write_json

Progress = Callable[[int, int], None]  # bytes so far, bytes in all (0 if the server does not say)
TIMEOUT = 20.0  # seconds to connect, and of silence while reading
MAX_BYTES = 64 << 20  # the largest published file has 26 MB
ATTEMPTS = 3
_CHUNK = 1 << 16
_CUT = (ConnectionError, TimeoutError, ssl.SSLError, http.client.HTTPException)


class DownloadError(InputError):
    """A file could not be fetched: no connection, no such file, or not the content that was asked for."""


def fetch(
    url: str,
    target: Path,
    *,
    sha256: str,
    digest: Callable[[Path], str] = file_sha256,
    max_bytes: int = MAX_BYTES,
    attempts: int = ATTEMPTS,
    timeout: float = TIMEOUT,
    on_progress: Progress | None = None,
) -> None:
    """Make `target` the file at `url`, unless it is so already; `digest(path)` must give `sha256`.

    Data arrive in `target`.part, which outlives a cut connection and a killed process, so the next call goes on from
    there. Several processes may ask for the same target: one fetches, the others wait and find it done.
    Raises: DownloadError, in one line, with the reason; a part with the wrong checksum is deleted.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise DownloadError(f"{url}: the address must begin with http:// or https://")
    part = target.with_name(target.name + ".part")
    try:
        with locked(target.with_name(target.name + ".lock")):
            if target.is_file() and _matches(target, digest, sha256):
                return
            _arrive(url, part, max_bytes, attempts, timeout, on_progress or (lambda done, total: None))
            if not _matches(part, digest, sha256):
                _discard(part)
                raise DownloadError(f"{url}: the content must have SHA-256 {sha256}, but has not; it was deleted")
            part.replace(target)
            _discard(part)
    except OSError as error:
        raise DownloadError(f"{target}: must be writable, but {error.strerror or error}") from None


def reachable(url: str, *, timeout: float = TIMEOUT) -> bool:
    """Whether the server has a file there; nothing of it is fetched."""
    try:
        with _opener().open(urllib.request.Request(url, method="HEAD"), timeout=timeout):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return False
    except (OSError, http.client.HTTPException, ValueError):
        return False


def _matches(path: Path, digest: Callable[[Path], str], sha256: str) -> bool:
    try:
        return digest(path) == sha256
    except InputError:  # a digest of the content needs content that can be read
        return False


def _arrive(url: str, part: Path, max_bytes: int, attempts: int, timeout: float, on_progress: Progress) -> None:
    trouble = ""
    for _ in range(attempts):
        try:
            return _transfer(url, part, max_bytes, timeout, on_progress)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 416:  # the part is longer than the file has become
                _discard(part)
            elif error.code < 500:
                raise DownloadError(f"{url}: the server answers {error.code} {error.reason}") from None
            trouble = f"the server answers {error.code} {error.reason}"
        except urllib.error.URLError as error:  # no connection: trying again at once would change nothing
            raise DownloadError(f"{url}: not reachable, {error.reason}") from None
        except _CUT as error:
            trouble = f"the connection was cut ({error or type(error).__name__})"
    raise DownloadError(f"{url}: {trouble}, {attempts} times; what has arrived is kept for the next try")


def _transfer(url: str, part: Path, max_bytes: int, timeout: float, on_progress: Progress) -> None:
    """One request: the rest of the part if the server plays along, else all of it."""
    validator = _validator(url, part)
    have = part.stat().st_size if validator else 0
    headers = {"Accept-Encoding": "identity", "User-Agent": "mmdvae"}
    if have:  # If-Range: a file that has changed since comes whole, so old and new are never joined
        headers |= {"Range": f"bytes={have}-", "If-Range": validator}
    with _opener().open(urllib.request.Request(url, headers=headers), timeout=timeout) as response:
        if response.status == 206 and not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            _discard(part)
            raise ConnectionError("the server sent another range than was asked for")
        done = have if response.status == 206 else 0
        if not done:
            _discard(part)  # before the new note is written, or a kill between the two would join old and new
        length = response.headers.get("Content-Length")
        total = done + int(length) if length and length.isdigit() else 0
        write_json(_note(part), {"url": url, "validator": _new_validator(response.headers)})
        with part.open("ab" if done else "wb") as file:
            done = _copy(response, file, done, total, max_bytes, on_progress)
    if total and done != total:
        raise ConnectionError(f"after {done} of {total} bytes")


def _copy(response: IO[bytes], file: IO[bytes], done: int, total: int, limit: int, on_progress: Progress) -> int:
    if total > limit:
        raise DownloadError(f"{file.name}: the file must have at most {limit} bytes, the server offers {total}")
    while chunk := response.read(_CHUNK):
        done += len(chunk)
        if done > limit:
            _discard(Path(file.name))
            raise DownloadError(f"{file.name}: the file must have at most {limit} bytes, the server sends more")
        file.write(chunk)
        on_progress(done, total)
    return done


def _validator(url: str, part: Path) -> str:
    """What tells whether the file at `url` is still the one that the part is of; empty if that cannot be told."""
    try:
        note = json.loads(_note(part).read_text(encoding="utf-8"))
        return note["validator"] if part.is_file() and note["url"] == url else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _new_validator(headers: http.client.HTTPMessage) -> str:
    etag = headers.get("ETag", "")
    # A weak ETag may stay the same while the bytes change: RFC 9110 (13.1.5) does not allow it here.
    return etag if etag and not etag.startswith("W/") else headers.get("Last-Modified", "")


def _note(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _discard(part: Path) -> None:
    part.unlink(missing_ok=True)
    _note(part).unlink(missing_ok=True)


def _opener() -> urllib.request.OpenerDirector:
    """HTTP and HTTPS, through the proxy of the environment if there is one; no redirect leads to files or FTP."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPErrorProcessor,
        urllib.request.UnknownHandler,
    ):
        opener.add_handler(handler())
    return opener
