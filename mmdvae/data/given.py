"""What a user's own function gives: parts of (image, label), and the names of the classes; all of it is checked."""

import operator
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmdvae.data.source import MAX_CLASSES, UNLABELLED
from mmdvae.data.splits import SPLITS
from mmdvae.errors import InputError, shown
from mmdvae.plugins import loading

NEEDED = ("train", "test")
KEYS = (*SPLITS, "classes")
FORM = '{"train": pairs, "test": pairs, "valid": pairs, "classes": names}; pairs are (image, label or None)'
LONGEST = 100  # characters of a class's name
_END = object()


def parts_of(given: Any) -> dict[str, Any]:
    """The iterables of the parts that are there, in the order of SPLITS. Raises: InputError for another form."""
    if not isinstance(given, dict):
        raise InputError(f"must return {FORM}; got {type(given).__name__}")
    for key in given:
        if key not in KEYS:
            raise InputError(f"must return {FORM}; got the key {key!r:.60}")
    for part in NEEDED:
        if given.get(part) is None:
            raise InputError(f"must return {FORM}; has no {part}")
    return {part: given[part] for part in SPLITS if given.get(part) is not None}


def class_names(given: dict[str, Any]) -> tuple[str, ...]:
    """The names of the classes, none if there are none. Raises: InputError."""
    names = given.get("classes")
    if names is None:
        return ()
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise InputError(f"classes must be a list of names, got {names!r:.60}")
    if len(names) > MAX_CLASSES:
        raise InputError(f"classes must be at most {MAX_CLASSES}, got {len(names)}")
    found = tuple(map(shown, names))
    for name in found:
        if not name or len(name) > LONGEST or found.count(name) > 1:
            raise InputError(f"classes must be different names of 1 to {LONGEST} characters, got {name!r:.60}")
    return found


def items(name: str, part: str, iterable: Any, folder: Path) -> Iterator[tuple[str, Any, Any]]:
    """Where each pair is, for messages, its image and its label.

    Raises: ValueError, one line, for whatever the user's code raises on the way; InputError for what is no pair.
    """
    if not any(hasattr(iterable, how) for how in ("__iter__", "__getitem__")):
        raise InputError(f"{part} must be an iterable of (image, label or None), got {type(iterable).__name__}")
    with loading.reported(name, folder):
        iterator = iter(iterable)
    number = 0
    while True:
        with loading.reported(name, folder):
            item = next(iterator, _END)
        if item is _END:
            return
        where = f"{part}[{number}]"
        if not isinstance(item, tuple | list) or len(item) != 2:
            size = f" of {len(item)}" if isinstance(item, tuple | list) else ""
            raise InputError(f"{where} must be (image, label or None), got {type(item).__name__}{size}")
        yield where, *item
        number += 1


class Labels:
    """Numbers the labels: names or numbers of classes, or None for all images."""

    def __init__(self, names: tuple[str, ...]):
        self._names = names
        self._numbers = {name: number for number, name in enumerate(names)}
        self._labelled: bool | None = None  # None until the first

    @property
    def classes(self) -> tuple[str, ...]:
        """Those of the data set."""
        return self._names if self._labelled else UNLABELLED

    def number(self, where: str, label: Any) -> int:
        """The number of the label's class; 0 if there are no labels. Raises: InputError if there is no such class."""
        if self._labelled is None:
            self._labelled = label is not None
        if self._labelled != (label is not None):
            raise InputError(f"{where}: all images must have a label or none may have one, got {label!r:.60}")
        if label is None:
            return 0
        found = self._numbers.get(label) if isinstance(label, str) else _whole(label)
        if found is None or not 0 <= found < len(self._names):
            known = f"one of the {len(self._names)} classes" if self._names else "of classes, which are not given"
            raise InputError(f"{where}: label must be {known}, by name or by number from 0; got {label!r:.60}")
        return found


def _whole(label: Any) -> int | None:
    """A whole number, also one of numpy's; None for anything else."""
    try:
        return None if isinstance(label, bool) else operator.index(label)
    except TypeError:
        return None
