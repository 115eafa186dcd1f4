"""Reconstruction metrics: bce, bce_excess, mse, psnr, ssim, rounded_accuracy."""

import math
from collections.abc import Callable

import numpy as np
from scipy.special import xlogy
from skimage.metrics import structural_similarity

BLOCK = 50  # images at a time: intermediate arrays then fit in the CPU cache
WINDOW = 7  # pixels, for structural similarity
HALF_GREY = 1 / 510  # half a step of 8-bit grey: an image cannot show a probability nearer to 0 or 1 than this


def of_images(targets: np.ndarray, images: np.ndarray, *, bce: float) -> dict[str, float]:
    """All six metrics of images in [0, 1], (n, 28, 28) each, given the cross-entropy.

    `bce` comes from `bce_of_logits` for a model, and from `bce_of_probabilities` for a method without logits.
    """
    error = mse(targets, images)
    return {
        "bce": bce,
        "bce_excess": bce - entropy(targets),
        "mse": error,
        "psnr": psnr(error),
        "ssim": ssim(targets, images),
        "rounded_accuracy": rounded_accuracy(targets, images),
    }


def entropy(targets: np.ndarray) -> float:
    """Mean of -t log t - (1 - t) log(1 - t), in nats per pixel: the cross-entropy of a perfect reconstruction.

    Not 0, because grey targets are not binary: 0.2422 on Fashion-MNIST's test images, most of any model's bce.
    """
    return _mean(lambda t: -xlogy(t, t) - xlogy(1 - t, 1 - t), targets)


def mse_by_class(errors: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """mse_class_0, mse_class_1, ...: the mean error of each class present, from `mse_by_image` (n,); labels (n,)."""
    return {f"mse_class_{label}": float(errors[labels == label].mean()) for label in np.unique(labels)}


def mse_by_image(targets: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Mean squared error per pixel of each image, (n, 28, 28) in [0, 1] -> (n,)."""
    return np.square(targets - images).mean(axis=(1, 2))


def bce_of_logits(targets: np.ndarray, logits: np.ndarray) -> float:
    """Binary cross-entropy, the mean of log(1 + e^l) - t l, in nats per pixel; exact for logits of any size.

    Computed as max(l, 0) + log(1 + e^-|l|) - t l, whose exponential cannot overflow. Its lower bound is `entropy`.
    """
    return _mean(lambda t, x: np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))) - t * x, targets, logits)


def bce_of_probabilities(targets: np.ndarray, probabilities: np.ndarray) -> float:
    """Binary cross-entropy, the mean of -t log p - (1 - t) log(1 - p), in nats per pixel.

    A linear baseline predicts exactly 0 or 1, where one wrong pixel would cost infinity; so the result depends on where
    p is clipped. Keras clips at 1e-7, a limit of float32, and each decade costs PCA-8 0.0016 (0.3344 in total).
    Clipped at half a grey level PCA-8 has 0.3280, within 0.0001 of the lowest value that any clipping could give.
    """

    def cross_entropy(t, p):
        p = np.clip(p, HALF_GREY, 1 - HALF_GREY)
        return -t * np.log(p) - (1 - t) * np.log1p(-p)

    return _mean(cross_entropy, targets, probabilities)


def mse(targets: np.ndarray, images: np.ndarray) -> float:
    """Mean squared error per pixel; images in [0, 1]."""
    return _mean(lambda t, p: (t - p) ** 2, targets, images)


def psnr(mean_squared_error: float) -> float:
    """Peak signal-to-noise ratio in dB of images in [0, 1], -10 log10(mse); infinite for a perfect reconstruction.

    From the error pooled over all images (PCA-8 15.9, mean image 10.6 on Fashion-MNIST), so that it ranks models as
    the error does. The mean of per-image ratios would be 0.3 to 0.5 dB higher and would favour easy images.
    """
    return -10 * math.log10(mean_squared_error) if mean_squared_error > 0 else math.inf


def ssim(targets: np.ndarray, images: np.ndarray) -> float:
    """Structural similarity with a uniform 7 x 7 window, averaged over images; 1 for equal images.

    Source: Wang et al. 2004, IEEE TIP 13:600, as computed by scikit-image with data_range=1 (its default for floats
    is 2).
    """
    return _mean(_similarity, targets, images)


def rounded_accuracy(targets: np.ndarray, images: np.ndarray) -> float:
    """Share of pixels that are on the same side of 0.5; both in [0, 1]."""
    return float(np.mean((targets > 0.5) == (images > 0.5)))


def _similarity(targets: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Structural similarity in each window inside each image, (n, 28, 28) -> (n, 22, 22).

    scikit-image is called once, with the images stacked vertically; windows that cross an image's edge are dropped.
    """
    columns = [stack.reshape(-1, stack.shape[-1]) for stack in (targets, images)]
    everywhere = structural_similarity(*columns, win_size=WINDOW, data_range=1.0, full=True)[1].reshape(targets.shape)
    edge = WINDOW // 2
    return everywhere[:, edge:-edge, edge:-edge]


def _mean(of: Callable[..., np.ndarray], *images: np.ndarray) -> float:
    """Mean of `of` applied to stacks of images, block by block, in float64."""
    starts = range(0, len(images[0]), BLOCK)
    blocks = ([np.asarray(stack[start : start + BLOCK], dtype=np.float64) for stack in images] for start in starts)
    total, count = np.sum([(values.sum(), values.size) for values in (of(*block) for block in blocks)], axis=0)
    return float(total / count)
