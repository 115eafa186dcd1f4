"""Baselines for a model's metrics: trivial and linear methods and real images, measured in the same way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from mmdvae.data.array_folder import open_split
from mmdvae.files import finite_or_none
from mmdvae.measures import (
    class_separation,
    classifier,
    prior_match,
    protocol,
    reconstruction,
    sample_quality,
    samplers,
)
from mmdvae.measures.class_separation import REFERENCES

COMPONENTS = (2, 4, 8, 16)  # and as many as the models' latent dimensions
BLOCK = 5_000  # images at a time: the training split in float64 would take 345 MB
DRAWS_SEED, TRAIN_DRAWS_SEED = 4, 5  # differ from the seed of the draws that codes are compared with

Metrics = dict[str, Any]


def work(
    request: dict[str, Any], folder: Path, report: Callable[[dict], None]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Do the job of kind `baselines` (see mmdvae.jobs.kinds)."""
    judge = Path(request["classifier"]) if request["classifier"] else None
    return {"baselines": evaluate(Path(request["data"]), judge, latent_dim=request["latent_dim"])}, ()


def evaluate(data: Path, judge: Path | None, *, latent_dim: int) -> list[dict[str, Any]]:
    """Fit the baselines to the training split, measure them on the test split: [{"name", "metrics"}, ...].

    mean image: reconstruction error without any information about the image. PCA-k: the lowest error of a linear code
    with k dimensions; with k = latent_dim also all that `protocol` measures of a variant. raw pixels: class separation
    without any code. real images: training images in place of samples, whatever sampler. prior draws: draws from
    N(0, I) in place of codes. Without a `judge`, the folder of the data set's classifier, no sample metrics.
    """
    (train, _), (test, labels) = open_split(data, "train"), open_split(data, "test")
    components = sorted({*COMPONENTS, latent_dim})
    pca, loaded = _Pca(train, components[-1]), classifier.load(judge) if judge else None
    mean_image = np.broadcast_to(pca.mean, (len(test), pca.mean.size))
    rows = {"mean image": _errors(test, mean_image, labels)}
    rows |= {f"PCA-{k}": _of_pca(pca, k, data) for k in components}
    rows[f"PCA-{latent_dim}"] |= _like_a_variant(pca, latent_dim, data, loaded)
    rows |= {"raw pixels": _of_pixels(data), "prior draws": _of_prior(len(test), latent_dim)}
    if loaded:
        rows["mean image"] |= _of_repeated(pca, loaded)
        rows["real images"] = _of_real(loaded)
    return [{"name": name, "metrics": finite_or_none(metrics)} for name, metrics in rows.items()]


class _Pca:
    """PCA of training images in [0, 1]: mean (784,), leading axes (784, k), standard deviations along them (k,)."""

    def __init__(self, images: np.ndarray, components: int):
        self.mean, self.axes, self.spread = principal_axes(images, components)

    def codes(self, images: np.ndarray, components: int) -> np.ndarray:
        """uint8 (n, 28, 28) -> coordinates (n, k)."""
        return (_rows(images) - self.mean) @ self.axes[:, :components]

    def images(self, codes: np.ndarray) -> np.ndarray:
        """Coordinates (n, k) -> images (n, 784), clipped to [0, 1] as for display.

        Clipping reduces the error a little (on Fashion-MNIST with k = 8, to 0.02595 per pixel from 0.02661).
        """
        return np.clip(self.mean + codes @ self.axes[:, : codes.shape[1]].T, 0, 1)


def principal_axes(images: np.ndarray, components: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean (784,), leading axes (784, components) and standard deviations (components,) of uint8 images (n, 28, 28).

    The results are for the images scaled to [0, 1]; exact.
    """
    n, pixels = len(images), int(np.prod(images.shape[1:]))
    total, products = np.zeros(pixels), np.zeros((pixels, pixels))
    for start in range(0, n, BLOCK):
        block = np.asarray(images[start : start + BLOCK], dtype=np.float64).reshape(-1, pixels)
        total += block.sum(axis=0)  # sums and products of integers, exact in float64
        products += block.T @ block
    mean = total / n
    variances, axes = np.linalg.eigh(products / n - np.outer(mean, mean))  # ascending
    leading = slice(-1, -components - 1, -1)
    return mean / 255, axes[:, leading], np.sqrt(np.maximum(variances[leading], 0)) / 255


def _of_pca(pca: _Pca, components: int, data: Path) -> Metrics:
    (train, train_labels), (test, labels) = open_split(data, "train"), open_split(data, "test")
    codes, references = (pca.codes(images, components) for images in (test, train[:REFERENCES]))
    return _errors(test, pca.images(codes), labels) | _class_separation(references, train_labels, codes, labels)


def _like_a_variant(pca: _Pca, components: int, data: Path, judge: classifier.Judge | None) -> Metrics:
    parts = ((open_split(data, "train")[0][:REFERENCES], TRAIN_DRAWS_SEED), (open_split(data, "test")[0], DRAWS_SEED))
    train, test = (np.random.default_rng(seed).permutation(pca.codes(images, components)) for images, seed in parts)
    measured = protocol.of_codes(train, test)
    return measured | protocol.of_samples(train, lambda z: _as_images(pca.images(z)), judge) if judge else measured


def _of_prior(n: int, dim: int) -> Metrics:
    sizes = ((REFERENCES, TRAIN_DRAWS_SEED), (n, DRAWS_SEED))
    return protocol.of_codes(*(prior_match.draw_prior(size, dim, seed=seed) for size, seed in sizes))


def _of_pixels(data: Path) -> Metrics:
    (train, train_labels), (test, labels) = open_split(data, "train"), open_split(data, "test")
    references, pixels = (_rows(images).astype(np.float32) for images in (train[:REFERENCES], test))
    return {"knn_accuracy": class_separation.knn_accuracy(references, train_labels[:REFERENCES], pixels, labels)}


def _errors(test: np.ndarray, images: np.ndarray, labels: np.ndarray) -> Metrics:
    targets, images = (np.reshape(rows, np.shape(test)) for rows in (_rows(test), images))
    measured = reconstruction.of_images(targets, images, bce=reconstruction.bce_of_probabilities(targets, images))
    return measured | reconstruction.mse_by_class(reconstruction.mse_by_image(targets, images), labels)


def _class_separation(references, reference_labels, codes, labels) -> Metrics:
    known = references, reference_labels[: len(references)], codes, labels
    return {
        "knn_accuracy": class_separation.knn_accuracy(*known),
        "probe_accuracy": class_separation.probe_accuracy(*known),
    }


def _of_repeated(pca: _Pca, judge: classifier.Judge) -> Metrics:
    """Of the mean image as often as there are samples; other draws of it would be the same."""
    images = np.broadcast_to(pca.mean, (len(judge.references["test"]), pca.mean.size))
    measured = protocol.judged(_as_images(images), judge)
    return {name: value for name, value in measured.items() if not name.endswith("_noise")}


def _of_real(judge: classifier.Judge) -> Metrics:
    """Of training images in place of the samples of each sampler: the ceiling of each table."""
    features = [judge.references[name] for name in ("test", "train", "train_classes")]
    measured: Metrics = {}
    for suffix in samplers.SAMPLERS:
        measured |= sample_quality.judged(*features, suffix=suffix)
    return measured


def _as_images(rows: np.ndarray) -> np.ndarray:
    return rows.reshape(-1, 28, 28, 1).astype(np.float32)


def _rows(images: np.ndarray) -> np.ndarray:
    return np.asarray(images, dtype=np.float64).reshape(len(images), -1) / 255
