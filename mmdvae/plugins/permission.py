"""Whether a user's own code may run: only if the user said so, or where the administrator put it."""

import os
from pathlib import Path

from mmdvae.errors import InputError
from mmdvae.plugins.source import Source

VARIABLE = "MMDVAE_CODE"  # names a folder whose code may run; the only way in a deployment


def check(source: Source, *, allowed: bool) -> None:
    """Raise InputError, which tells what to read, unless it is `allowed` or all files lie below $MMDVAE_CODE."""
    folder = os.environ.get(VARIABLE)
    if allowed or (folder and _all_below(source, Path(folder))):
        return
    where = f"; {VARIABLE}={folder} does not have it" if folder else ""
    raise InputError(f"{source.name} is code: {source.told}. Read it, then add --allow-code{where}")


def _all_below(source: Source, folder: Path) -> bool:
    return all((source.root / name).resolve().is_relative_to(folder.resolve()) for name in source.files)
