"""Which variants a claim takes together, and how a sentence names them."""

from collections.abc import Sequence
from dataclasses import dataclass

from mmdvae.conclusions.rules import HALF
from mmdvae.measures.kernel_states import DEAD, LIVE
from mmdvae.penalties.table import NONE
from mmdvae.record.result import VariantResult

Variants = Sequence[VariantResult]

MOST_NAMES = 4  # of variants in one sentence; of more their number is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Variants that are taken together, and how they differ from the others, in words."""

    variants: Variants
    words: str
    pooled: bool = False  # of different settings, whose own effects are worth telling


def plain(variants: Variants) -> Group:
    """Those without a penalty."""
    return Group(variants=[one for one in variants if one.regularizer == NONE], words="without a penalty")


def kl(variants: Variants) -> Group:
    """Those with the Kullback-Leibler penalty."""
    chosen = [variant for variant in variants if variant.regularizer == "kl"]
    return Group(variants=chosen, words=f"with KL ({_named(chosen)})" if chosen else "with KL")


def live(variants: Variants) -> Group:
    """Those whose kernel at least half of the pairs feel, with every seed; who is left out as half-way is said."""
    chosen = [variant for variant in variants if acting(variant) and not half_way(variant)]
    left = [variant for variant in variants if acting(variant) and half_way(variant)]
    aside = [f"half-way and left out: {_named(left)}"] if left else []
    inside = "; ".join(([_named(chosen)] if chosen else []) + aside)
    words = f"with a live kernel{'' if chosen else ' with every seed'}{f' ({inside})' if inside else ''}"
    return Group(variants=chosen, words=words, pooled=True)


def dead(variants: Variants) -> Group:
    """Those whose kernel was near 0 or near 1 for nearly all pairs, with every seed."""
    chosen = [variant for variant in variants if _states(variant) <= set(DEAD)]
    named = f" ({_named(chosen)})" if chosen else " with every seed"
    return Group(variants=chosen, words=f"with a dead kernel{named}", pooled=True)


def acting(variant: VariantResult) -> bool:
    """Whether its kernel was not dead with any seed; without a kernel the state is off."""
    return _states(variant) <= {LIVE}


def half_way(variant: VariantResult) -> bool:
    """Whether, with some seed, fewer than half of the pairs feel the kernel."""
    shares = (run.number("kernel_live_share") for run in variant.runs)
    return any(share is not None and share < HALF for share in shares)


def by_alpha(variants: Variants) -> dict[float, list[VariantResult]]:
    """The variants with a sigma, those of one alpha together."""
    found: dict[float, list[VariantResult]] = {}
    for variant in variants:
        if variant.sigma is not None:
            found.setdefault(variant.alpha, []).append(variant)
    return found


def states(variants: Variants) -> str:
    """The states of their kernels, in words."""
    return " or ".join(sorted(set().union(*map(_states, variants))))


def _states(variant: VariantResult) -> set[str]:
    return {str(run.kernel_state) for run in variant.runs}


def _named(variants: Variants) -> str:
    few = len(variants) <= MOST_NAMES
    return ", ".join(variant.name for variant in variants) if few else f"{len(variants)} variants"
