from functools import partial

import numpy as np
import pytest
import reference

from mmdvae import mmd
from mmdvae.kernels import gaussian, imq_mixture
from mmdvae.measures import mardia, prior_match, sliced_wasserstein

FLOAT32 = 4e-6  # training's kernel entries are within 1e-6 of float64, and MMD² sums four means of them


@pytest.fixture
def samples():
    rng = np.random.default_rng(0)
    return rng.normal(1.0, 2.0, (30, 3)).astype("float32"), rng.normal(size=(20, 3)).astype("float32")


def test_mmd2_equals_its_definition(samples):
    expected = reference.mmd2_unbiased(*samples, reference.imq7_kernel)
    assert prior_match.mmd2(*samples) == pytest.approx(expected, abs=1e-14)


def test_mmd2_of_many_points_equals_the_means_of_whole_kernel_matrices():
    rng = np.random.default_rng(3)
    z, prior = rng.normal(1e3, 2.0, (620, 8)), rng.normal(size=(510, 8))  # more than a block, far from the origin

    def kernel(a, b):
        squared = ((a[:, None] - b) ** 2).sum(axis=-1)
        return np.mean([c / (c + squared) for c in 16 * np.array(reference.WAE_FACTORS)], axis=0)

    within = [(kernel(x, x).sum() - len(x)) / (len(x) * (len(x) - 1)) for x in (z, prior)]
    assert prior_match.mmd2(z, prior) == pytest.approx(sum(within) - 2 * kernel(z, prior).mean(), abs=1e-14)


def test_mmd2_equals_that_of_the_training(samples):
    expected = float(mmd.mmd2(*samples, partial(imq_mixture, dim=3)))
    assert prior_match.mmd2(*samples) == pytest.approx(expected, abs=2 * FLOAT32)


@pytest.mark.parametrize("q", [1.0, 2.0, 3.0, 11.8])
def test_mmd2_of_a_wider_gaussian_is_on_average_what_integration_gives(q):
    rng = np.random.default_rng(0)
    draws = [rng.standard_normal((2, 250, 8)).astype("float32") for _ in range(16)]
    found = [prior_match.mmd2(np.float32(q) * z, prior) for z, prior in draws]
    standard_error = np.std(found, ddof=1) / np.sqrt(len(found))
    assert np.mean(found) == pytest.approx(reference.imq7_mmd2_of_gaussian(q, 8), abs=5 * standard_error)


@pytest.mark.parametrize(("q", "summed"), [(2, 0.52), (3, 1.20), (11.8, 3.19)])
def test_the_integral_is_a_seventh_of_the_published_values_for_the_sum(q, summed):
    # Tolerance is one unit of the last digit, as 3.1978 was truncated, not rounded, to 3.19.
    assert 7 * reference.imq7_mmd2_of_gaussian(q, 8) == pytest.approx(summed, abs=0.01)


def test_a_single_code_has_no_mmd2_and_no_test_of_it(samples):
    assert np.isnan(prior_match.mmd2(samples[0][:1], samples[1]))
    assert np.isnan(prior_match.permutation_p(samples[0][:1], samples[1], seed=0))


def test_the_kernel_matrix_is_the_same_in_blocks_as_in_one(samples, monkeypatch):
    kernel = partial(gaussian, bandwidth=1.5)
    whole = np.asarray(kernel(*samples))
    for block in (1, 7, 10, 1000):
        monkeypatch.setattr(prior_match, "BLOCK", block)
        np.testing.assert_allclose(prior_match.kernel_matrix(*samples, kernel), whole, atol=1e-6)


def test_the_kernel_matrix_of_a_set_with_itself_asks_for_each_pair_of_blocks_once(samples, monkeypatch):
    monkeypatch.setattr(prior_match, "BLOCK", 7)
    asked = []

    def kernel(x, y):
        asked.append(len(x) * len(y))
        return gaussian(x, y, bandwidth=1.5)

    x = samples[0]
    found = prior_match.kernel_matrix(x, x, kernel)
    np.testing.assert_allclose(found, np.asarray(gaussian(x, x, bandwidth=1.5)), atol=1e-6)
    np.testing.assert_array_equal(found, found.T)
    assert sum(asked) < 0.75 * len(x) ** 2


