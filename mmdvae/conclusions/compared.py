"""What decides a claim: comparisons of variants, or why there are none."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mmdvae.conclusions.pooled import Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One comparison: the effect is the weighted sum of the columns, of logarithms for a ratio."""

    name: str  # what is compared with what
    weights: Mapping[Column, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The comparisons of a claim; if there are none, why."""

    comparisons: list[Comparison] = field(default_factory=list)
    missing: str = ""
    aside: str = ""  # variants that the claim leaves out, and why
