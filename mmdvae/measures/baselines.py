"""Baselines for a model's metrics: trivial and linear methods and real images, measured in the same way."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mmdvae.data.array_folder import open_split
from mmdvae.files import finite_or_none
from mmdvae.measures import class_separation, classifier, prior_match, protocol, repeats, sample_quality, samplers
from mmdvae.measures.blocks import in_unit, read
from mmdvae.measures.class_separation import REFERENCES
from mmdvae.measures.pca import EXACT, Pca
from mmdvae.measures.reconstruction import Errors, mse_by_class

COMPONENTS = (2, 4, 8, 16)  # and as many as the models' latent dimensions
COORDINATES = 64  # of the PCA in place of all pixels, if those are too many for the search of neighbours
DRAWS_SEED, TRAIN_DRAWS_SEED = 4, 5  # differ from the seed of the draws that codes are compared with

Metrics = dict[str, Any]


def work(
    request: dict[str, Any], folder: Path, report: Callable[[dict], None]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Do the job of kind `baselines` (see mmdvae.jobs.kinds)."""
    data, judge = Path(request["data"]), Path(request["classifier"]) if request["classifier"] else None
    train, test = (open_split(data, split)[0] for split in ("train", "test"))
    values, most = math.prod(test.shape[1:]), max(request["latent_dims"])
    if most > values:
        report({"event": "note", "message": f"images have {values} values: PCA-{values} instead of PCA-{most}"})
    rows = evaluate(data, judge, latent_dims=request["latent_dims"])
    return {"baselines": rows, "repeated_in_training": repeats.repeated(test, train)}, ()


def evaluate(data: Path, judge: Path | None, *, latent_dims: Sequence[int]) -> list[dict[str, Any]]:
    """Fit the baselines to the training split, measure them on the test split: [{"name", "metrics"}, ...].

    mean image: reconstruction error without any information about the image. PCA-k: the lowest error of a linear code
    with k dimensions; for each of latent_dims also all that `protocol` measures of a variant. raw pixels: class
    separation without any code, if there are classes; "PCA-64 pixels" if there are more than 1,024 values in an image.
    prior draws: draws from N(0, I) in place of codes. real images: training images in place of samples, whatever
    sampler. Without a `judge`, the folder of the data set's classifier, no sample metrics.

    With several latent_dims the rows of each have its "latent_dim", and prior draws are "prior draws d=8". PCA has no
    more dimensions than an image has values.
    """
    splits = _Splits(*open_split(data, "train"), *open_split(data, "test"))
    values = math.prod(splits.test.shape[1:])
    # Latent dimensions by those of the PCA; the fewest first, if several have more than an image has values.
    dims = {min(dim, values): dim for dim in sorted(latent_dims, reverse=True)}
    components = sorted({*(k for k in COMPONENTS if k <= values), *dims})
    pca = Pca(splits.train, components[-1] if values <= EXACT else max(components[-1], COORDINATES))
    codes, loaded = _Codes(pca, splits), classifier.load(judge) if judge else None

    def row(name: str, metrics: Metrics, dim: int | None = None) -> dict[str, Any]:
        one = {"name": name, "metrics": finite_or_none(metrics)}
        return one if dim is None or len(latent_dims) == 1 else one | {"latent_dim": dim}

    rows = [row("mean image", _of_mean(pca, splits, loaded))]
    for k in components:
        beyond = _like_a_variant(pca, k, codes, loaded) if k in dims else {}
        rows.append(row(f"PCA-{k}", _of_pca(pca, k, codes, splits) | beyond, dims.get(k)))
    if splits.classes > 1:
        rows.append(row("raw pixels" if values <= EXACT else f"PCA-{COORDINATES} pixels", _of_pixels(splits, codes)))
    for dim in latent_dims:
        name = "prior draws" if len(latent_dims) == 1 else f"prior draws d={dim}"
        rows.append(row(name, _of_prior(len(splits.test), dim), dim))
    return [*rows, row("real images", _of_real(loaded))] if loaded else rows


