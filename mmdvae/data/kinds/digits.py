"""digits: scikit-learn's handwritten digits, which need no download."""

import importlib.util
from pathlib import Path

import numpy as np

from mmdvae.data import arrays
from mmdvae.data.options import DataOptions
from mmdvae.data.rows import in_memory
from mmdvae.data.source import Source
from mmdvae.errors import InputError

_TRAIN = 1_500  # the last sixth is for testing: the file is ordered by writer, so its digits come from other writers


def place() -> Path:
    """scikit-learn's __init__.py, found without importing it."""
    found = importlib.util.find_spec("sklearn")
    if not found or not found.origin:
        raise InputError("dataset digits needs the package sklearn, which is not installed")
    return Path(found.origin)


def opened(_: Path, options: DataOptions) -> Source:
    """1,797 digits of 8 x 8 pixels, each enlarged to 3 x 3, with a border of 2: 28 x 28."""
    from sklearn.datasets import load_digits  # takes a second to import

    bunch = load_digits()
    pixels = np.rint(bunch.images * (255 / 16)).astype(np.uint8)  # (1797, 8, 8), 0 to 16 before scaling
    pixels = np.pad(pixels.repeat(3, axis=1).repeat(3, axis=2), ((0, 0), (2, 2), (2, 2)))
    labels = bunch.target.astype(np.uint8)
    parts = {
        name: (in_memory(f"digits, {name}", pixels[rows]), labels[rows])
        for name, rows in (("train", slice(_TRAIN)), ("test", slice(_TRAIN, None)))
    }
    return arrays.source(parts, options, classes=tuple("0123456789"))
