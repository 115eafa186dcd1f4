"""How hard the training kernel pulls: at the prior, known before training, and on the trained codes."""

from typing import Any

import numpy as np

from mmdvae import kernel_mixtures
from mmdvae.measures import strength
from mmdvae.measures.prior_match import kernel_matrix, off_diagonal_mean
from mmdvae.variants import Variant

AT_MOST = 1_000  # codes, and as many prior draws; a fifth of a second
STEP = 0.01  # by which codes are shrunk and stretched; the third derivative then adds about 1e-4 of the slope


def of_kernel(variant: Variant, kernel: Any, z: np.ndarray, prior: np.ndarray) -> dict[str, float | None]:
    """pull_before and pull_after; None without a kernel and for one that is no known mixture of Gaussians.

    Both are slopes of MMD² in standard deviations of its estimate from 128 codes that follow the prior. Before: per
    unit of spread of normal codes that are too wide. After: of the codes (n, d) when they are stretched about 0, the
    first 1,000 and as many prior draws; near 0 where they follow the prior, and where the kernel does not feel them.
    """
    dim = z.shape[1]
    mixture = kernel_mixtures.of(variant.kernel, variant.widths, dim) if variant.regularizer == "mmd" else None
    if mixture is None or kernel is None:
        return {"pull_before": None, "pull_after": None}
    unit = strength.null_sd(mixture, dim)
    slope = slope_on_codes(kernel, *(points[:AT_MOST].astype(np.float64) for points in (z, prior)))
    return {"pull_before": strength.strength(mixture, dim), "pull_after": slope / unit if unit > 0 else 0.0}


def slope_on_codes(kernel: Any, z: np.ndarray, prior: np.ndarray) -> float:
    """The derivative of MMD² between s z and the prior's draws with respect to s at 1, by a central difference."""

    def moving_part(scale: float) -> float:
        stretched = scale * z
        within = off_diagonal_mean(kernel_matrix(stretched, stretched, kernel))
        return within - 2 * float(kernel_matrix(stretched, prior, kernel).mean())

    return (moving_part(1 + STEP) - moving_part(1 - STEP)) / (2 * STEP)
