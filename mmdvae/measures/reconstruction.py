"""Reconstruction metrics: bce, bce_excess, mse, psnr, ssim, rounded_accuracy."""

import math
from collections import defaultdict

import numpy as np
from scipy.special import xlogy
from skimage.metrics import structural_similarity

from mmdvae.images import with_channels
from mmdvae.measures.blocks import at_a_time

BLOCK, CACHED = 50, 8 * 2**20  # images and bytes at a time: of 28 x 28 pixels, intermediate arrays fit in the CPU cache
WINDOW = 7  # pixels, for structural similarity; no image is smaller
HALF_GREY = 1 / 510  # half a step of 8-bit grey: an image cannot show a probability nearer to 0 or 1 than this


class Errors:
    """Measures images against their reconstructions, block by block, and keeps sums and each image's squared error.

    All are means over the pixels, and over the channels of each; sums are in float64, by blocks of 50 images.
    """

    def __init__(self) -> None:
        self._sums: defaultdict[str, list[tuple[float, int]]] = defaultdict(list)
        self._by_image: list[np.ndarray] = []

    def add(self, targets: np.ndarray, images: np.ndarray, logits: np.ndarray | None = None) -> None:
        """Add targets and their reconstructions, (n, H, W[, 3]) in [0, 1].

        With the logits of `images` their cross-entropy is exact, without them that of `cross_entropy`.
        """
        step = min(BLOCK, at_a_time(math.prod(targets.shape[1:]), CACHED))
        for start in range(0, len(targets), step):
            few = slice(start, start + step)
            self._add(_float64(targets[few]), _float64(images[few]), None if logits is None else _float64(logits[few]))

    def metrics(self) -> dict[str, float]:
        """All six metrics of what was added."""
        error, bce = self._mean("mse"), self._mean("bce")
        return {
            "bce": bce,
            "bce_excess": bce - self._mean("entropy"),
            "mse": error,
            "psnr": psnr(error),
            "ssim": self._mean("ssim"),
            "rounded_accuracy": self._mean("rounded_accuracy"),
        }

    def by_image(self) -> np.ndarray:
        """Mean squared error of each image, (n,)."""
        return np.concatenate(self._by_image)

    def _add(self, targets: np.ndarray, images: np.ndarray, logits: np.ndarray | None) -> None:
        squares = (targets - images) ** 2
        self._by_image.append(squares.reshape(len(squares), -1).mean(axis=1))
        bce = cross_entropy(targets, images) if logits is None else cross_entropy_of_logits(targets, logits)
        self._note("bce", bce)
        self._note("entropy", entropy(targets))
        self._note("mse", squares)
        self._note("rounded_accuracy", (targets > 0.5) == (images > 0.5))
        for channel in range(with_channels(targets).shape[-1]):
            self._note("ssim", similarity(*(with_channels(stack)[..., channel] for stack in (targets, images))))

    def _note(self, name: str, values: np.ndarray) -> None:
        self._sums[name].append((values.sum(), values.size))

    def _mean(self, name: str) -> float:
        total, count = np.sum(self._sums[name], axis=0)
        return float(total / count)


def mse_by_class(errors: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """mse_class_0, mse_class_1, ...: the mean error of each class present, from errors of images (n,); labels (n,)."""
    return {f"mse_class_{label}": float(errors[labels == label].mean()) for label in np.unique(labels)}


def entropy(targets: np.ndarray) -> np.ndarray:
    """-t log t - (1 - t) log(1 - t), in nats, of each target: the cross-entropy of a perfect reconstruction.

    Not 0, because grey targets are not binary: on average 0.2422 on Fashion-MNIST's test images, most of any model's
    bce.
    """
    return -xlogy(targets, targets) - xlogy(1 - targets, 1 - targets)


def cross_entropy_of_logits(targets: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Binary cross-entropy log(1 + e^l) - t l, in nats, of each value; exact for logits of any size.

    Computed as max(l, 0) + log(1 + e^-|l|) - t l, whose exponential cannot overflow. Its lower bound is `entropy`.
    """
    return np.maximum(logits, 0) + np.log1p(np.exp(-np.abs(logits))) - targets * logits


def cross_entropy(targets: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Binary cross-entropy -t log p - (1 - t) log(1 - p), in nats, of each value, for a method without logits.

    A linear baseline predicts exactly 0 or 1, where one wrong pixel would cost infinity; so the result depends on where
    p is clipped. Keras clips at 1e-7, a limit of float32, and each decade costs PCA-8 0.0016 (0.3344 in total).
    Clipped at half a grey level PCA-8 has 0.3280, within 0.0001 of the lowest value that any clipping could give.
    """
    p = np.clip(probabilities, HALF_GREY, 1 - HALF_GREY)
    return -targets * np.log(p) - (1 - targets) * np.log1p(-p)


def psnr(mean_squared_error: float) -> float:
    """Peak signal-to-noise ratio in dB of images in [0, 1], -10 log10(mse); infinite for a perfect reconstruction.

    From the error pooled over all images (PCA-8 15.9, mean image 10.6 on Fashion-MNIST), so that it ranks models as
    the error does. The mean of per-image ratios would be 0.3 to 0.5 dB higher and would favour easy images.
    """
    return -10 * math.log10(mean_squared_error) if mean_squared_error > 0 else math.inf


def similarity(targets: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Structural similarity in each window inside each image, (n, H, W) in [0, 1] -> (n, H - 6, W - 6).

    With a uniform window of 7 x 7 pixels; 1 for equal images. scikit-image is called once, with the images stacked
    vertically; windows that cross an image's edge are dropped.

    Source: Wang et al. 2004, IEEE TIP 13:600, as computed by scikit-image with data_range=1 (its default for floats
    is 2).
    """
    columns = [stack.reshape(-1, stack.shape[-1]) for stack in (targets, images)]
    everywhere = structural_similarity(*columns, win_size=WINDOW, data_range=1.0, full=True)[1].reshape(targets.shape)
    edge = WINDOW // 2
    return everywhere[:, edge:-edge, edge:-edge]


def _float64(values: np.ndarray) -> np.ndarray:
    return np.asarray(values, dtype=np.float64)
