"""What a model must beat: the mean image, PCA with as many numbers per image as the model, and the raw pixels."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from mmdvae import reconstruction
from mmdvae.data_folder import open_split
from mmdvae.files import finite_or_none
from mmdvae.usefulness import REFERENCES, knn_accuracy

COMPONENTS = 8  # the recipes' latent_dim
BLOCK = 5_000  # images at a time: the training split in float64 would take 345 MB


def work(
    request: dict[str, Any], folder: Path, report: Callable[[dict], None]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The job of kind `baselines` (mmdvae.job)."""
    return {"baselines": evaluate(Path(request["data"]))}, ()


def evaluate(data: Path) -> list[dict[str, Any]]:
    """Fit the baselines to the training split, measure them on the test split: [{"name", "metrics"}, ...].

    PCA's reconstructions are cut to [0, 1], as any picture of them would be; that makes its error a little smaller
    (on Fashion-MNIST 0.02595 per pixel instead of 0.02661).
    """
    (train, train_labels), (test, labels) = open_split(data, "train"), open_split(data, "test")
    mean, axes = principal_axes(train, COMPONENTS)
    pixels, references, reference_labels = _rows(test), _rows(train[:REFERENCES]), train_labels[:REFERENCES]
    codes = (pixels - mean) @ axes

    def quality(images: np.ndarray) -> dict[str, float]:
        shape = np.shape(test)
        return reconstruction.of_probabilities(pixels.reshape(shape), np.clip(images, 0, 1).reshape(shape))

    def knn(references: np.ndarray, codes: np.ndarray) -> dict[str, float | None]:
        return {"knn_accuracy": knn_accuracy(references, reference_labels, codes, labels)}

    pca = quality(mean + codes @ axes.T) | knn((references - mean) @ axes, codes)
    rows: list[tuple[str, dict[str, Any]]] = [
        ("mean image", quality(np.broadcast_to(mean, pixels.shape))),
        (f"PCA-{COMPONENTS}", pca),
        ("raw pixels", knn(references.astype(np.float32), pixels.astype(np.float32))),
    ]
    return [{"name": name, "metrics": finite_or_none(metrics)} for name, metrics in rows]


def principal_axes(images: np.ndarray, components: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean (784,) and leading axes (784, components) of uint8 images (n, 28, 28), scaled to [0, 1]; exact."""
    n, pixels = len(images), int(np.prod(images.shape[1:]))
    total, products = np.zeros(pixels), np.zeros((pixels, pixels))
    for start in range(0, n, BLOCK):
        block = np.asarray(images[start : start + BLOCK], dtype=np.float64).reshape(-1, pixels)
        total += block.sum(axis=0)  # sums and products of whole numbers: float64 holds them without rounding
        products += block.T @ block
    mean = total / n
    axes = np.linalg.eigh(products / n - np.outer(mean, mean))[1]  # ascending
    return mean / 255, axes[:, ::-1][:, :components]


def _rows(images: np.ndarray) -> np.ndarray:
    return np.asarray(images, dtype=np.float64).reshape(len(images), -1) / 255
