"""FILE.py:FUNCTION: what a user's own function gave, as mmdvae.data.adapter wrote it."""

from pathlib import Path

from mmdvae.data import arrays
from mmdvae.data.kinds import npy
from mmdvae.data.labels import Labelled
from mmdvae.data.options import DataOptions
from mmdvae.data.rows import npy_file
from mmdvae.data.source import Source
from mmdvae.data.splits import SPLITS
from mmdvae.errors import InputError
from mmdvae.files import read_json

ABOUT = "about.json"  # counts, classes and notes


def files(place: Path) -> tuple[str, ...] | None:
    """The files of arrays and what is told of them; None unless they are there."""
    found = npy.files(place)
    return (*found, str(place / ABOUT)) if found and (place / ABOUT).is_file() else None


def opened(place: Path, _: DataOptions) -> Source:
    """The images, which have been made alike already."""
    try:
        about = read_json(place / ABOUT)
        given, classes, notes = set(about["counts"]), tuple(about["classes"]), tuple(about["notes"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{place / ABOUT}: must be readable, but {error}; --refresh makes it again") from None
    parts: dict[str, Labelled] = {
        split: (npy_file(place / f"{split}_images.npy"), npy_file(place / f"{split}_labels.npy").whole())
        for split in SPLITS
        if split in given
    }
    return arrays.source(parts, DataOptions(), classes=classes, notes=notes)
