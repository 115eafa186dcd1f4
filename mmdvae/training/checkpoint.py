"""Weights in a plain .npz file, for resuming a training and for the trained model."""

import json
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from mmdvae.files import replacing, strict_json


def save(path: Path, variables: list[Any], notes: dict[str, Any]) -> None:
    """Write Keras variables and a small JSON record into one file, atomically."""
    arrays: dict[str, Any] = {name: np.asarray(variable) for name, variable in _named(variables).items()}
    with replacing(path) as file:
        np.savez(file, notes=np.asarray(strict_json(notes)), **arrays)


def restore(path: Path, variables: list[Any]) -> dict[str, Any]:
    """Read the file back into the same variables; return the JSON record.

    Raises: OSError, ValueError or KeyError if the file is missing, damaged or from another network.
    """
    try:
        with (
            path.open("rb") as file,
            np.load(file, allow_pickle=False) as archive,
        ):  # np.load(path) leaks a damaged file
            values = {name: archive[name] for name in _named(variables)}  # read all before assigning any
            notes = json.loads(str(archive["notes"]))
    except (BadZipFile, EOFError, TypeError) as error:  # cut, empty, or a single array
        raise ValueError(f"{path.name} must be an archive of arrays, but {error or 'it is empty'}") from None
    for name, variable in _named(variables).items():
        if values[name].shape != tuple(variable.shape):
            raise ValueError(f"{path.name}: {name} must have shape {tuple(variable.shape)}, got {values[name].shape}")
    for name, variable in _named(variables).items():
        variable.assign(values[name])
    return notes


def _named(variables: list[Any]) -> dict[str, Any]:
    # By position: Keras adds a counter to names for each model built in a process, so they do not identify a variable.
    return {f"v{position:03d}": variable for position, variable in enumerate(variables)}
