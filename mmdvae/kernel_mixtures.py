"""Kernels as mixtures of Gaussian kernels, whose expectations under normal distributions have closed forms.

Uses NumPy alone, because conclusions and reports import it.
"""

from dataclasses import dataclass

import numpy as np

WAE_SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)  # Tolstikhin et al. 2018, arXiv:1711.01558, times the base scale 2d
NODES = np.linspace(-4.0, 4.5, 70)  # of the quadrature; expectations under N(0, I) are then exact to rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaussians:
    """The kernel sum w exp(-|a - b|² / (2 h²)): weights w (m,), sum 1, and squared bandwidths h² (m,)."""

    weights: np.ndarray
    squared_bandwidths: np.ndarray

    @property
    def widths(self) -> np.ndarray:
        """The bandwidths h, (m,)."""
        return np.sqrt(self.squared_bandwidths)


def gaussian(*sigmas: float) -> Gaussians:
    """The Gaussian kernel itself, or the mean of several."""
    return Gaussians(weights=np.full(len(sigmas), 1 / len(sigmas)), squared_bandwidths=np.square(sigmas))


def imq_mixture(dim: int) -> Gaussians:
    """The mean of the seven inverse multiquadric kernels, by double exponential quadrature.

    C / (C + r²) is the integral of exp(-t) exp(-t r² / C) over t > 0: a mixture of Gaussians with h² = C / (2 t).

    Source: Takahasi and Mori 1974, Publ. RIMS 9:721, for t = exp(u - exp(-u)).
    """
    nodes = np.exp(NODES - np.exp(-NODES))
    weights = np.exp(-nodes) * nodes * (1 + np.exp(-NODES)) * (NODES[1] - NODES[0])
    scales = 2.0 * dim * np.array(WAE_SCALES)
    return Gaussians(
        weights=np.tile(weights, len(scales)) / len(scales),
        squared_bandwidths=(scales[:, None] / (2 * nodes)).ravel(),
    )


def of(kernel: str | None, sigmas: tuple[float, ...], dim: int) -> Gaussians | None:
    """The mixture of a variant's kernel; None without a kernel, and for one that is not a known mixture."""
    if kernel in ("gaussian", "gaussians") and sigmas:
        return gaussian(*sigmas)
    return imq_mixture(dim) if kernel == "imq" else None
