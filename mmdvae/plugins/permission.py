"""Whether a user's own code may run: only if the user said so, or where the administrator put it."""

import os
from pathlib import Path

from mmdvae.errors import InputError
from mmdvae.plugins.source import Source

VARIABLE = "MMDVAE_CODE"  # names a folder whose code may run; the only way in a deployment


def given(source: Source, *, allowed: bool) -> bool:
    """Whether it may run: it is `allowed`, or all its files lie below $MMDVAE_CODE, links followed."""
    folder = os.environ.get(VARIABLE)
    return allowed or (bool(folder) and _all_below(source, Path(folder or "")))


def check(source: Source, *, allowed: bool) -> None:
    """Raise InputError, which tells what to read, unless it may run."""
    if not given(source, allowed=allowed):
        folder = os.environ.get(VARIABLE)
        where = f"; {VARIABLE}={folder} does not have it" if folder else ""
        raise InputError(f"{source.name} is code: {source.told}. Read it, then add --allow-code{where}")


def _all_below(source: Source, folder: Path) -> bool:
    return all((source.root / name).resolve().is_relative_to(folder.resolve()) for name in source.files)
