"""Arrays made up in a moment: test images, and what `evaluate` keeps of one trained model."""

import io
from pathlib import Path

import numpy as np

from mmdvae.files import replacing

D = 8  # latent dimensions
STEPS, NEAREST = 9, 8  # as mmdvae.measures.portraits
TSNE_POINTS = 2_000  # as mmdvae.measures.projections, which would take seconds to import


def images(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Bright bars whose place is the class, (n, 28, 28), and their classes (n,), uint8."""
    rng = np.random.default_rng(0)
    labels = np.arange(n) % 10
    made = rng.integers(0, 40, (n, 28, 28))
    for image, label in zip(made, labels, strict=True):
        image[2 + 2 * label : 7 + 2 * label, 4:24] += 190
    return made.astype(np.uint8), labels.astype(np.uint8)


def write_views(
    path: Path, spread: float, images: np.ndarray, labels: np.ndarray, rng: np.random.Generator, *, d: int = D
) -> None:
    """views.npz of a model whose codes have that standard deviation; the names and types are those of `evaluate`."""
    n = len(images)
    centres = np.random.default_rng(7).normal(size=(10, d))
    scales = np.linspace(1.6, 0.5, d) if spread > 2 else np.ones(d)
    codes = (0.75 * centres[labels] + 0.62 * rng.normal(size=(n, d))) * scales * spread
    codes -= codes.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(codes.T))
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
        "pca": (codes @ vectors[:, ::-1][:, :2]).astype(np.float32),
        "pca_variance_ratio": values[::-1][:2] / values.sum(),
        "tsne": tsne.astype(np.float32),
        "tsne_index": tsne_index.astype(np.int32),
        "eigenvalues": values[::-1],
        "reconstructions": blurred[index],
        "reconstruction_index": index.astype(np.int32),
        "tsne_reconstructions": blurred[tsne_index],
        "samples": samples,
        "squared_errors": ((images / 255 - blurred / 255) ** 2).mean(axis=(1, 2)).astype(np.float32),
        **portraits(spread, blurred, images, samples, min(d, D)),
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
    walk = np.linspace(0, 1, STEPS)[:, None, None]
    walks = [blurred[i] * (1 - walk) + blurred[i + 3] * walk for i in range(D)]
    grid = [walks[0] * (1 - share) + walks[5] * share for share in walk]
    walks = walks[:walked]
    nearest = slice(50, 50 + NEAREST)
    distance = np.sqrt(((samples[:NEAREST] / 255 - images[nearest] / 255) ** 2).mean(axis=(1, 2)))
    return {
        "prior_slice": (light * np.concatenate(grid)).astype(np.uint8),
        "traversals": (light * np.concatenate(walks)).astype(np.uint8),
        "traversal_dims": np.arange(walked, dtype=np.int32),
        "nearest_images": images[nearest],
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
