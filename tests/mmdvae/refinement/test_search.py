"""Which trainings are proposed: corners, gaps of the front, then seeds; never what is there, never by test metrics."""

import math
from dataclasses import replace

import pytest
from made_report import dead, entry, kl, mmd, none

from mmdvae.conclusions import groups
from mmdvae.errors import InputError
from mmdvae.measures import strength
from mmdvae.record.result import VariantResult
from mmdvae.refinement import front as fronts
from mmdvae.refinement import measured, search
from mmdvae.variants import Variant, gaussian

TRADE_OFF = {
    (0.2, 2.83): (0.0154, 0.20),
    (0.9, 2.83): (0.0230, 0.10),
    (0.2, 6.75): (0.0150, 0.24),
    (0.9, 6.75): (0.0208, 0.12),
}


def valid(alpha, sigma, error, distance, **fields) -> VariantResult:
    """A variant with one seed, of which only the validation metrics are numbers."""
    settings = {"seeds": (0,)} | fields
    return mmd(sigma, alpha, valid_mse=error, valid_sliced_w2=distance, mse=math.nan, sliced_w2=math.nan, **settings)


@pytest.fixture
def at_corners():
    return [none(seeds=(0,)), *(valid(*setting, *values) for setting, values in TRADE_OFF.items())]


def step(results, n=100, *, seeds=(0,), latent_dim=8, **options):
    return search.next_trainings(measured.of(results), n, seeds=seeds, latent_dim=latent_dim, **options)


def settings(found):
    return [(one.variant.alpha, one.variant.sigma) for one in found.trainings]


@pytest.mark.parametrize("dim", [1, 2, 8, 32, 256])
def test_first_come_the_corners_of_the_range_in_which_kernels_pull(dim):
    found = step([none(seeds=(0,), latent_dim=dim)], latent_dim=dim)
    low, high = strength.strong_range(dim)
    assert len(found.trainings) == 4
    assert {one.variant.alpha for one in found.trainings} == {0.2, 0.9}
    assert len({one.variant.sigma for one in found.trainings}) == 2
    for one in found.trainings:
        assert low * 0.99 <= one.variant.sigma <= high * 1.01
        assert one.variant.latent_dim == dim
        assert one.why.startswith("corner: ")
    assert not found.settled


def test_corners_that_are_there_are_not_trained_twice_also_if_they_failed_or_lie_near():
    there = [
        valid(0.2, 2.83, *TRADE_OFF[0.2, 2.83]),
        mmd(6.6, 0.9, seeds=(0,), status="failed"),
        valid(0.21, 6.7, *TRADE_OFF[0.2, 6.75]),
    ]
    assert settings(step(there)) == [(0.9, 2.83)]


def test_then_the_widest_gaps_of_the_front_are_halved(at_corners):
    found = step(at_corners)
    assert [one.name for one in found.front] == ["mmd-a0.2-s6.75", "mmd-a0.2-s2.83", "mmd-a0.9-s6.75", "mmd-a0.9-s2.83"]
    first = found.trainings[0]
    assert (first.variant.alpha, first.variant.sigma) == (0.55, pytest.approx(math.sqrt(2.83 * 6.75), rel=1e-2))
    assert first.why.endswith("between mmd-a0.2-s2.83 and mmd-a0.9-s6.75")
    assert settings(step(at_corners, gaps=1)) == settings(found)[:1]
    assert len(step(at_corners, 2).trainings) == 2


def test_a_gap_is_not_halved_again_where_its_middle_was_tried_and_lost(at_corners):
    wide = settings(step(at_corners))[0]
    again = step([*at_corners, valid(*wide, 0.03, 0.5)])
    assert wide not in settings(again)
    assert again.trainings
    assert not again.settled


def test_every_proposal_pulls_strongly_and_none_is_there(at_corners):
    known = list(at_corners)
    while (found := step(known)).trainings and not found.settled:
        for one in found.trainings:
            assert groups.of_kernel("gaussian", one.variant.widths, 8) == "strong"
            assert one.variant.name not in {other.name for other in known}
            alpha, sigma = one.variant.alpha, one.variant.sigma
            known.append(valid(alpha, sigma, 0.0145 + 0.01 * alpha, 0.08 + 0.1 * (1 - alpha) + 0.001 * sigma))
    assert len(known) > 6
    assert found.settled


