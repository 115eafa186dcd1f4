"""Whether the number of epochs still mattered: against a training with half of them, or by the curve alone."""

from dataclasses import dataclass

from mmdvae.conclusions.rules import ERROR_PAID, SAME_DISTANCE, SETTLED
from mmdvae.conclusions.variant_checks import excess
from mmdvae.record.result import SeedRun

MARGINS = {"bce_excess": ERROR_PAID, "sliced_w2": SAME_DISTANCE}  # the smallest changes that claims are about


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Titles and explanations of the check: if it found something, and if not.

    In them {error} and {floor} stand for words of rules.ERROR_WORDS.
    """

    titles: tuple[str, str]
    explanations: tuple[str, str]


WITH_HALF = Words(
    titles=("Twice the epochs changed the numbers", "Half the epochs gave the same numbers"),
    explanations=(
        "Against trainings with half the epochs, the error above the entropy of the targets changed by more than "
        f"{ERROR_PAID - 1:.0%} or the distance from the prior by more than {SAME_DISTANCE - 1:.0%}, which is as much "
        "as the claims are about: they hold for this number of epochs.",
        "Against trainings with half the epochs, neither the error nor the distance from the prior changed by as much "
        "as the claims are about.",
    ),
)
BY_CURVE = Words(
    titles=("Validation {error} had not settled", "Validation {error} had settled"),
    explanations=(
        f"Over the second half of the epochs it changed by more than {SETTLED:.0%} of {{floor}}, "
        "or there was only one epoch: the claims hold for this number of epochs. To see what doubling "
        "does, compare with half the --epochs first, then again with all.",
        f"Over the second half of the epochs it changed by less than {SETTLED:.0%} of {{floor}}. "
        "The curve does not show the codes, whose spread may still grow: a comparison with half the "
        "--epochs, made before this one, would.",
    ),
)


def has_half(run: SeedRun) -> bool:
    """Whether its numbers after half the epochs are known."""
    return all(run.number(metric) is not None and isinstance(run.half.get(metric), int | float) for metric in MARGINS)


def changed_since_half(run: SeedRun) -> bool:
    """Whether doubling the epochs changed a number by as much as the claims are about."""
    for metric, margin in MARGINS.items():
        now, then = run.number(metric), run.half.get(metric)
        if now is not None and isinstance(then, int | float) and not then / margin <= now <= then * margin:
            return True
    return False


def curve_moves(run: SeedRun) -> bool:
    """Whether the validation error had not settled in the second half of the epochs."""
    values = excess(run, "val_")
    if not values:
        return False
    since = values[(len(values) - 1) // 2 :]
    return len(values) < 2 or max(since) - min(since) > SETTLED * values[-1]
