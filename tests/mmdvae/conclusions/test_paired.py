"""Student's interval over seeds, and the effect of pairing by seed on a difference."""

import itertools
import math

import made_report
import numpy as np
import pytest
from scipy import stats

from mmdvae.conclusions import paired
from mmdvae.record.result import Difference, Differences


def test_the_interval_by_hand():
    # 1, 2, 6: mean 3, variance (4 + 1 + 9) / 2 = 7; t with 2 degrees of freedom at 0.975 is 0.95 sqrt(2 / (1 - 0.95²)).
    half = 0.95 * math.sqrt(2 / (1 - 0.95**2)) * math.sqrt(7 / 3)
    found = paired.effect([1.0, 2.0, 6.0])
    assert (found.mean, found.n) == (3, 3)
    assert [found.low, found.high] == pytest.approx([3 - half, 3 + half], rel=1e-12)


@pytest.mark.parametrize("n", [3, 4, 5, 10])
def test_the_interval_is_scipys(n):
    values = np.random.default_rng(n).normal(size=n)
    found = paired.effect(values.tolist())
    expected = stats.t.interval(0.95, n - 1, loc=values.mean(), scale=stats.sem(values))
    assert [found.low, found.high] == pytest.approx(expected, rel=1e-12)
    assert found.n == n


@pytest.mark.parametrize("values", [[0.3], [0.3, 0.5]])
def test_fewer_than_three_seeds_have_a_mean_and_no_interval_and_conclude_nothing(values):
    found = paired.effect(values)
    assert found == paired.Effect(mean=pytest.approx(np.mean(values)), low=None, high=None, n=len(values))
    assert not found.surely_above(-1e9)
    assert not found.surely_below(1e9)


def test_equal_values_have_an_interval_of_no_width_that_is_neither_above_nor_below_itself():
    for value in (0.1, 0.3997970547805012, 1e-7):  # fmean of seven copies of the second differs from it
        found = paired.effect([value] * 7)
        assert (found.mean, found.low, found.high) == (value, value, value)
        assert not found.surely_above(value)
        assert not found.surely_below(value)


def test_the_whole_interval_must_be_past_the_border():
    found = paired.Effect(mean=2.0, low=1.0, high=3.0, n=3)
    assert [found.surely_above(border) for border in (0.9, 1.0, 2.0, 3.1)] == [True, False, False, False]
    assert [found.surely_below(border) for border in (3.1, 3.0, 2.0, 0.9)] == [True, False, False, False]


def test_three_seeds_are_covered_by_student_in_95_of_100_samples_and_by_a_bootstrap_in_75():
    n = 4_000
    samples = np.random.default_rng(0).normal(size=(n, 3))
    found = [paired.effect(row) for row in samples.tolist()]
    student = np.mean([e.low < 0 < e.high for e in found])
    resamples = np.array(list(itertools.product(range(3), repeat=3)))  # all 27, so the percentiles are exact
    means = samples[:, resamples].mean(axis=2)
    low, high = np.quantile(means, [0.025, 0.975], axis=1, method="inverted_cdf")
    bootstrap = np.mean((low < 0) & (high > 0))
    assert student == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / n))
    # The 2.5 % percentile is the smallest value itself (1 in 27 resamples), so it misses if all three have one sign.
    assert bootstrap == pytest.approx(1 - 2 / 2**3, abs=4 * math.sqrt(0.75 * 0.25 / n))


def test_a_ratio_is_the_exponential_of_its_logarithms_interval():
    logs = [0.1, 0.3, -0.2]
    log, found = paired.effect(logs), paired.ratio(logs)
    assert [found.mean, found.low, found.high] == pytest.approx(np.exp([log.mean, log.low, log.high]))
    assert paired.ratio(logs[:2]).low is None


def test_a_ratio_past_all_numbers_is_still_a_number():
    found = paired.ratio([-300.0, 400.0, 700.0])
    assert found.low == pytest.approx(0, abs=1e-200)
    assert found.high == pytest.approx(1e300)


def test_only_finite_numbers_count():
    row = made_report.entry("a", seeds=(4, 5, 6, 7), bce=(0.3, None, math.nan, 1), kernel_state="live")
    assert paired.by_seed(row, "bce") == {4: 0.3, 7: 1.0}
    assert paired.by_seed(row, "kernel_state") == {}
    assert paired.by_seed(row, "mse") == {}


def test_rows_are_of_the_seeds_that_all_have():
    columns = [{1000: 1.0, 9: 2.0, 5: 3.0}, {9: 4.0, 1000: 5.0}]
    assert paired.on_common_seeds(columns) == [(2.0, 4.0), (1.0, 5.0)]  # in seed order
    assert paired.on_common_seeds([{0: 1.0}, {1: 1.0}]) == []
    assert paired.on_common_seeds([]) == []


def test_pairing_takes_out_what_a_seed_does_to_both():
    rng = np.random.default_rng(1)
    base, difference, of_seed = rng.normal(size=5), 0.01 + 0.001 * rng.normal(size=5), 100 * rng.normal(size=5)
    intervals = []
    for shared in (0 * of_seed, of_seed):
        theirs, ours = base + shared, base + shared + difference
        rows = [
            made_report.none(seeds=(0, 1, 2, 3, 4), bce=tuple(theirs)),
            made_report.mmd(1.0, seeds=(4, 3, 2, 1, 0), bce=tuple(ours[::-1])),  # in another order
        ]
        found = paired.differences(rows, "none")["mmd-a0.6-s1"].metrics["bce"]
        intervals.append([found.mean, found.low, found.high])
        assert found.n == 5
    assert intervals[1] == pytest.approx(intervals[0], abs=1e-12)
    assert intervals[1][1] > 0.005


def test_differences_are_of_common_seeds_and_metrics_and_none_where_there_are_none():
    rows = [
        made_report.none(seeds=(0, 1), bce=(0.3, 0.4), psnr=(None, None)),
        made_report.mmd(1.0, seeds=(1, 2), bce=(0.5, 0.9), psnr=(20.0, 21.0), mse=0.1),
        made_report.mmd(2.0, seeds=(7,), bce=0.2),
    ]
    found = paired.differences(rows, "none")
    assert (found["none"], found["mmd-a0.6-s2"]) == (None, None)
    only = {"bce": Difference(mean=0.5 - 0.4, low=None, high=None, n=1)}
    assert found["mmd-a0.6-s1"] == Differences(reference="none", metrics=only)
    assert set(paired.differences(rows[1:], "none").values()) == {None}
