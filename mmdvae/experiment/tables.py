"""The content of an experiment's file as plain tables: found, read, put on its base, changed by key."""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmdvae.data import catalog
from mmdvae.errors import InputError
from mmdvae.experiment import own_network

NAME = "experiment.toml"  # in the folder of a run
LARGEST = 1_000_000  # bytes of a file
FOLDER = Path(__file__).parent.parent / "presets"
PRESETS = ("quick", "notebook", "sweep")  # files of mmdvae/presets, in the order in which they are listed
_KEY = re.compile(r"([A-Za-z_]+)(?:\[([0-9]{1,6})\])?")


def locate(asked: str) -> Path:
    """The file that is meant; InputError if there is none."""
    if asked in PRESETS:
        return FOLDER / f"{asked}.toml"
    path = _home(asked)
    if asked and path.is_dir():
        path = path / NAME
    if not path.is_file():
        hint = "" if "/" in asked or asked.endswith(".toml") else "; a file ends in .toml"
        raise InputError(f"unknown preset {asked!r}; choose one of: {', '.join(PRESETS)}, or a file{hint}")
    return path


def of(path: Path) -> dict[str, Any]:
    """What a file holds, with its base's where it has none; InputError, where: rule, got."""
    content = _parse(path)
    base = content.get("base")
    if isinstance(base, str):
        content = _on_base(content, base if base in PRESETS else str(path.parent / _home(base)), path)
    return content


def rebased(content: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The content with the paths that are relative to the folder made absolute, so that it may lie anywhere."""
    found, base = dict(content), content.get("base")
    if isinstance(base, str) and base not in PRESETS:
        found["base"] = str(folder / _home(base))
    data, model = content.get("data"), content.get("model")
    if isinstance(data, dict) and isinstance(data.get("source"), str):
        found["data"] = data | {"source": beside(data["source"], folder)}
    if isinstance(model, dict) and isinstance(model.get("network"), str):
        found["model"] = model | {"network": own_network.beside(model["network"], folder)}
    return found


def put(content: dict[str, Any], key: str, value: Any) -> None:
    """Put a value where the key says, such as training.epochs or variants[1].alpha."""
    place: Any = content
    parts = [_KEY.fullmatch(part) for part in key.split(".")]
    if not all(parts):
        raise InputError(f"{key}: must be a key, such as training.epochs or variants[0].sigma")
    steps: list[Any] = [
        step for part in parts if part for step in (part[1], part[2] and int(part[2])) if step is not None
    ]
    for step in steps[:-1]:
        if isinstance(place, dict) and isinstance(step, str):
            place = place.setdefault(step, {})
        elif isinstance(place, list) and isinstance(step, int) and step < len(place):
            place = place[step]
        else:
            raise InputError(f"{key}: there is no such place")
    last = steps[-1]
    named = isinstance(place, dict) and isinstance(last, str)
    if not named and not (isinstance(place, list) and isinstance(last, int) and last < len(place)):
        raise InputError(f"{key}: there is no such place")
    place[last] = value


def parsed(text: str) -> Any:
    """A value as TOML writes it; what is none, as text."""
    try:
        found = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return found["value"] if len(found) == 1 else text


def beside(source: str, folder: Path) -> str:
    """A source with the path that is relative to the folder."""
    if catalog.is_code(source):
        return str(folder / os.path.expanduser(source))
    kind, colon, place = source.partition(":")
    return f"{kind}:{folder / os.path.expanduser(place)}" if colon else source


def _parse(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(f"the file: must be readable, but {error.strerror or error}") from None
    if len(raw) > LARGEST:
        raise InputError(f"the file: must have at most {LARGEST:,} bytes, has more")
    try:
        content = tomllib.loads(raw.decode("utf-8-sig"))
        json.dumps(content)
    except ValueError as error:  # also of numbers with thousands of digits
        raise InputError(f"the file: must be TOML in UTF-8, but {error}") from None
    except (TypeError, RecursionError) as error:
        raise InputError(f"the file: must hold tables, lists, text and numbers, but {error}") from None
    return content


def _on_base(content: dict[str, Any], base: str, path: Path) -> dict[str, Any]:
    """The content with the base's data, model and training where it has none of its own; never its variants."""
    place = locate(base).absolute()  # what it names is not relative to the file that names it
    if place.resolve() == path.resolve():
        raise InputError("base: must be another file, got the file itself")
    try:
        below = _parse(place)
    except InputError as error:
        raise InputError(f"base {place.name}: {error}") from None
    if "base" in below:
        raise InputError(f"base: must be a file without a base, got {place.name}")
    below = rebased(below, place.parent)
    merged = dict(content)
    for table in ("data", "model", "training"):
        own = content.get(table, {})
        if isinstance(own, dict) and isinstance(below.get(table), dict):
            merged[table] = below[table] | own
            if "network" in own:  # the options are those of that function
                merged[table]["options"] = own.get("options", {})
    return merged


def _home(place: str) -> Path:
    """A path with ~ as the home; a NUL, which no file has in its name, is replaced."""
    return Path(os.path.expanduser(place.replace("\0", "\ufffd")))