class _Splits(NamedTuple):
    """The images and labels of both splits."""

    train: np.ndarray
    train_labels: np.ndarray
    test: np.ndarray
    labels: np.ndarray

    @property
    def classes(self) -> int:
        return len(np.unique(np.concatenate([self.train_labels, self.labels])))


class _Codes:
    """Coordinates of the first training images and of the test images along the axes of a PCA.

    Large images are read once for all numbers of axes. Small ones are read for each, because a product with fewer
    columns is rounded differently: so their numbers are to the last bit those of former versions.
    """

    def __init__(self, pca: Pca, splits: _Splits):
        self._pca, self._images = pca, (splits.train[:REFERENCES], splits.test)
        large = math.prod(splits.test.shape[1:]) > EXACT
        self._all = [pca.codes(images) for images in self._images] if large else None

    def along(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Of training images (m, k) and of test images (n, k), along the first k axes."""
        if self._all:
            train, test = (codes[:, :k] for codes in self._all)
        else:
            train, test = (self._pca.codes(images, k) for images in self._images)
        return train, test


def _of_mean(pca: Pca, splits: _Splits, judge: classifier.Judge | None) -> Metrics:
    """Of the mean image; its samples are that image again and again, so that other draws of it would be the same."""

    def repeated(codes: np.ndarray) -> np.ndarray:
        return pca.images(np.zeros((len(codes), 0)))

    measured = _errors(splits, lambda block: repeated(splits.test[block]))
    if judge is None:
        return measured
    of_samples = protocol.judged(repeated, np.zeros((len(judge.references["test"]), 0)), judge)
    return measured | {name: value for name, value in of_samples.items() if not name.endswith("_noise")}


def _of_pca(pca: Pca, k: int, codes: _Codes, splits: _Splits) -> Metrics:
    train, test = codes.along(k)
    measured = _errors(splits, lambda block: pca.images(test[block]))
    known = train, splits.train_labels[: len(train)], test, splits.labels
    return measured | {
        "knn_accuracy": class_separation.knn_accuracy(*known),
        "probe_accuracy": class_separation.probe_accuracy(*known),
    }


def _like_a_variant(pca: Pca, k: int, codes: _Codes, judge: classifier.Judge | None) -> Metrics:
    parts = zip(codes.along(k), (TRAIN_DRAWS_SEED, DRAWS_SEED), strict=True)
    train, test = (np.random.default_rng(seed).permutation(part) for part, seed in parts)
    measured = protocol.of_codes(train, test)
    return measured | protocol.of_samples(train, pca.images, judge) if judge else measured


def _of_pixels(splits: _Splits, codes: _Codes) -> Metrics:
    """Of the pixels themselves, or of their first coordinates if they are many."""
    train, test = splits.train[:REFERENCES], splits.test
    if math.prod(test.shape[1:]) <= EXACT:
        known, asked = (in_unit(images).reshape(len(images), -1).astype(np.float32) for images in (train, test))
    else:
        known, asked = codes.along(COORDINATES)
    labels = splits.train_labels[: len(train)]
    return {"knn_accuracy": class_separation.knn_accuracy(known, labels, asked, splits.labels)}


def _of_prior(n: int, dim: int) -> Metrics:
    sizes = ((REFERENCES, TRAIN_DRAWS_SEED), (n, DRAWS_SEED))
    return protocol.of_codes(*(prior_match.draw_prior(size, dim, seed=seed) for size, seed in sizes))


def _errors(splits: _Splits, images: Callable[[slice], np.ndarray]) -> Metrics:
    """Errors of `images`, the reconstructions (m, H, W[, C]) of a block of the test images."""
    errors = Errors()
    for block, targets in read(splits.test):
        errors.add(in_unit(targets), images(block))
    return errors.metrics() | mse_by_class(errors.by_image(), splits.labels)


def _of_real(judge: classifier.Judge) -> Metrics:
    """Of training images in place of the samples of each sampler: the ceiling of each table."""
    test, train, classes = (judge.references[name] for name in ("test", "train", "train_classes"))
    measured: Metrics = {}
    for suffix in samplers.SAMPLERS:
        measured |= sample_quality.judged(test, train, judge.classes(classes), suffix=suffix)
    return measured