def test_the_mean_of_pairs_leaves_the_diagonal_out():
    assert prior_match.off_diagonal_mean(np.array([[100.0, 1.0], [3.0, 100.0]])) == 2.0


def test_drawn_codes_have_the_moments_of_their_posteriors():
    n, mean, log_variance = 20_000, np.array([-5.0, 7.0]), np.log([0.25, 9.0])
    z = prior_match.draw_codes(np.tile(mean, (n, 1)), np.tile(log_variance, (n, 1)), seed=0)
    variance = np.exp(log_variance)
    assert np.all(np.abs(z.mean(axis=0) - mean) < 5 * np.sqrt(variance / n))
    assert np.all(np.abs(z.var(axis=0) - variance) < 5 * variance * np.sqrt(2 / n))
    assert abs(np.corrcoef(z.T)[0, 1]) < 5 / np.sqrt(n)


def test_codes_without_variance_are_their_means_in_another_order():
    means = np.arange(100.0).reshape(50, 2)
    z = prior_match.draw_codes(means, np.full_like(means, -np.inf), seed=0)
    assert sorted(map(tuple, z)) == sorted(map(tuple, means))
    assert np.any(z[:20, 0] > 2 * 20)  # the first twenty come from all rows, as data may be sorted by class


def test_draws_depend_on_their_seed_alone():
    means = np.zeros((10, 3))
    for draw in (partial(prior_match.draw_codes, means, means), partial(prior_match.draw_prior, 10, 3)):
        np.testing.assert_array_equal(draw(seed=1), draw(seed=1))
        assert np.any(draw(seed=1) != draw(seed=2))


def test_the_p_value_counts_deals_that_are_as_far_apart(samples, monkeypatch):
    monkeypatch.setattr(prior_match, "PERMUTATIONS", 40)
    z, prior = samples[0][:12], samples[1][:9]
    pooled, rng = np.concatenate([z, prior]), np.random.default_rng(3)
    observed = prior_match.mmd2(z, prior)
    deals = [rng.permutation(21)[:12] for _ in range(40)]
    found = [prior_match.mmd2(pooled[hand], np.delete(pooled, hand, axis=0)) for hand in deals]
    as_far = sum(value >= observed - 1e-12 for value in found)
    assert prior_match.permutation_p(z, prior, seed=3) == pytest.approx((1 + as_far) / 41, rel=1e-12)


def test_under_the_prior_one_test_in_twenty_rejects(monkeypatch):
    monkeypatch.setattr(prior_match, "PERMUTATIONS", 199)  # then p <= 0.05 for exactly 10 of 200 ranks
    rng, draws = np.random.default_rng(0), 400
    values = [prior_match.permutation_p(*rng.standard_normal((2, 30, 8)), seed=seed) for seed in range(draws)]
    error = np.sqrt(0.05 * 0.95 / draws)
    assert np.mean(np.array(values) <= 0.05) == pytest.approx(0.05, abs=3 * error)
    assert np.mean(values) == pytest.approx(0.5, abs=4 * np.sqrt(1 / 12 / draws))


def test_a_shifted_sample_is_as_unlikely_as_can_be():
    rng = np.random.default_rng(0)
    assert prior_match.permutation_p(rng.standard_normal((200, 8)) + 1, rng.standard_normal((200, 8)), seed=0) == 0.001


def test_all_measures_of_codes_are_those_of_their_parts():
    z = np.random.default_rng(0).gamma(2.0, size=(1200, 4)).astype("float32")
    prior = prior_match.draw_prior(1200, 4, seed=prior_match.PRIOR_SEED)
    got = prior_match.of_codes(z)
    assert got["mmd2"] == prior_match.mmd2(z, prior)
    assert got["mmd2_p"] == prior_match.permutation_p(z[:1000], prior[:1000], seed=prior_match.PRIOR_SEED) == 0.001
    assert got["sliced_w2"] == sliced_wasserstein.sliced_w2(z)
    assert {name: got[name] for name in ("mardia_skewness", "mardia_kurtosis")} == mardia.mardia(z)


def test_draws_of_the_prior_follow_the_prior():
    got = prior_match.of_codes(prior_match.draw_prior(3000, 8, seed=4))
    assert abs(got["mmd2"]) < 5 * 6e-5
    assert got["mmd2_p"] > 0.001
    assert got["sliced_w2"] < 2 * np.sqrt(3 / 3000)
