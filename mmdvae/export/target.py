"""The folder of an export: new, or in place of an earlier export and of nothing else; whole or absent."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mmdvae.errors import InputError
from mmdvae.files import read_json

ABOUT = "model.json"
LEFT_BY_PYTHON = "__pycache__"


def check(folder: Path) -> None:
    """Raise InputError unless an export can be put there: it is no folder yet, or empty, or an earlier export."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputError(f"{folder}: must be a folder, is a file")
    if folder.resolve() == Path.cwd():
        raise InputError(f"{folder}: must be another folder than the one you are in, which would be replaced")
    others = {path.name for path in folder.iterdir()}
    others -= _exported(folder)
    if others:
        raise InputError(
            f"{folder}: must be new, empty or an earlier export, which is replaced; has also {sorted(others)[0]}"
        )


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """A new folder beside this one for writing; on success it takes its place, on failure it is deleted.

    Raises: InputError as `check`.
    """
    folder = folder.resolve()
    check(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as beside:
        made = Path(beside) / folder.name
        made.mkdir()  # with the usual permissions; only its owner may read a temporary one
        yield made
        put(made, folder)


def put(made: Path, folder: Path) -> None:
    """Rename what was made to the folder, in place of what is there. Raises: InputError as `check`."""
    folder = folder.resolve()
    check(folder)
    aside = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    if folder.exists():
        folder.rename(aside)
    try:
        made.rename(folder)
    except OSError:
        if aside.exists():
            aside.rename(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _exported(folder: Path) -> set[str]:
    """The names in a folder that are of an earlier export; none if it is not one."""
    try:
        about: Any = read_json(folder / ABOUT)
        files = [str(name) for name in about["files"]]
        told = about["made_by"]
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {ABOUT, LEFT_BY_PYTHON, *files} if str(told).startswith("mmdvae ") else set()