def test_the_test_metrics_change_nothing(at_corners):
    def changed(one, factor):
        runs = [
            replace(run, metrics=run.metrics | {"mse": factor, "sliced_w2": factor, "fid": factor}) for run in one.runs
        ]
        return replace(one, runs=runs, summary={})

    expected = step(at_corners)
    for factor in (1e-9, 1e9, None):
        assert step([changed(one, factor) for one in at_corners]) == expected


def test_other_penalties_and_kernels_that_are_dead_weak_or_normalised_are_no_part_of_the_front(at_corners):
    perfect = {"seeds": (0,), "valid_mse": 1e-4, "valid_sliced_w2": 1e-4}
    others = [
        kl(**perfect),
        dead(0.1, **perfect),
        mmd(20.0, **perfect),
        entry("imq-a0.6", kernel="imq", **perfect),
        entry("mmd-a0.6-s2.83-bn", sigma=2.83, normalised=True, **perfect),
        mmd(2.83, 0.5, latent_dim=2, **perfect),
    ]
    assert step([*at_corners, *others]) == step(at_corners)


def test_it_stops_where_neighbours_differ_by_no_more_than_seeds_do():
    def one(setting, error, far, by):
        around = [1 - by, 1, 1 + by]
        errors, distances = tuple(error * k for k in around), tuple(far * k for k in reversed(around))
        return valid(*setting, errors, distances, seeds=(0, 1, 2))

    def noisy(by):
        return [one(setting, *values, by) for setting, values in TRADE_OFF.items()]

    assert not step(noisy(0.01), seeds=(0, 1, 2)).settled
    found = step([none(seeds=(0, 1, 2)), *noisy(0.6)], seeds=(0, 1, 2))
    assert found.settled == "no gap of the front is wider than what its seeds differ by"


def test_with_one_seed_it_stops_where_the_claims_would_count_neighbours_as_equal():
    near = [valid(*setting, 0.02 + 0.0001 * k, 0.1 - 0.001 * k) for k, setting in enumerate(TRADE_OFF)]
    assert "5 % in error or 25 % in distance" in step(near).settled
    one_best = [valid(*setting, 0.02 + 0.001 * k, 0.1 + 0.01 * k) for k, setting in enumerate(TRADE_OFF)]
    assert step(one_best).settled == "mmd-a0.2-s2.83 beats all others in both metrics"


def test_then_the_front_and_no_penalty_get_three_seeds_that_did_not_choose():
    settled = [
        none(seeds=(0,)),
        *(valid(*setting, 0.02 + 0.001 * k, 0.1 + 0.01 * k) for k, setting in enumerate(TRADE_OFF)),
    ]
    found = step(settled, chose=(1,))
    assert [(one.variant.name, one.seed) for one in found.trainings] == [
        (name, seed) for name in ("none", "mmd-a0.2-s2.83") for seed in (2, 3, 4)
    ]
    assert found.checks == 6
    assert step(settled, 5).trainings == []  # no penalty alone would check nothing
    assert step(settled[1:], 5).variants == [gaussian(0.2, 2.83)]


def test_each_new_variant_is_trained_with_every_seed_or_not_at_all():
    found = step([none()], 8, seeds=(4, 5, 6))
    assert [one.seed for one in found.trainings] == [4, 5, 6] * 2
    assert step([none()], 2, seeds=(4, 5, 6)).trainings == []


def test_without_any_measurement_there_is_no_front():
    failed = [mmd(sigma, alpha, seeds=(0,), status="failed") for alpha, sigma in TRADE_OFF]
    with pytest.raises(InputError, match="no variant whose kernel pulls strongly has validation metrics"):
        step(failed)


def test_the_recorded_sweep_without_validation_metrics_tells_nothing_to_the_search():
    import recorded_sweep

    assert all(not one.values for one in measured.of(recorded_sweep.report().variants))
    assert measured.of(recorded_sweep.report().variants)[0].variant == Variant(regularizer="none", alpha=0.0)


def test_between_alphas_near_one_the_middle_stays_below_one():
    ends = [valid(0.998, 2.83, 0.03, 0.10), valid(0.994, 5.66, 0.02, 0.20)]
    middle = fronts.gaps(fronts.of(measured.of(ends)))[0].middle
    assert middle.alpha == pytest.approx(0.996)
