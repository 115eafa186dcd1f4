"""Baselines for a model's metrics: trivial and linear methods and real images, measured in the same way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from mmdvae.data.array_folder import open_split
from mmdvae.files import finite_or_none
from mmdvae.measures import class_separation, classifier, prior_match, reconstruction, sample_quality
from mmdvae.measures.class_separation import REFERENCES

COMPONENTS = (2, 4, 8, 16)  # and as many as the models' latent dimensions
BLOCK = 5_000  # images at a time: the training split in float64 would take 345 MB
DRAWS_SEED, SAMPLES_SEED = 4, 5  # differ from the seed of the draws that codes are compared with

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
    with k dimensions; with k = latent_dim also the distance of whitened codes from the prior, and the quality of images
    sampled from the fitted normal distribution.
    raw pixels: class separation without any code. real images: training images in place of samples. prior draws: draws
    from N(0, I) in place of codes. Without a `judge`, the folder of the data set's classifier, no sample metrics.
    """
    (train, _), (test, labels) = open_split(data, "train"), open_split(data, "test")
    components = sorted({*COMPONENTS, latent_dim})
    pca = _Pca(train, components[-1])
    mean_image = np.broadcast_to(pca.mean, (len(test), pca.mean.size))
    rows: list[tuple[str, Metrics]] = [("mean image", _errors(test, mean_image, labels))]
    rows += [(f"PCA-{k}", _of_pca(pca, k, data, against_prior=k == latent_dim)) for k in components]
    rows += [("raw pixels", _of_pixels(data))]
    rows += [("prior draws", prior_match.of_codes(prior_match.draw_prior(len(test), latent_dim, seed=DRAWS_SEED)))]
    if judge:
        made = _judged(pca, judge, latent_dim)
        rows = [(name, metrics | made.pop(name, {})) for name, metrics in rows] + list(made.items())
    return [{"name": name, "metrics": finite_or_none(metrics)} for name, metrics in rows]


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


def _of_pca(pca: _Pca, components: int, data: Path, *, against_prior: bool) -> Metrics:
    (train, train_labels), (test, labels) = open_split(data, "train"), open_split(data, "test")
    codes, references = (pca.codes(images, components) for images in (test, train[:REFERENCES]))
    metrics = _errors(test, pca.images(codes), labels) | _class_separation(references, train_labels, codes, labels)
    # With fewer images than components the last spreads are rounding errors; dividing by them would amplify noise.
    if not against_prior or not np.all(pca.spread[:components] > 1e-6 * pca.spread[0]):
        return metrics
    white = codes / pca.spread[:components]
    return metrics | prior_match.of_codes(np.random.default_rng(DRAWS_SEED).permutation(white))


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


def _judged(pca: _Pca, judge: Path, latent_dim: int) -> dict[str, Metrics]:
    """Sample metrics of real images, of the mean image repeated n times, and of samples from PCA."""
    network, references = classifier.load(judge)
    real = references["test"]
    drawn = np.random.default_rng(SAMPLES_SEED).standard_normal((len(real), latent_dim))
    made = {
        "mean image": np.broadcast_to(pca.mean, (len(real), pca.mean.size)),
        f"PCA-{latent_dim}": pca.images(drawn * pca.spread[:latent_dim]),
    }
    judged = {
        name: sample_quality.judged(real, *classifier.judge(network, images.reshape(-1, 28, 28, 1).astype(np.float32)))
        for name, images in made.items()
    }
    return judged | {"real images": sample_quality.judged(real, references["train"], references["train_classes"])}


def _rows(images: np.ndarray) -> np.ndarray:
    return np.asarray(images, dtype=np.float64).reshape(len(images), -1) / 255
