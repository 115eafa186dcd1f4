"""Which variants' pictures the page shows: trainings that no penalty touched look alike, so one stands for all."""

from dataclasses import dataclass

import numpy as np

from mmdvae.conclusions import vitality
from mmdvae.record.result import Report, VariantResult
from reports import looks, metrics
from reports.looks import Look
from reports.stored_arrays import StoredArrays
from reports.views import Views

MANY = 8  # variants that a penalty touched with all their pictures; 24 would take a megabyte
IN_PARTS = 12  # of several numbers of latent dimensions together, of which one may have few
FID = metrics.of("fid")


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """A variant with the arrays of its first seed."""

    variant: VariantResult
    look: Look
    views: Views


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The variants with pictures, in the order of the page, and what became of the others."""

    untouched: One | None  # stands for all that no penalty touched: the plain one if there is one
    alike: list[Look]  # those that it stands for, without itself
    touched: list[One]
    no_room: list[VariantResult]
    without: list[Look]  # not finished, or without stored arrays
    short: bool  # whether there are so many that each gets fewer pictures

    @property
    def all(self) -> list[One]:
        """All with pictures."""
        return [*([self.untouched] if self.untouched else []), *self.touched]


def choose(report: Report, store: StoredArrays, most: int = MANY) -> Shown:
    """All touched variants; of more than `most` those whose samples are best, alive ones first."""
    known = looks.of(report.variants)
    ordered = sorted(report.variants, key=lambda one: known[one.name].place)
    found = [
        One(variant=one, look=known[one.name], views=views)
        for one in ordered
        if one.status == "ok" and (views := store.first(one)) is not None
    ]
    names = {one.name for one in vitality.untouched(report.variants)}
    alike, touched = ([one for one in found if (one.look.id in names) is side] for side in (True, False))
    best = sorted(touched, key=lambda one: (one.look.state != "alive", metrics.worse(FID, one.variant.mean("fid"))))
    kept = {one.look.id for one in best[:most]}
    with_arrays = {one.look.id for one in found}
    return Shown(
        untouched=alike[0] if alike else None,
        alike=[one.look for one in alike[1:]],
        touched=[one for one in touched if one.look.id in kept],
        no_room=[one.variant for one in touched if one.look.id not in kept],
        without=[known[one.name] for one in ordered if one.name not in with_arrays],
        short=len(touched) > most,
    )


def room(parts: int) -> int:
    """The number of touched variants in each of so many parts of the page."""
    return MANY if parts == 1 else max(1, IN_PARTS // parts)


def spread(n: int, count: int) -> np.ndarray:
    """Indices of at most `count` of n images from all over, because they may be sorted by class; sorted."""
    return np.unique(np.linspace(0, n - 1, count).astype(int))
