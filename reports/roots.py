"""σ in units of √d: draws from N(0, I) lie about √(2d) apart, so in that unit a kernel does much the same at every d.

Uses only the standard library, because the list of runs names settings in that unit.
"""

import math
from collections.abc import Sequence

from mmdvae.record.result import VariantResult
from reports import text

DIGITS, MOST = 2, 17  # of σ / √d: a rule gives σ to three digits; 17 tell all numbers apart


def widths(variants: Sequence[VariantResult], digits: int = DIGITS) -> dict[float, list[VariantResult]]:
    """The variants with one σ by σ / √d, rising: rounded, but with more digits where one d has two σ of one width."""
    found: dict[float, list[VariantResult]] = {}
    for one in variants:
        if one.sigma is not None:
            found.setdefault(float(f"{one.sigma / math.sqrt(one.latent_dim):.{digits}g}"), []).append(one)
    for width, group in list(found.items()):
        if digits < MOST and len({(one.latent_dim, one.sigma) for one in group}) > len(
            {one.latent_dim for one in group}
        ):
            del found[width]
            found |= widths(group, digits + 1)
    return dict(sorted(found.items()))


def label(width: float) -> str:
    """√d, 0.5 √d."""
    return "√d" if width == 1 else f"{text.setting(width)}\u00a0√d"
