import math

import numpy as np
import pytest

from mmdvae.measures import jackknife, sample_quality
from mmdvae.measures.jackknife import standard_deviation, without_blocks


@pytest.mark.parametrize("n", [1, 3, 20, 24, 119, 5000])
def test_blocks_are_of_nearly_one_size_and_hold_every_draw(n):
    numbers = jackknife.block_numbers(n)
    sizes = np.bincount(numbers)
    assert (len(numbers), len(sizes)) == (n, min(20, n))
    assert sizes.max() - sizes.min() <= 1
    np.testing.assert_array_equal(np.flatnonzero(np.diff(numbers, prepend=-1)), jackknife.starts(n))


def test_of_a_mean_it_is_the_standard_error_from_block_means():
    draws = np.random.default_rng(0).normal(size=(400, 1))
    blocks = draws.reshape(20, 20).mean(axis=1)
    expected = blocks.std(ddof=1) / math.sqrt(20)
    assert standard_deviation(without_blocks(lambda x: float(x.mean()), draws)) == pytest.approx(expected, rel=1e-9)


def test_too_few_draws_have_no_deviation_and_equal_ones_have_none_to_speak_of():
    assert math.isnan(standard_deviation(np.array([1.0])))
    assert standard_deviation(without_blocks(lambda x: float(x.mean()), np.ones((50, 1)))) == 0


def test_what_is_left_out_of_each_metric_is_what_the_metric_is_without_it():
    rng = np.random.default_rng(0)
    real, made = rng.normal(size=(70, 3)), rng.normal(0.5, 1.3, (70, 3))
    got = sample_quality.judged(real, made, np.zeros(70))
    parts = {
        "fid": sample_quality.frechet,
        "density": lambda x, y: sample_quality.density_and_coverage(x, y)[0],
        "coverage": lambda x, y: sample_quality.density_and_coverage(x, y)[1],
        "kid": kernel_distance_of_all,
    }
    for name, figure in parts.items():
        expected = standard_deviation(without_blocks(lambda y, figure=figure: figure(real, y), made))
        assert got[f"{name}_noise"] == pytest.approx(expected, rel=1e-9), name


def kernel_distance_of_all(x, y):
    k_xx, k_yy, k_xy = ((a @ b.T / x.shape[1] + 1) ** 3 for a, b in ((x, x), (y, y), (x, y)))
    within = [(k.sum() - np.trace(k)) / (len(k) * (len(k) - 1)) for k in (k_xx, k_yy)]
    return sum(within) - 2 * k_xy.mean()


@pytest.mark.parametrize("shift", [0.0, 0.8])
def test_the_noise_is_that_of_other_draws_and_never_less(shift, monkeypatch):
    # A jackknife counts terms of second order in the draws twice (Efron and Stein): where a distance is nearly 0 and
    # has no others, the deviation is too large by up to sqrt(2). Coverage, no smooth function, has terms of all orders:
    # too large without such a limit where nearly all is covered. Of 200 redraws it is known to 1 / sqrt(400).
    monkeypatch.setattr(sample_quality, "SUBSET", 150)  # a subset is half of the images, so the subsets differ
    rng, n, redraws = np.random.default_rng(0), 300, 200
    mix, error = rng.normal(size=(6, 6)), 1 / math.sqrt(2 * redraws)

    def features(mean):  # rectified, mixed and correlated like a classifier's
        return np.maximum(rng.normal(mean, 1.0, (n, 6)) @ mix, 0)

    real = features(0.0)
    found = [sample_quality.judged(real, features(shift), np.zeros(n)) for _ in range(redraws)]
    for name in sample_quality.METRICS:
        true = np.std([one[name] for one in found], ddof=1)
        said = math.sqrt(np.mean([one[f"{name}_noise"] ** 2 for one in found]))
        most = 1.0 if shift else math.inf if name == "coverage" else math.sqrt(2)
        assert 1 - 4 * error < said / true < most + 4 * error, name
