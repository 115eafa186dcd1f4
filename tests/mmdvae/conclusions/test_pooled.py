"""The analysis of variant and seed: special cases with known answers, and how often its intervals cover the truth."""

import math

import numpy as np
import pytest
from made_report import dead, kl, mmd, none
from scipy import stats

from mmdvae.conclusions.pooled import Panel

D = 8


def panel(*variants, ratios=False):
    return Panel(variants, ratios=ratios)


def between(found, one, other, metric="mse"):
    return found.effect({(one, metric): 1.0, (other, metric): -1.0})


def strong(rows, metric="mse"):
    """Strong kernels, one per row of numbers."""
    return [mmd(2 + 0.1 * i, **{metric: tuple(row)}) for i, row in enumerate(rows.tolist())]


def names(count):
    return [f"mmd-a0.6-s{2 + 0.1 * i:g}" for i in range(count)]


@pytest.mark.parametrize("n", [3, 4, 7])
def test_between_two_single_variants_it_is_the_paired_t_test(n):
    one, other = np.random.default_rng(n).normal(size=(2, n))
    found = between(panel(none(mse=tuple(one)), kl(mse=tuple(other))), "none", "kl-a0.5")
    expected = stats.ttest_rel(one, other)
    assert found.interval() == pytest.approx(tuple(expected.confidence_interval(0.95)), rel=1e-9)
    assert found.p == pytest.approx(expected.pvalue, rel=1e-9)
    assert (found.df, found.n) == (n - 1, n)


def test_within_a_kind_it_is_the_contrast_of_a_two_way_analysis_of_variance():
    rng = np.random.default_rng(0)  # none of the variants happens to scatter more than the others
    rows = rng.normal(size=(5, 4)) + 100 * rng.normal(size=4) + np.arange(5)[:, None]
    found = between(panel(*strong(rows)), *names(2))
    variant, seed = (index.ravel() for index in np.indices(rows.shape))
    design = np.column_stack([variant[:, None] == np.arange(5), seed[:, None] == np.arange(1, 4)]).astype(float)
    fitted, residual, *_ = np.linalg.lstsq(design, rows.ravel(), rcond=None)
    variance = residual[0] / (20 - 8) * np.linalg.inv(design.T @ design)
    assert found.mean == pytest.approx(fitted[0] - fitted[1])
    assert found.error == pytest.approx(math.sqrt(variance[0, 0] + variance[1, 1] - 2 * variance[0, 1]))
    assert found.df == 12


@pytest.mark.parametrize("seeds", [1, 2])
def test_one_or_two_seeds_have_a_mean_and_no_error(seeds):
    found = between(panel(*strong(np.ones((6, seeds)))), *names(2))
    assert (found.mean, found.error, found.n) == (0, None, seeds)


def test_equal_numbers_differ_by_exactly_nothing():
    for value in (0.1, 0.3997970547805012, 1e-7):
        found = between(panel(none(mse=value), *strong(np.full((4, 7), value))), "none", names(1)[0])
        assert (found.mean, found.error) == (0.0, pytest.approx(0.0, abs=1e-15))  # fmean would leave a difference


def test_seeds_are_matched_by_their_number_and_only_common_ones_count():
    found = panel(none(seeds=(0, 1), mse=(0.3, 0.4)), kl(seeds=(1, 2), mse=(0.5, 0.9)), dead(0.1, seeds=(7,), mse=1.0))
    assert between(found, "kl-a0.5", "none").mean == pytest.approx(0.1)
    assert between(found, "none", "mmd-a0.6-s0.1") is None


def test_a_ratio_is_a_difference_of_logarithms():
    found = panel(none(mse=(1.0, 2.0, 4.0)), kl(mse=(2.0, 8.0, 4.0)), ratios=True)
    assert between(found, "kl-a0.5", "none").mean == pytest.approx(math.log(2 * 4 * 1) / 3)


# What the seeds do: to nothing, to each variant by itself, to all alike, and to each kind alike.
SHARED = {
    "nothing": lambda rng: (np.zeros(3), np.zeros(3)),
    "all alike": lambda rng: (shift := 3 * rng.normal(size=3), shift),
    "each kind": lambda rng: (3 * rng.normal(size=3), 3 * rng.normal(size=3)),
}


