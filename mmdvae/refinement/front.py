"""The front of error against distance from the prior, and the gaps between its neighbours."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mmdvae.conclusions.fronts import beats
from mmdvae.refinement.measured import Measured, Place
from mmdvae.variants import Variant, gaussian

NEAR_ALPHA, NEAR_SIGMA = 0.015, 1.05  # settings that are at most so far apart, a factor for sigma, are the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Two neighbours on the front; `width` is their distance, both axes scaled to the front's extent."""

    ends: tuple[Measured, Measured]
    width: float

    @property
    def middle(self) -> Variant:
        """The mean alpha with the geometric mean of sigma, to two and three digits."""
        one, other = (end.variant for end in self.ends)
        alpha, sigma = (one.alpha + other.alpha) / 2, math.sqrt((one.sigma or 0) * (other.sigma or 0))
        short = float(f"{alpha:.2g}")
        return replace(gaussian(short if short < 1 else alpha, float(f"{sigma:.3g}")), latent_dim=one.latent_dim)

    def within(self, spread: Place) -> bool:
        """Whether neither metric differs by more than that."""
        return all(abs(a - b) <= most for a, b, most in zip(*(end.place for end in self.ends), spread, strict=True))


def of(candidates: Sequence[Measured]) -> list[Measured]:
    """Those that no other beats in both metrics, by rising error."""
    places = [one.place for one in candidates]
    front = [one for one in candidates if not any(beats(place, one.place) for place in places)]
    return sorted(front, key=lambda one: one.place)


def gaps(front: Sequence[Measured]) -> list[Gap]:
    """The gaps of a front, the widest first."""
    extents = [max(axis) - min(axis) for axis in zip(*(one.place for one in front), strict=True)]
    found = []
    for pair in itertools.pairwise(front):
        along = [
            abs(a - b) / extent for a, b, extent in zip(*(one.place for one in pair), extents, strict=True) if extent
        ]
        found.append(Gap(ends=pair, width=math.hypot(*along)))
    return sorted(found, key=lambda gap: -gap.width)


def alike(one: Variant, other: Variant) -> bool:
    """Whether two variants with Gaussian kernels are so near that training both would be doing it twice."""
    return (
        one.latent_dim == other.latent_dim
        and other.kernel == "gaussian"
        and one.normalised == other.normalised
        and abs(one.alpha - other.alpha) <= NEAR_ALPHA
        and abs(math.log((one.sigma or 1) / (other.sigma or 1))) <= math.log(NEAR_SIGMA)
    )
