"""Measure one trained model on the test split: numbers for the tables, small arrays for the plots."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import expit

from mmdvae import dispersion, kernel_health, prior_match, projections, reconstruction, training, usefulness
from mmdvae.data_folder import open_split
from mmdvae.files import finite_or_none, replacing
from mmdvae.model import VAE, kernel_of
from mmdvae.recipes import Recipe
from mmdvae.variants import Variant

VIEWS = "views.npz"
RECONSTRUCTIONS = 16
SAMPLES = 32
# Fixed seeds: every variant is measured with the same noise, against the same draws from the prior.
NOISE_SEED, PRIOR_SEED, SAMPLES_SEED = 1, 2, 3


def work(
    request: dict[str, Any], folder: Path, report: Callable[[dict], None]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The job of kind `evaluate` (mmdvae.job)."""
    variant, recipe = Variant(**request["variant"]), Recipe(**request["recipe"])
    model = training.load(variant, recipe, Path(request["trained"]))
    return {"metrics": evaluate(model, variant, data=Path(request["data"]), folder=folder)}, (VIEWS,)


def evaluate(model: VAE, variant: Variant, *, data: Path, folder: Path) -> dict[str, Any]:
    """Return the metrics and leave views.npz in `folder`; the model is as it was, and twice gives the same.

    Reconstructions are decoded from posterior means. A number that does not exist is None: psnr of a perfect
    reconstruction, logdet_cov of codes in a plane, the kernel's numbers without a kernel, knn_accuracy of one class.

    views.npz: codes and log_variances (n, d) and pca (n, 2) of the test images, float32; pca_variance_ratio (2,);
    tsne (m, 2) float32 of the images tsne_index (m,) int32; reconstructions (16, 28, 28) uint8 of the images
    reconstruction_index (16,) int32; samples (32, 28, 28) uint8; eigenvalues (d,) of Cov(z), descending.

    Raises: ValueError if codes or reconstructions are not finite: a diverged model has no numbers.
    """
    images, labels = open_split(data, "test")
    means, log_variances = model.encode(images)
    with np.errstate(over="ignore"):
        _check_finite("codes", means, log_variances, np.exp(0.5 * log_variances))
    logits = model.decode(means)
    _check_finite("reconstructions", logits)
    metrics = {
        **reconstruction.of_logits(np.asarray(images, dtype=np.float64) / 255, logits),
        **dispersion.of_codes(means, log_variances),
        **_against_prior(variant, means, log_variances),
        "knn_accuracy": _knn_accuracy(model, data, means, labels),
    }
    views = _views(means, log_variances) | _pictures(model, logits, labels)
    with replacing(folder / VIEWS) as file:
        np.savez_compressed(file, allow_pickle=False, **views)
    return finite_or_none(metrics)


def reconstruction_index(labels: np.ndarray) -> np.ndarray:
    """Which test images are shown: the first of each class, then the first of the rest; (16,) int32 or fewer."""
    first = np.unique(labels, return_index=True)[1]
    rest = np.setdiff1d(np.arange(len(labels)), first)
    return np.concatenate([first, rest])[:RECONSTRUCTIONS].astype(np.int32)


def _against_prior(variant: Variant, means: np.ndarray, log_variances: np.ndarray) -> dict[str, Any]:
    z = prior_match.draw_codes(means, log_variances, at_most=prior_match.AT_MOST, seed=NOISE_SEED)
    prior = prior_match.draw_prior(*z.shape, seed=PRIOR_SEED)
    few = kernel_health.AT_MOST
    health = kernel_health.of_kernel(kernel_of(variant, z.shape[1]), z[:few], prior[:few])
    return {"mmd2": prior_match.mmd2(z, prior), **health}


def _knn_accuracy(model: VAE, data: Path, codes: np.ndarray, labels: np.ndarray) -> float | None:
    images, reference_labels = (array[: usefulness.REFERENCES] for array in open_split(data, "train"))
    return usefulness.knn_accuracy(model.encode(images)[0], reference_labels, codes, labels)


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


def _pictures(model: VAE, logits: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    shown = reconstruction_index(labels)
    prior = prior_match.draw_prior(SAMPLES, model.recipe.latent_dim, seed=SAMPLES_SEED)
    return {
        "reconstructions": _grey(logits[shown]),
        "reconstruction_index": shown,
        "samples": _grey(model.decode(prior)),
    }


def _grey(logits: np.ndarray) -> np.ndarray:
    return np.rint(255 * expit(logits)).astype(np.uint8)


def _check_finite(what: str, *arrays: np.ndarray) -> None:
    bad = sum(int(np.sum(~np.isfinite(array))) for array in arrays)
    if bad:
        raise ValueError(f"the model has diverged: its {what} are not finite ({bad:,} numbers)")