@pytest.mark.parametrize("shared", SHARED)
@pytest.mark.parametrize(
    ("sizes", "scatters"), [((1, 1), (1, 1)), ((1, 6), (1, 1)), ((4, 8), (1, 0.1)), ((2, 3), (0.1, 1))]
)
def test_intervals_cover_the_truth_in_at_least_95_of_100_reports(shared, sizes, scatters):
    n, rng = 1_000, np.random.default_rng(0)
    missed = 0
    for _ in range(n):
        shifts = SHARED[shared](rng)
        plain, ours = (
            shift + scatter * rng.normal(size=(size, 3))
            for shift, scatter, size in zip(shifts, scatters, sizes, strict=True)
        )
        others = [dead(10.0**-k, mse=tuple(row)) for k, row in enumerate(plain[1:], start=1)]
        found = between(panel(none(mse=tuple(plain[0])), *others, *strong(ours)), "none", names(1)[0])
        missed += found.p < 0.05
    # Four standard errors of 1,000 reports, and two in a hundred for Satterthwaite's degrees of freedom.
    assert missed / n < 0.05 + 4 * math.sqrt(0.05 * 0.95 / n) + 0.02


@pytest.mark.parametrize("ratio", [2, 5])
@pytest.mark.parametrize("size", [4, 12])
def test_a_variant_that_scatters_more_than_the_others_is_not_flattered_much(size, ratio):
    n, rng, missed = 1_000, np.random.default_rng(0), 0
    for _ in range(n):
        rows = rng.normal(size=(size, 3))
        rows[0] *= ratio
        missed += between(panel(*strong(rows)), *names(2)).p < 0.05
    assert missed / n < 0.07 + 4 * math.sqrt(0.07 * 0.93 / n)  # 0.10 with the pool's variance alone, up to 0.2


def test_pooling_makes_intervals_narrower_whether_seeds_are_shared_or_not():
    rng, widths = np.random.default_rng(1), []
    for _ in range(200):
        rows = rng.normal(size=(10, 3)) + rng.choice([0, 3]) * rng.normal(size=3)
        pooled, alone = (between(panel(*strong(some)), *names(2)).interval() for some in (rows, rows[:2]))
        widths.append((pooled[1] - pooled[0], alone[1] - alone[0]))
    pooled, alone = np.median(widths, axis=0)
    assert pooled < 0.75 * alone


def test_a_variant_that_scatters_more_than_its_kind_keeps_its_own_interval():
    rng = np.random.default_rng(2)
    rows = 0.01 * rng.normal(size=(8, 3))
    rows[0] += (-1.0, 0.0, 1.0)
    found = panel(none(mse=(0.0, 0.0, 0.0)), *strong(rows))
    wild, tame = (between(found, name, "none") for name in names(2))
    assert wild.interval() == pytest.approx(tuple(stats.ttest_1samp(rows[0], 0).confidence_interval(0.95)))
    assert tame.interval()[1] - tame.interval()[0] < 0.1


def test_two_variants_that_scatter_do_not_hide_each_other():
    rows = 0.01 * np.random.default_rng(2).normal(size=(6, 3))
    rows[:2] += (-1.0, 0.0, 1.0)
    found = panel(none(mse=(0.0, 0.0, 0.0)), *strong(rows))
    assert between(found, names(3)[2], "none").error < 0.02


def test_weights_of_an_interpolation_add_up():
    rows = np.random.default_rng(0).normal(size=(3, 4))  # again none
    found = panel(*strong(rows)).effect(
        {(names(3)[0], "mse"): 1.0, (names(3)[1], "mse"): -0.25, (names(3)[2], "mse"): -0.75}
    )
    residuals = rows - rows.mean(axis=0) - rows.mean(axis=1, keepdims=True) + rows.mean()
    variance = np.square(residuals).sum() / 6
    assert found.error == pytest.approx(math.sqrt(variance * (1 + 0.0625 + 0.5625) / 4))


@pytest.mark.parametrize("size", [1e-90, 1e78, 1e160])
def test_numbers_at_the_ends_of_their_range_stop_nothing(size):
    found = between(panel(none(mse=(size, 2 * size, 3.1 * size)), kl(mse=(size, size, 2 * size))), "none", "kl-a0.5")
    assert found.error is None or math.isfinite(found.error)


def test_two_metrics_can_be_compared():
    found = panel(none(sliced_w2_white=(1.0, 1.1, 0.9)), mmd(2.83, sliced_w2=(0.5, 0.6, 0.4))).effect(
        {("mmd-a0.6-s2.83", "sliced_w2"): 1.0, ("none", "sliced_w2_white"): -1.0}
    )
    assert (found.mean, found.error) == (pytest.approx(-0.5), pytest.approx(0.0, abs=1e-9))
