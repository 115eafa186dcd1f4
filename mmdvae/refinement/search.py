"""Which trainings are worth having next: corners of the range that pulls, gaps of the front, then seeds that check.

An optimiser is not worth its dependency: to look only where kernels pull is the whole gain, and after nine trainings
differences between seeds rule (docs/decisions/refine.md).
"""

import itertools
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from mmdvae.conclusions.rules import MIN_SEEDS, SAME_DISTANCE, SAME_ERROR
from mmdvae.errors import InputError
from mmdvae.measures import strength
from mmdvae.refinement import front as fronts
from mmdvae.refinement import measured as known
from mmdvae.refinement.measured import Measured
from mmdvae.variants import Variant, gaussian, none

ALPHAS = 0.2, 0.9  # of the corners: below, trainings end far from the prior; above, the error doubles
UNKNOWN_SPREAD = math.log(SAME_ERROR), math.log(SAME_DISTANCE)  # with one seed each: what claims count as equal


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One training, and why."""

    variant: Variant
    seed: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """The next trainings; none that depends on what these will measure."""

    trainings: list[Proposal] = field(default_factory=list)
    settled: str = ""  # why no more settings are looked for; the trainings are then seeds for the front
    front: list[Variant] = field(default_factory=list)  # by rising validation error
    checks: int = 0  # if it is settled: how many trainings seeds for the whole front would be

    @property
    def variants(self) -> list[Variant]:
        """The variants of the trainings, each once."""
        return list(dict.fromkeys(one.variant for one in self.trainings))


def next_trainings(
    measured: Sequence[Measured],
    n: int,
    *,
    seeds: Sequence[int],
    latent_dim: int,
    gaps: int | None = None,
    chose: Collection[int] = (),
) -> Next:
    """At most n trainings, of variants with so many latent dimensions; every new variant with each of the seeds.

    `measured` has all variants that were asked for, those that failed too, so that none is proposed twice; `gaps` is
    how many to look into at most, `chose` the seeds by which variants were picked before.
    Raises: InputError if nothing is left to try and nothing was measured.
    """
    front = fronts.of(known.searched(measured, latent_dim))
    wanted, settled, checks = missing_corners(measured, latent_dim), "", 0
    if not wanted:
        found, settled = _in_gaps(front, measured)
        wanted = found[:gaps]
    if settled:
        every = _checks(measured, front, chose={*chose, *seeds})
        trainings, checks = _affordable(every, n), len(every)
    else:
        each = wanted[: n // len(seeds)]
        trainings = [Proposal(variant=one, seed=seed, why=why) for one, why in each for seed in seeds]
    return Next(trainings=trainings, settled=settled, front=[one.variant for one in front], checks=checks)


def missing_corners(measured: Sequence[Measured], latent_dim: int) -> list[tuple[Variant, str]]:
    """The corners that were not asked for yet."""
    return [(one, why) for one, why in corners(latent_dim) if not _is_there(one, measured)]


def corners(latent_dim: int) -> list[tuple[Variant, str]]:
    """The corners of what is searched, alpha low and high with sigma narrow and wide; and why."""
    low, high = strength.working_range(latent_dim)
    told = {ALPHAS[0]: "weak", ALPHAS[1]: "strong"}
    ends = {float(f"{low:.3g}"): "narrow", float(f"{high:.3g}"): "wide"}
    return [
        (replace(gaussian(alpha, sigma), latent_dim=latent_dim), f"corner: {told[alpha]} penalty, {ends[sigma]} kernel")
        for sigma, alpha in itertools.product(ends, ALPHAS)
    ]


def _in_gaps(front: Sequence[Measured], measured: Sequence[Measured]) -> tuple[list[tuple[Variant, str]], str]:
    """The middles of the front's gaps, the widest first, with why; or why there are none."""
    if not front:
        raise InputError("no variant whose kernel pulls strongly has validation metrics: there is no front to refine")
    spread = known.spread(known.searched(measured, front[0].variant.latent_dim))
    wide = [gap for gap in fronts.gaps(front) if not gap.within(spread or UNKNOWN_SPREAD)]
    wanted = [(gap.middle, _told(gap)) for gap in wide if not _is_there(gap.middle, measured)]
    if wanted:
        return wanted, ""
    if len(front) == 1:
        return [], f"{front[0].variant.name} beats all others in both metrics"
    if wide:
        return [], "the middle of every gap of the front was tried"
    margin = (
        "what its seeds differ by" if spread else "5 % in error or 25 % in distance, and with one seed no more is known"
    )
    return [], f"no gap of the front is wider than {margin}"


def _is_there(variant: Variant, measured: Sequence[Measured]) -> bool:
    return any(fronts.alike(variant, one.variant) for one in measured)


def _told(gap: fronts.Gap) -> str:
    names = " and ".join(end.variant.name for end in gap.ends)
    return f"gap of {gap.width:.2f} between {names}"


def _checks(measured: Sequence[Measured], front: Sequence[Measured], *, chose: Collection[int]) -> list[Proposal]:
    """Three seeds that chose nothing for no penalty, which all are compared with, and each variant of the front."""
    new = list(itertools.islice((seed for seed in itertools.count() if seed not in chose), MIN_SEEDS))
    plain = replace(none(), latent_dim=front[0].variant.latent_dim)
    wanted = [(plain, "no penalty, to compare with")] if any(one.variant == plain for one in measured) else []
    wanted += [(one.variant, "on the front; this seed did not choose it") for one in front]
    return [Proposal(variant=one, seed=seed, why=why) for one, why in wanted for seed in new]


def _affordable(checks: Sequence[Proposal], n: int) -> list[Proposal]:
    """Those of at most n that give variants all three seeds, as fewer give no interval; the lowest error first."""
    found = list(checks[: n - n % MIN_SEEDS])
    return found if any(one.variant.penalty for one in found) else []
