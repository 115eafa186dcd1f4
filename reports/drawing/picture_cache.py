"""Cache of drawn pictures: a page made again from the same results draws none, and needs no matplotlib.

One file in the store holds them all, keyed by a hash of what they were drawn from. If it is lost, damaged or deleted,
they are drawn again, with the same bytes.
"""

import dataclasses
import functools
import hashlib
import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.metadata import version
from pathlib import Path
from typing import Any, ParamSpec

import numpy as np
from markupsafe import Markup

from mmdvae.files import write_text
from mmdvae.jobs.code_digest import digest_of

log = logging.getLogger("reports")

ROOM = 16_000_000  # characters; a page of six variants takes 1.5 million, the largest 2.5
# Cached text goes into the page unescaped, so nothing but a data URI may come out of the file.
PICTURE = re.compile(r"data:image/(png|webp);base64,[A-Za-z0-9+/]+=*")
DRAWN_BY = ("matplotlib", "numpy", "pillow")

_PICTURES: ContextVar[dict[str, str] | None] = ContextVar("kept", default=None)
Arguments = ParamSpec("Arguments")


@contextmanager
def cache_in(path: Path) -> Iterator[None]:
    """Inside the block, pictures in the file are not drawn again, and newly drawn ones are added to the file."""
    pictures = _read(path)
    before = set(pictures)
    token = _PICTURES.set(pictures)
    try:
        yield
    finally:
        _PICTURES.reset(token)
    if pictures.keys() - before:
        _write(path, pictures)


def cached(draw: Callable[Arguments, Markup]) -> Callable[Arguments, Markup]:
    """Decorator for a function whose picture depends only on its arguments: arrays, JSON values, dataclasses."""

    @functools.wraps(draw)
    def find_or_draw(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Markup:
        pictures = _PICTURES.get()
        if pictures is None:
            return draw(*args, **kwargs)
        key = _digest(draw.__name__, *args, *sorted(kwargs.items()))
        pictures[key] = pictures.pop(key, "") or str(draw(*args, **kwargs))  # most recently used comes last
        return Markup(pictures[key])

    return find_or_draw


def _digest(*values: Any) -> str:
    digest = hashlib.sha256()
    for value in values:
        if isinstance(value, np.ndarray):
            digest.update(f"{value.dtype.str} {value.shape} ".encode() + value.tobytes())
        else:
            digest.update(json.dumps(value, default=dataclasses.asdict).encode() + b"\n")
    return digest.hexdigest()[:24]


@functools.cache
def _code() -> str:
    """A digest of the drawing code and of the library versions."""
    return _digest(
        digest_of(["reports.drawing.pictures", "reports.drawing.matplotlib_plots", "reports.drawing.apart"]),
        [version(name) for name in DRAWN_BY],
    )


def _read(path: Path) -> dict[str, str]:
    """The cached pictures, most recently used last; empty if other code drew them or the file is damaged."""
    try:
        head, _, body = path.read_bytes().partition(b"\n")
        whole = head.decode() == f"{_code()} {hashlib.sha256(body).hexdigest()}"
        pictures = json.loads(body) if whole else {}
        return pictures if all(map(PICTURE.fullmatch, pictures.values())) else {}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _write(path: Path, pictures: dict[str, str]) -> None:
    """Write the most recently used pictures, as many as fit into ROOM."""
    room, fit = ROOM, []
    for key, picture in reversed(pictures.items()):
        room -= len(picture)
        if room < 0:
            break
        fit.append((key, picture))
    body = json.dumps(dict(reversed(fit)))
    try:
        write_text(path, f"{_code()} {hashlib.sha256(body.encode()).hexdigest()}\n{body}")
    except OSError as error:  # the page is complete without the cache
        log.warning("%s could not be written: %s", path, error)
