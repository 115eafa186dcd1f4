"""Groups of variants that claims compare, and their names in sentences.

A variant with normalised codes is in none of them: the claims are about what a penalty does to codes of free scale.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mmdvae.conclusions.rules import HALF
from mmdvae.measures.kernel_states import DEAD, LIVE
from mmdvae.record.result import VariantResult

Variants = Sequence[VariantResult]

MOST_NAMES = 4  # most variants that a sentence names; of more it gives the number


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Variants that are compared as one, with a description."""

    variants: Variants
    words: str
    pooled: bool = False  # has different settings; the range of their individual effects is then reported, too


def plain(variants: Variants) -> Group:
    """The variants without a penalty."""
    return Group(variants=[one for one in variants if one.is_plain], words="without a penalty")


def kl(variants: Variants) -> Group:
    """The variants with the Kullback-Leibler penalty."""
    chosen = [variant for variant in _of_free_scale(variants) if variant.regularizer == "kl"]
    return Group(variants=chosen, words=f"with KL ({_named(chosen)})" if chosen else "with KL")


def live(variants: Variants) -> Group:
    """The variants with at least half of the pairs live, with every seed; the description names those left out."""
    chosen = [variant for variant in _of_free_scale(variants) if acting(variant) and not half_way(variant)]
    left = [variant for variant in _of_free_scale(variants) if acting(variant) and half_way(variant)]
    aside = [f"half-way and left out: {_named(left)}"] if left else []
    inside = "; ".join(([_named(chosen)] if chosen else []) + aside)
    words = f"with a live kernel{'' if chosen else ' with every seed'}{f' ({inside})' if inside else ''}"
    return Group(variants=chosen, words=words, pooled=True)


def dead(variants: Variants) -> Group:
    """The variants whose kernel was near 0 or near 1 for nearly all pairs, with every seed."""
    chosen = [variant for variant in _of_free_scale(variants) if _states(variant) <= set(DEAD)]
    named = f" ({_named(chosen)})" if chosen else " with every seed"
    return Group(variants=chosen, words=f"with a dead kernel{named}", pooled=True)


def acting(variant: VariantResult) -> bool:
    """Whether it has a kernel that was live with every seed; without a kernel the state is off."""
    return _states(variant) <= {LIVE}


def half_way(variant: VariantResult) -> bool:
    """Whether fewer than half of the pairs are live with at least one seed."""
    shares = (run.number("kernel_live_share") for run in variant.runs)
    return any(share is not None and share < HALF for share in shares)


def by_alpha(variants: Variants) -> dict[float, list[VariantResult]]:
    """The variants with a sigma, grouped by alpha."""
    found: dict[float, list[VariantResult]] = {}
    for variant in _of_free_scale(variants):
        if variant.sigma is not None:
            found.setdefault(variant.alpha, []).append(variant)
    return found


def states(variants: Variants) -> str:
    """The states of the variants' kernels, in words."""
    return " or ".join(sorted(set().union(*map(_states, variants))))


def _of_free_scale(variants: Variants) -> Variants:
    return [variant for variant in variants if not variant.normalised]


def _states(variant: VariantResult) -> set[str]:
    return {str(run.kernel_state) for run in variant.runs}


def _named(variants: Variants) -> str:
    few = len(variants) <= MOST_NAMES
    return ", ".join(variant.name for variant in variants) if few else f"{len(variants)} variants"
