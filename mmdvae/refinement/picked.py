"""Which variants of a run were picked by validation metrics, and with which seeds: their intervals would flatter them.

Of trainings that are alike, those are picked whose seeds were lucky, on test images as on validation images. So a
picked variant has intervals only from seeds that did not choose.
"""

from collections.abc import Sequence
from dataclasses import replace

from mmdvae.conclusions import dimensions
from mmdvae.record.result import Chosen, VariantResult
from mmdvae.refinement import front, measured


def marked(chosen: Chosen | None, variants: Sequence[VariantResult]) -> list[VariantResult]:
    """The variants, those on the front of the seeds that chose with these seeds as `chosen_by`."""
    picks = _picks(chosen, variants)
    return [replace(one, chosen_by=tuple(chosen.seeds) if chosen and one.name in picks else ()) for one in variants]


def _picks(chosen: Chosen | None, variants: Sequence[VariantResult]) -> set[str]:
    if chosen is None:
        return set()
    by_those = [replace(one, runs=[run for run in one.runs if run.seed in chosen.seeds]) for one in variants]
    return {
        one.variant.name
        for dim, group in dimensions.split(by_those).items()
        for one in front.of(measured.searched(measured.of(group), dim))
    }
