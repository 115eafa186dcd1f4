"""Which setting to use: the cheapest of those whose penalty brought the codes near the prior.

Chosen by the mean squared error, which is not part of the objective of any variant and means the same for all.
"""

from collections.abc import Sequence

from mmdvae.conclusions import differences, vitality
from mmdvae.conclusions.rules import ERROR
from mmdvae.record.result import Choice, VariantResult

Variants = Sequence[VariantResult]


def of(variants: Variants) -> Choice:
    """The choice among the finished variants.

    Beside the cheapest stand those that it does not surely beat. With too few seeds for that, these are the ones that
    differ from it by no more than the trainings that no penalty touched differ from each other.
    """
    candidates = [one for one in vitality.alive(variants) if _error(one) is not None]
    ranked = sorted(candidates, key=_ascending)
    span = _yardstick(variants)
    return Choice(
        names=[one.name for one in _as_good(ranked, span)] if ranked else [],
        alive=[one.name for one in candidates],
        metric=ERROR,
        yardstick=span,
    )


def _as_good(ranked: Variants, span: float | None) -> list[VariantResult]:
    best, *others = ranked
    unbeaten = differences.unbeaten(ranked, ERROR, _order)
    if unbeaten:
        return [best, *(one for one in others if one.name in unbeaten)]
    return [best, *(one for one in others if _ascending(one) - _ascending(best) <= (span or 0.0))]


def _yardstick(variants: Variants) -> float | None:
    """Range of the error over the trainings that no penalty touched, each variant with each seed."""
    trainings = (run for one in vitality.untouched(variants) for run in one.runs)
    errors = [error for run in trainings if (error := run.number(ERROR)) is not None]
    return max(errors) - min(errors) if len(errors) > 1 else None


def _error(variant: VariantResult) -> float | None:
    return variant.mean(ERROR)


def _ascending(variant: VariantResult) -> float:
    return _order(_error(variant))


def _order(error: float | None) -> float:
    return float("inf") if error is None else error
