"""What settings are chosen by: error and distance from the prior on the validation images.

Choosing by the test images would make the numbers that are reported of them too good. The formulas are those of `mse`
and `sliced_w2`; nothing else is measured, because nothing else is needed to choose.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import expit

from mmdvae.measures import prior_match, sliced_wasserstein
from mmdvae.measures.blocks import in_unit, read

NOISE_SEED = 8  # another than that of the test images: what is chosen by luck of the draw must not be lucky there, too


def of_codes(
    decode: Callable[[np.ndarray], np.ndarray], means: np.ndarray, log_variances: np.ndarray, images: np.ndarray
) -> dict[str, float]:
    """valid_mse and valid_sliced_w2 of images (n, H, W[, 3]) uint8 with the posteriors (n, d) of their codes.

    `decode` makes logits (n, H, W[, 3]) of codes (n, d), block by block.
    """
    z = prior_match.draw_codes(means, log_variances, seed=NOISE_SEED)
    return {"valid_mse": _mse(decode, means, images), "valid_sliced_w2": sliced_wasserstein.sliced_w2(z)}


def _mse(decode: Callable[[np.ndarray], np.ndarray], means: np.ndarray, images: np.ndarray) -> float:
    """Mean squared error over all pixels and channels of images that are decoded from posterior means."""
    total = 0.0
    for block, targets in read(images):
        total += float(np.square(in_unit(targets) - expit(decode(means[block]), dtype=np.float64)).sum())
    return total / images.size
