"""Arrays made up in a moment: test images, and what `evaluate` keeps of one trained model."""

import io
from pathlib import Path

import numpy as np

from mmdvae.files import replacing
from mmdvae.images import Shape, thumbnails, without_channels

STEPS, NEAREST, COORDINATES = 9, 8, 8  # as mmdvae.measures.portraits
SHOWN, IN_TSNE = 64, 28  # pixels of the longest side of thumbnails
TSNE_POINTS = 2_000  # as mmdvae.measures.projections, which would take seconds to import


def images(n: int, shape: Shape = (28, 28, 1), classes: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Bright bars whose place, and in colour whose channels, are the class; (n, H, W[, 3]), and classes (n,), uint8."""
    rng = np.random.default_rng(0)
    labels = np.arange(n) % classes
    made = rng.integers(0, 40, (n, *shape))
    rows, columns = max(1, 5 * shape[0] // 28), slice(shape[1] // 7, shape[1] - shape[1] // 7)
    for image, label in zip(made, labels, strict=True):
        top = 2 + label * (shape[0] - 8) // max(classes, 10)
        image[top : top + rows, columns, label % shape[2] :: 2] += 190
    return without_channels(made.astype(np.uint8)), labels.astype(np.uint8)


def write_views(
    path: Path, spread: float, images: np.ndarray, labels: np.ndarray, rng: np.random.Generator, *, d: int = 8
) -> None:
    """views.npz of a model whose codes have that standard deviation; the names and types are those of `evaluate`."""
    n = len(images)
    centres = np.random.default_rng(7).normal(size=(256, d))
    scales = np.linspace(1.6, 0.5, d) if spread > 2 else np.ones(d)
    codes = (0.75 * centres[labels] + 0.62 * rng.normal(size=(n, d))) * scales * spread
    codes -= codes.mean(axis=0)
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(codes.T)))
    missing = max(0, 2 - d)
    tsne_index = np.sort(np.random.default_rng(0).permutation(n)[:TSNE_POINTS])  # the same in every variant
    angle = 2 * np.pi * labels[tsne_index] / 10
    tsne = 30 * np.stack([np.cos(angle), np.sin(angle)], 1) + 5 * rng.normal(size=(len(tsne_index), 2))
    first = np.unique(labels, return_index=True)[1]
    index = np.concatenate([first, np.setdiff1d(np.arange(n), first)])[:16]
    blur = 2 if spread < 2 else 1
    blurred = _blurred(images, blur)
    samples = _blurred(images[50:82] // 2 + images[150:182] // 2, blur + 1)
    samples = (_light(spread) * samples).astype(np.uint8)
    arrays = {
        "codes": codes.astype(np.float32),
        "log_variances": np.full((n, d), -4, np.float32),
        "pca": np.pad(codes @ vectors[:, ::-1][:, :2], ((0, 0), (0, missing))).astype(np.float32),
        "pca_variance_ratio": np.pad(values[::-1][:2] / values.sum(), (0, missing)),
        "tsne": tsne.astype(np.float32),
        "tsne_index": tsne_index.astype(np.int32),
        "eigenvalues": values[::-1],
        "reconstructions": thumbnails(blurred[index], SHOWN),
        "reconstruction_index": index.astype(np.int32),
        "tsne_reconstructions": thumbnails(blurred[tsne_index], IN_TSNE),
        "samples": thumbnails(samples, SHOWN),
        "squared_errors": ((images / 255 - blurred / 255) ** 2).reshape(n, -1).mean(axis=1).astype(np.float32),
        **portraits(spread, blurred, images, samples, min(d, COORDINATES)),
    }
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    with replacing(path) as file:
        file.write(buffer.getvalue())


def portraits(
    spread: float, blurred: np.ndarray, images: np.ndarray, samples: np.ndarray, walked: int
) -> dict[str, np.ndarray]:
    """What mmdvae.measures.portraits makes: black from codes that are far wider than the prior."""
    light = _light(spread)
    small = thumbnails(blurred[: COORDINATES + 3], SHOWN)
    walk = np.linspace(0, 1, STEPS).reshape(-1, *[1] * small[0].ndim)
    walks = [small[i] * (1 - walk) + small[i + 3] * walk for i in range(COORDINATES)]
    grid = [walks[0] * (1 - share) + walks[5] * share for share in walk]
    nearest = slice(50, 50 + NEAREST)
    apart = (samples[:NEAREST] / 255 - images[nearest] / 255).reshape(NEAREST, -1)
    distance = np.sqrt((apart**2).mean(axis=1))
    return {
        "prior_slice": (light * np.concatenate(grid)).astype(np.uint8),
        "traversals": (light * np.concatenate(walks[:walked])).astype(np.uint8),
        "traversal_dims": np.arange(walked, dtype=np.int32),
        "nearest_images": thumbnails(images[nearest], SHOWN),
        "nearest_index": np.arange(50, 50 + NEAREST, dtype=np.int32),
        "nearest_distance": distance.astype(np.float32),
        "nearest_of_test": np.linspace(0.05, 0.15, 64, dtype=np.float32),
    }


def _light(spread: float) -> float:
    """Brightness of what is decoded from the prior: codes that are far wider leave its inside empty."""
    return 1.0 if spread <= 3 else 0.04


def _blurred(images: np.ndarray, times: int) -> np.ndarray:
    blurred = images.astype(np.float64)
    for _ in range(times):
        blurred = sum(np.roll(blurred, (i, j), (1, 2)) for i in (-1, 0, 1) for j in (-1, 0, 1)) / 9
    return blurred.round().astype(np.uint8)
