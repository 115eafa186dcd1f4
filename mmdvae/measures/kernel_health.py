"""Whether the training kernel can act: too narrow or too wide for the codes, it has almost no gradient."""

from typing import Any

import numpy as np

from mmdvae.measures.kernel_states import ALIVE, DEAD_BELOW, OFF, State
from mmdvae.measures.live_range import without_diagonal
from mmdvae.measures.prior_match import kernel_matrix

AT_MOST = 2_000  # codes, and as many prior draws: 8 million values, whose shares are known to about 0.01
HALFWAY = 0.5  # a dead kernel's values are near 0 or near 1, so any threshold between separates the two


def of_kernel(kernel: Any, z: np.ndarray, prior: np.ndarray) -> dict[str, Any]:
    """kernel_mean, kernel_live_share and kernel_state over all pairs that contain a code.

    These are pairs of two codes, or of a code and a prior draw; pairs of two prior draws have no gradient.

    States: `off` if there is no kernel; `saturated` if nearly all values are near 0 (too narrow), `flat` if near 1 (too
    wide); `live` otherwise. Pairs of a point with itself are left out: their value is 1 for every kernel.

    Args: kernel (n, d), (m, d) -> (n, m), or None; z (n, d) and prior (m, d), float32.
    """
    if kernel is None:
        return {"kernel_mean": None, "kernel_live_share": None, "kernel_state": OFF}
    k = without_diagonal(kernel_matrix(z, np.concatenate([z, prior]), kernel))
    mean, live_share = float(k.mean(dtype=np.float64)), float(np.mean((k > ALIVE[0]) & (k < ALIVE[1])))
    return {"kernel_mean": mean, "kernel_live_share": live_share, "kernel_state": state(mean, live_share)}


def state(mean: float, live_share: float) -> State:
    """The state of a kernel, from its mean and its share of live pairs."""
    if live_share >= DEAD_BELOW:
        return "live"
    return "saturated" if mean < HALFWAY else "flat"
