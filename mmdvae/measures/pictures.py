"""Pictures of one model for the page: thumbnails of reconstructions, samples, and what `portraits` shows."""

from collections.abc import Callable

import numpy as np
from scipy.special import expit

from mmdvae.images import thumbnails
from mmdvae.measures import portraits, prior_match, projections, samplers
from mmdvae.measures.blocks import in_unit, read
from mmdvae.measures.reconstruction import Errors

RECONSTRUCTIONS = 16
SAMPLES = 32
IN_TSNE = 28  # pixels of the longest side of an image beside the t-SNE

Decode = Callable[[np.ndarray], np.ndarray]  # codes (n, d) -> logits (n, H, W[, 3]) float32


def of_reconstructions(
    decode: Decode, means: np.ndarray, images: np.ndarray, labels: np.ndarray
) -> tuple[Errors, dict[str, np.ndarray]]:
    """Decode the codes (n, d) of images (n, H, W[, 3]) uint8 block by block: all errors, and some reconstructions.

    reconstructions of the images reconstruction_index, at most 64 pixels a side, and tsne_reconstructions, at most 28.
    """
    errors, shown, in_tsne = Errors(), reconstruction_index(labels), projections.tsne_index(len(images))
    large: list[np.ndarray] = []
    small: list[np.ndarray] = []
    for block, targets in read(images):
        logits = decode(means[block])
        made = expit(logits, dtype=np.float64)
        errors.add(in_unit(targets), made, logits)
        large.append(thumbnails(_among(made, block, np.sort(shown)), portraits.SHOWN))
        small.append(thumbnails(_among(made, block, in_tsne), IN_TSNE))
    return errors, {
        "reconstructions": np.concatenate(large)[np.argsort(np.argsort(shown))],
        "reconstruction_index": shown,
        "tsne_reconstructions": np.concatenate(small),
    }


def reconstruction_index(labels: np.ndarray) -> np.ndarray:
    """Indices of the test images to show: the first of each class, then the first of the rest; (<= 16,) int32."""
    first = np.unique(labels, return_index=True)[1]
    rest = np.setdiff1d(np.arange(len(labels)), first)
    return np.concatenate([first, rest])[:RECONSTRUCTIONS].astype(np.int32)


def of_decoder(decode: Decode, means: np.ndarray, train: np.ndarray, test: np.ndarray) -> dict[str, np.ndarray]:
    """samples (32, h, w[, 3]) of the prior and those of `portraits`, uint8, at most 64 pixels a side.

    For codes (n, d), and images (n, H, W[, 3]) uint8 to which samples are compared at full size.
    """

    def decoded(codes: np.ndarray) -> np.ndarray:
        return _eight_bit(expit(decode(codes)))

    samples = decoded(prior_match.draw_prior(SAMPLES, means.shape[1], seed=samplers.SEED))
    return {
        "samples": thumbnails(samples, portraits.SHOWN),
        **portraits.of_decoder(lambda codes: thumbnails(decoded(codes), portraits.SHOWN), means),
        **portraits.of_samples(samples, train, test),
    }


def _among(made: np.ndarray, block: slice, index: np.ndarray) -> np.ndarray:
    """Those images of a block whose numbers are in the index (m,), which rises; uint8."""
    return _eight_bit(made[index[(index >= block.start) & (index < block.stop)] - block.start])


def _eight_bit(images: np.ndarray) -> np.ndarray:
    return np.rint(255 * images).astype(np.uint8)
