"""A prepared data set as a folder, of arrays in memory and with any digest."""

from pathlib import Path

import numpy as np

from mmdvae.data import array_folder
from mmdvae.files import read_json, write_json


def write(folder: Path, arrays: dict[str, np.ndarray], *, name: str, classes: tuple[str, ...], sha256: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for file in array_folder.FILES:
        np.save(folder / file, arrays[file], allow_pickle=False)
    array_folder.seal(folder, name=name, classes=classes)
    write_json(folder / "info.json", read_json(folder / "info.json") | {"sha256": sha256})
