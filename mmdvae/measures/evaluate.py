"""Measure one trained model on the test split: metrics for the tables, small arrays for the plots.

Two metrics are of the validation split, to choose settings by.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import expit

from mmdvae.data.array_folder import open_split
from mmdvae.files import finite_or_none, replacing
from mmdvae.images import shape_of
from mmdvae.measures import (
    class_separation,
    classifier,
    dispersion,
    gradients,
    kernel_health,
    live_range,
    pictures,
    prior_match,
    projections,
    protocol,
    pull,
    validation,
)
from mmdvae.measures.blocks import give_back
from mmdvae.measures.reconstruction import mse_by_class
from mmdvae.model.vae import VAE
from mmdvae.recipes import Recipe
from mmdvae.training.fit import peak_rss_mb
from mmdvae.training.load import load
from mmdvae.variants import Variant

VIEWS = "views.npz"
NOISE_SEED, TRAIN_NOISE_SEED = 1, 6  # fixed: all variants are measured with the same noise


def work(
    request: dict[str, Any], folder: Path, report: Callable[[dict], None]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Do the job of kind `evaluate` (see mmdvae.jobs.kinds)."""
    started = time.perf_counter()
    # From the request, which is part of the key; what lies beside the weights is for people and may be edited.
    data, judge = Path(request["data"]), Path(request["classifier"]) if request["classifier"] else None
    variant, recipe = Variant(**request["variant"]), Recipe(**request["recipe"])
    # Its code may run: it was permitted before the training, and it is compared with the recipe's digest.
    shape = shape_of(open_split(data, "test")[0])
    model = load(Path(request["trained"]), variant, recipe, shape, allow_code=True)
    metrics = evaluate(model, data=data, judge=judge, folder=folder)
    seconds = time.perf_counter() - started  # beside the metrics, which are the same whenever they are measured
    return {"metrics": metrics, "evaluate_seconds": seconds, "peak_rss_mb": peak_rss_mb()}, (VIEWS,)


def evaluate(model: VAE, *, data: Path, judge: Path | None, folder: Path) -> dict[str, Any]:
    """Return the metrics and write views.npz into `folder`; deterministic, and leaves the model unchanged.

    Reconstructions are decoded from posterior means. An undefined metric is None: psnr of a perfect reconstruction,
    logdet_cov and all _white ones of a singular covariance, the kernel's metrics without a kernel, knn_accuracy with a
    single class, fid without a `judge`, the folder of the data set's classifier.

    views.npz: codes and log_variances (n, d) and pca (n, 2) of the test images, float32; pca_variance_ratio (2,);
    squared_errors (n,) float32, the mean over the values of each image; eigenvalues (d,) of Cov(z), descending; tsne
    (m, 2) float32 of the images tsne_index (m,) int32. Pictures are uint8, (k, h, w) or in colour (k, h, w, 3), at most
    64 pixels a side and those beside the t-SNE at most 28: tsne_reconstructions (m, ...); reconstructions (16, ...) of
    the images reconstruction_index (16,) int32; samples (32, ...); and those of `portraits`: prior_slice (81, ...) and
    traversals (9 t, ...) along the coordinates traversal_dims (t,) int32; nearest_images (8, ...), nearest_index (8,)
    int32 and nearest_distance (8,) float32, of the training images nearest to the first samples; nearest_of_test (64,)
    float32, the same distance of test images.

    Raises: ValueError if codes or reconstructions are not finite, as with a diverged model.
    """
    (train, train_labels), (images, labels) = open_split(data, "train"), open_split(data, "test")
    means, log_variances = _encode(model, images)
    references = _encode(model, train[: class_separation.REFERENCES])
    errors, views = pictures.of_reconstructions(lambda codes: _decode(model, codes), means, images, labels)
    views |= _views(means, log_variances) | pictures.of_decoder(model.decode, means, train, images)
    views["squared_errors"] = errors.by_image().astype(np.float32)
    metrics = {
        **errors.metrics(),
        **mse_by_class(errors.by_image(), labels),
        **dispersion.of_codes(means, log_variances),
        **_kernel_health(model, means, log_variances),
        **_class_separation(references[0], train_labels, means, labels),
        **_same_for_every_row(model, references, (means, log_variances), judge),
        **_faithfulness(views),
        **_on_validation(model, data),
        "gradient_ratio": gradients.ratio(model, images, seed=NOISE_SEED),  # last: TensorFlow keeps memory afterwards
    }
    with replacing(folder / VIEWS) as file:
        np.savez_compressed(file, allow_pickle=False, **views)
    return finite_or_none(metrics)


