"""σ in units of √d: draws from N(0, I) lie about √(2d) apart, so in that unit a kernel does much the same at every d."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mmdvae.record.result import VariantResult
from reports import text

SAME = 0.01  # widths by one rule differ by less than this share, as each σ is rounded to three digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """One σ / √d, with the variants of all d that have it."""

    ratio: float
    label: str  # √d, 0.5 √d; no two widths have the same
    variants: list[VariantResult]


def widths(variants: Sequence[VariantResult]) -> list[Width]:
    """The widths of the variants with one σ, rising; of one width each d has one σ."""
    ratios = [(one.sigma / math.sqrt(one.latent_dim), one) for one in variants if one.sigma is not None]
    groups: list[tuple[float, list[VariantResult]]] = []
    for ratio, one in sorted(ratios, key=lambda pair: (pair[0], pair[1].latent_dim)):
        if not groups or ratio > (1 + SAME) * groups[-1][0] or _other_sigma(one, groups[-1][1]):
            groups.append((ratio, []))
        groups[-1][1].append(one)
    found: dict[str, Width] = {}
    for ratio, group in groups:
        label = next(label for digits in range(2, 18) if (label := _label(ratio, digits)) and label not in found)
        found[label] = Width(ratio=ratio, label=label, variants=group)
    return [*found.values()]


def _other_sigma(variant: VariantResult, group: Sequence[VariantResult]) -> bool:
    return any(one.latent_dim == variant.latent_dim and one.sigma != variant.sigma for one in group)


def _label(ratio: float, digits: int) -> str:
    """The ratio with so many digits; empty if they are too few to tell it from others."""
    shown = float(f"{ratio:.{digits}g}")
    if abs(shown / ratio - 1) > SAME:
        return ""
    return "√d" if shown == 1 else f"{text.setting(shown)}\u00a0√d"
