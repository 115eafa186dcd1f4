"""npy:DIR: arrays in files of their own, which may be larger than memory."""

from pathlib import Path

from mmdvae.data import arrays
from mmdvae.data.labels import labelled, named
from mmdvae.data.options import DataOptions
from mmdvae.data.rows import npy_file
from mmdvae.data.source import Source
from mmdvae.data.splits import SPLITS
from mmdvae.errors import shown

NAMES = tuple(f"{split}_{what}.npy" for split in SPLITS for what in ("images", "labels"))


def files(place: Path) -> tuple[str, ...] | None:
    """The files of NAMES in a folder, of which train_images.npy must be there."""
    found = tuple(str(place / name) for name in NAMES if (place / name).is_file())
    return found if found and found[0].endswith(NAMES[0]) else None


def contents(place: Path) -> str:
    """What else is in the folder."""
    left = sorted(shown(path.name) for path in place.iterdir() if path.name not in NAMES and path.name[0] != ".")
    return f"left out: {', '.join(left)}" if left else ""


def opened(place: Path, options: DataOptions) -> Source:
    """train_images.npy and, optionally, valid_images.npy, test_images.npy and the labels of each.

    Without test images it is a set that is not split.
    """
    there = [place / name for name in NAMES if (place / name).is_file()]
    rows = {path.name: npy_file(path) for path in there}
    images = {split: rows[f"{split}_images.npy"] for split in SPLITS if f"{split}_images.npy" in rows}
    labels = {split: rows.get(f"{split}_labels.npy") for split in images}
    parts, classes, notes = labelled(images, labels)
    left_out = (left,) if (left := contents(place)) else ()
    return arrays.source(named(parts), options, classes=classes, notes=(*left_out, *notes), binary=True)
