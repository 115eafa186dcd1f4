"""Which setting to use: of those that reach the prior and are as cheap as the cheapest, the nearest to the prior.

Cheap by the mean squared error, which is not part of the objective of any variant and means the same for all.
"""

from collections.abc import Sequence

from mmdvae.conclusions import differences, vitality
from mmdvae.conclusions.rules import ERROR, SAME_ERROR
from mmdvae.record.result import Choice, VariantResult

Variants = Sequence[VariantResult]


def of(variants: Variants) -> Choice:
    """The choice among the finished variants: first the one to use, then the others that are as cheap.

    As cheap are those that the cheapest does not surely beat and whose error is at most 5 % larger. With too few seeds
    for that, those that differ from it by no more than the trainings that no penalty touched differ from each other.
    """
    candidates = [one for one in vitality.alive(variants) if _error(one) is not None]
    ranked = sorted(candidates, key=_ascending)
    span = _yardstick(variants)
    return Choice(
        names=[one.name for one in sorted(_as_cheap(ranked, span), key=_distance)] if ranked else [],
        alive=[one.name for one in candidates],
        metric=ERROR,
        yardstick=span,
    )


def _as_cheap(ranked: Variants, span: float | None) -> list[VariantResult]:
    best, *others = ranked
    unbeaten = differences.unbeaten(ranked, ERROR, _order)
    if unbeaten:
        return [
            best,
            *(one for one in others if one.name in unbeaten and _ascending(one) <= SAME_ERROR * _ascending(best)),
        ]
    return [best, *(one for one in others if _ascending(one) - _ascending(best) <= (span or 0.0))]


def _distance(variant: VariantResult) -> float:
    return _order(variant.mean("sliced_w2"))


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
