"""Import a user's own code; only where it may run, and only in a process of its own.

A file is imported from a copy of its texts. What is installed is imported from where it is, after it was compared
with the texts.
"""

import importlib
import importlib.util
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from mmdvae.errors import shown
from mmdvae.files import write_text
from mmdvae.plugins.source import function_of, is_file, place_of

FOLDER = "code"  # in the folder of what was made with it
_BOLD = re.compile(r"\x1b\[[0-9;]*m")  # in Keras's messages
_COPIES: set[Path] = set()  # that this process imported from


def write(files: Mapping[str, str], folder: Path) -> tuple[str, ...]:
    """Write the texts below folder/code; return their names, relative to the folder."""
    for name, text in files.items():
        write_text(folder / FOLDER / name, text)
    return tuple(f"{FOLDER}/{name}" for name in files)


def read(folder: Path) -> dict[str, str]:
    """The texts below folder/code, by name."""
    copy = _copy(folder)
    return {path.relative_to(copy).as_posix(): path.read_bytes().decode() for path in sorted(copy.rglob("*.py"))}


def function(name: str, folder: Path) -> Callable[..., Any]:
    """The function of that name, made of the texts that `write` put into the folder.

    Raises: ValueError, one line, if they cannot be imported or, of what is installed, are not the same there.
    """
    with reported(name, folder):
        module = _of_file(place_of(name), _copy(folder)) if is_file(name) else _installed(place_of(name), folder)
        return getattr(module, function_of(name))


@contextmanager
def reported(name: str, folder: Path) -> Iterator[None]:
    """Whatever the user's code raises in this block becomes a ValueError of one line, with its place in that code."""
    try:
        yield
    except (Exception, SystemExit) as error:
        copy = _copy(folder)
        frames = [
            frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(copy)
        ]
        where = f", in {Path(frames[-1].filename).relative_to(copy)} line {frames[-1].lineno}" if frames else ""
        cause = " ".join(_BOLD.sub("", f"{type(error).__name__}: {error}").split())
        raise ValueError(shown(f"{name}: must run, but raises {cause[:1000]}{where}")) from error


def _copy(folder: Path) -> Path:
    return (folder / FOLDER).absolute()  # as Python tells it in tracebacks


def _of_file(place: str, copy: Path) -> ModuleType:
    """The module of a file, imported from the copy; other files of the copy are found by their names."""
    _make_room(copy)
    _COPIES.add(copy)
    sys.path.insert(0, str(copy))
    name = Path(place).stem
    spec = importlib.util.spec_from_file_location(name, copy / place)
    if spec is None or spec.loader is None:
        raise ImportError(f"{place} cannot be imported")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _make_room(copy: Path) -> None:
    """Forget modules of other copies; raise ImportError if a name is that of a library's module."""
    sys.path[:] = [entry for entry in sys.path if Path(entry) not in _COPIES]
    for path in sorted(copy.iterdir()):
        name = path.stem
        there = sys.modules.get(name)
        if there is None:
            continue
        if not any(Path(getattr(there, "__file__", None) or "").is_relative_to(each) for each in _COPIES):
            raise ImportError(f"{path.name} must have another name, for a library has a module {name}")
        for loaded in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
            del sys.modules[loaded]


def _installed(module: str, folder: Path) -> ModuleType:
    loaded = importlib.import_module(module)
    path = Path(loaded.__file__ or "")
    root = path.parents[len(module.split(".")) - (path.name != "__init__.py")]
    for name, text in read(folder).items():
        there = root / name
        if not there.is_file() or there.read_bytes().decode("utf-8-sig") != text:
            raise ImportError(f"{name} was changed in {root} meanwhile; start again")
    return loaded
