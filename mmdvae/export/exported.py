"""The job of kind `export`: a stored training becomes files for elsewhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mmdvae.export.stored import model_of
from mmdvae.export.write import write

FOLDER = "exported"


def work(
    request: dict[str, Any], folder: Path, report: Callable[[dict], None]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Do the job of kind `export` (see mmdvae.jobs.kinds): the files are in `folder`/exported; the record is empty."""
    model = model_of(request)
    write(model, folder / FOLDER, format=request["format"], about=request["about"])
    return {}, ()