def _on_validation(model: VAE, data: Path) -> dict[str, float]:
    images, _ = open_split(data, "valid")
    return validation.of_codes(lambda codes: _decode(model, codes), *_encode(model, images), images)


def _encode(model: VAE, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    means, log_variances = model.encode(images)
    give_back(images)
    with np.errstate(over="ignore"):
        _check_finite("codes", means, log_variances, np.exp(0.5 * log_variances))
    return means, log_variances


def _decode(model: VAE, codes: np.ndarray) -> np.ndarray:
    logits = model.decode(codes)
    _check_finite("reconstructions", logits)
    return logits


def _same_for_every_row(
    model: VAE,
    train: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
    judge: Path | None,
) -> dict[str, float]:
    train_codes = prior_match.draw_codes(*train, seed=TRAIN_NOISE_SEED)
    test_codes = prior_match.draw_codes(*test, seed=NOISE_SEED)
    return protocol.of_codes(train_codes, test_codes) | protocol.of_samples(
        train_codes, lambda z: expit(model.decode(z)), classifier.load(judge) if judge else None
    )


def _kernel_health(model: VAE, means: np.ndarray, log_variances: np.ndarray) -> dict[str, Any]:
    z = prior_match.draw_codes(means, log_variances, seed=NOISE_SEED)[: kernel_health.AT_MOST]
    prior = prior_match.draw_prior(*z.shape, seed=prior_match.PRIOR_SEED)
    kernel = model.kernel()
    return {
        **kernel_health.of_kernel(kernel, z, prior),
        **pull.of_kernel(model.variant, kernel, z, prior),
        **live_range.of_codes(z, prior),
    }


def _class_separation(
    references: np.ndarray, train_labels: np.ndarray, codes: np.ndarray, labels: np.ndarray
) -> dict[str, float | None]:
    reference_labels, some = train_labels[: len(references)], projections.tsne_index(len(codes))
    return {
        "knn_accuracy": class_separation.knn_accuracy(references, reference_labels, codes, labels),
        "probe_accuracy": class_separation.probe_accuracy(references, reference_labels, codes, labels),
        "silhouette": class_separation.silhouette(codes[some], labels[some]),
    }


def _faithfulness(views: dict[str, np.ndarray]) -> dict[str, float]:
    codes, shown = (
        views["codes"][views["tsne_index"]],
        {"pca": views["pca"][views["tsne_index"]], "tsne": views["tsne"]},
    )
    measured = {view: projections.faithfulness(codes, plane) for view, plane in shown.items()}
    return {
        f"{name}_{view}": value
        for view, values in measured.items()
        for name, value in zip(("trustworthiness", "continuity"), values, strict=True)
    }


def _views(means: np.ndarray, log_variances: np.ndarray) -> dict[str, np.ndarray]:
    pca, pca_variance_ratio = projections.pca(means)
    tsne_index = projections.tsne_index(len(means))
    return {
        "codes": means.astype(np.float32),
        "log_variances": log_variances.astype(np.float32),
        "pca": pca,
        "pca_variance_ratio": pca_variance_ratio,
        "tsne": projections.tsne(means[tsne_index]),
        "tsne_index": tsne_index,
        "eigenvalues": dispersion.eigenvalues(means, log_variances),
    }


def _check_finite(what: str, *arrays: np.ndarray) -> None:
    bad = sum(int(np.sum(~np.isfinite(array))) for array in arrays)
    if bad:
        raise ValueError(f"the model has diverged: its {what} are not finite ({bad:,} numbers)")
