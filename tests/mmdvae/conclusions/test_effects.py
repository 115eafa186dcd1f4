"""Intervals, one-sided p-values and their correction, against SciPy and by hand."""

import itertools
import math

import made_report
import numpy as np
import pytest
from scipy import stats

from mmdvae.conclusions.effects import Effect, by_seed, holm, logarithms, on_common_seeds

FOUND = Effect(mean=3.0, error=math.sqrt(7 / 3), df=2.0, n=3)  # of 1, 2, 6: mean 3, variance (4 + 1 + 9) / 2 = 7
UNKNOWN = Effect(mean=3.0, error=None, df=0.0, n=2)


def test_the_interval_by_hand():
    # t with 2 degrees of freedom at 0.975 is 0.95 sqrt(2 / (1 - 0.95²)).
    half = 0.95 * math.sqrt(2 / (1 - 0.95**2)) * math.sqrt(7 / 3)
    assert FOUND.interval() == pytest.approx((3 - half, 3 + half), rel=1e-12)


@pytest.mark.parametrize("level", [0.9, 0.95, 0.995])
@pytest.mark.parametrize("df", [2.0, 4.6, 18.0])
def test_the_interval_is_scipys(level, df):
    found = Effect(mean=-1.0, error=0.3, df=df, n=3)
    assert found.interval(level) == pytest.approx(stats.t.interval(level, df, loc=-1.0, scale=0.3), rel=1e-12)


def test_a_p_value_is_below_its_level_exactly_where_the_interval_excludes_the_border():
    low, high = FOUND.interval(0.95)
    for shift, sure in ((-1e-9, True), (1e-9, False)):
        assert (FOUND.p_above(low + shift) <= 0.025) is sure
        assert (FOUND.p_below(high - shift) <= 0.025) is sure
    assert FOUND.p == pytest.approx(stats.ttest_1samp([1.0, 2.0, 6.0], 0).pvalue, rel=1e-12)
    assert FOUND.p_above(1.0) == pytest.approx(
        stats.ttest_1samp([1.0, 2.0, 6.0], 1.0, alternative="greater").pvalue, rel=1e-12
    )


def test_without_an_error_nothing_is_sure():
    assert (UNKNOWN.interval(), UNKNOWN.p) == (None, None)
    assert UNKNOWN.p_above(-1e9) == UNKNOWN.p_below(1e9) == 1.0


def test_equal_numbers_are_neither_above_nor_below_themselves():
    same = Effect(mean=0.3, error=0.0, df=2.0, n=3)
    assert same.interval() == (0.3, 0.3)
    assert (same.p_above(0.3), same.p_below(0.3)) == (1.0, 1.0)
    assert (same.p_above(0.2), same.p_below(0.4)) == (0.0, 0.0)
    assert Effect(mean=0.0, error=0.0, df=2.0, n=3).p == 1.0


def test_holm_by_hand_and_against_all_intersections():
    assert holm([]) == []
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    rng = np.random.default_rng(0)
    for _ in range(20):
        p = (rng.random(5) ** 3).tolist()
        # Closed testing: a hypothesis is as sure as the least sure Bonferroni test of any set that contains it.
        sets = [one for size in range(1, 6) for one in itertools.combinations(range(5), size)]
        closed = [
            max(min(1.0, len(one) * min(p[i] for i in one)) for one in sets if place in one) for place in range(5)
        ]
        assert holm(p) == pytest.approx(closed)


def test_only_finite_numbers_count():
    row = made_report.entry("a", seeds=(4, 5, 6, 7), bce=(0.3, None, math.nan, 1), kernel_state="live")
    assert by_seed(row, "bce") == {4: 0.3, 7: 1.0}
    assert by_seed(row, "kernel_state") == {}
    assert by_seed(row, "mse") == {}


def test_rows_are_of_the_seeds_that_all_have():
    columns = [{1000: 1.0, 9: 2.0, 5: 3.0}, {9: 4.0, 1000: 5.0}]
    assert on_common_seeds(columns) == [(2.0, 4.0), (1.0, 5.0)]  # in seed order
    assert on_common_seeds([{0: 1.0}, {1: 1.0}]) == []
    assert on_common_seeds([]) == []


def test_what_has_no_logarithm_is_left_out():
    assert logarithms({0: math.e, 1: 0.0, 2: -1.0}) == {0: 1.0}
