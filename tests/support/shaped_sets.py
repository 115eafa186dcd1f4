"""Prepared data sets of images of any shape, made on the spot: noise, bright above or bright below."""

from pathlib import Path

import data_folder
import numpy as np

from mmdvae.data.array_folder import SPLITS
from mmdvae.images import Shape, without_channels


def images(labels: np.ndarray, shape: Shape, seed: int = 0) -> np.ndarray:
    """uint8 (n, H, W[, 3]): noise, bright above where the label is 0 and below where it is 1, and dark on the left."""
    height, width = shape[0] // 2, shape[1] // 3
    made = np.random.default_rng(seed).integers(0, 60, (len(labels), *shape), dtype=np.uint8)
    light = np.linspace(170, 120, shape[2]).astype(np.uint8)  # more red than blue
    made[labels == 0, :height] += light
    made[labels == 1, height:] += light
    made[:, :, :width] //= 4
    return without_channels(made)


def prepared(folder: Path, shape: Shape, *, train: int = 40, test: int = 24, labelled: bool = True) -> Path:
    """The folder of a prepared set with two classes, or without labels, of images that are all bright above."""
    arrays = {}
    for seed, (split, count) in enumerate(zip(SPLITS, (train, 4, test), strict=True)):
        labels = (np.arange(count) // 3 % 2 if labelled else np.zeros(count)).astype(np.uint8)
        arrays |= {f"{split}_images.npy": images(labels, shape, seed), f"{split}_labels.npy": labels}
    classes = ("above", "below") if labelled else ("all",)
    data_folder.write(folder / "data-made", arrays, name="made", classes=classes, sha256="0" * 64)
    return folder / "data-made"
