import itertools
import math

import numpy as np
import pytest
import reference
from scipy import stats

from mmdvae.measures import dispersion


@pytest.fixture
def posteriors():
    rng = np.random.default_rng(0)
    means = rng.normal(1.0, [3.0, 1.0, 0.5, 0.05], (40, 4)) @ rng.normal(size=(4, 4))
    return means.astype("float32"), rng.normal(-1.0, 1.0, (40, 4)).astype("float32")


def corners(d):
    return np.array(list(itertools.product([-1.0, 1.0], repeat=d)))  # their covariance is the identity


def test_the_numbers_equal_their_definitions(posteriors):
    means, log_variances = (array.astype("float64") for array in posteriors)
    between = reference.covariance(means)
    within = [math.fsum(map(math.exp, column)) / len(column) for column in log_variances.T]
    covariance = between + np.diag(within)
    assert dispersion.of_codes(*posteriors) == pytest.approx(
        {
            "total_variance": np.trace(covariance),
            "variance_of_means": np.trace(between),
            "posterior_variance": sum(within),
            "logdet_cov": math.log(np.linalg.det(covariance)),
            "participation_ratio": np.trace(covariance) ** 2 / np.sum(covariance**2),  # |C|² is the sum of l²
            "mean_norm": math.hypot(*(sum(column) / len(column) for column in means.T)),
            "active_units": sum(between[k, k] > 0.01 for k in range(4)),
            "gaussian_w2": reference.gaussian_w2(means.mean(axis=0), covariance),
            "gaussian_kl": reference.gaussian_kl(means.mean(axis=0), covariance),
        },
        rel=1e-9,
    )


def test_the_prior_itself_has_the_values_of_a_standard_normal():
    # Corners of a cube with half-side 0.6 (variance 0.36) plus posterior variance 0.64 give covariance I.
    got = dispersion.of_codes(0.6 * corners(8), np.full((256, 8), math.log(0.64)))
    assert got == pytest.approx(
        {
            "total_variance": 8.0,
            "variance_of_means": 8 * 0.36,
            "posterior_variance": 8 * 0.64,
            "logdet_cov": 0.0,
            "participation_ratio": 8.0,
            "mean_norm": 0.0,
            "active_units": 8,
            "gaussian_w2": 0.0,
            "gaussian_kl": 0.0,
        },
        abs=1e-12,
    )


def test_a_shift_moves_the_mean_and_nothing_else(posteriors):
    means, log_variances = posteriors[0].astype("float64"), posteriors[1]
    shift = np.array([3.0, 0.0, 4.0, 0.0])
    before = dispersion.of_codes(means - means.mean(axis=0), log_variances)
    after = dispersion.of_codes(means - means.mean(axis=0) + shift, log_variances)
    assert after.pop("mean_norm") == pytest.approx(5.0, rel=1e-12)
    assert before.pop("mean_norm") == pytest.approx(0.0, abs=1e-12)
    assert after.pop("gaussian_w2") ** 2 - before.pop("gaussian_w2") ** 2 == pytest.approx(25.0, rel=1e-9)
    assert after.pop("gaussian_kl") - before.pop("gaussian_kl") == pytest.approx(12.5, rel=1e-9)
    assert after == pytest.approx(before, rel=1e-9)


def test_float32_codes_far_from_the_origin_keep_their_spread():
    means = (corners(2) + 4096).astype("float32")  # squares of 1.7e7: float32 sums would lose units
    assert dispersion.of_codes(means, np.full((4, 2), -100.0))["variance_of_means"] == pytest.approx(2.0, rel=1e-12)


def test_a_unit_is_active_above_a_variance_of_one_hundredth():
    means = corners(3) * [0.0, 0.0999, 0.1001]
    assert dispersion.of_codes(means, np.zeros((8, 3)))["active_units"] == 1


def test_codes_in_a_plane_have_no_volume():
    means = corners(3) * [1.0, 1.0, 0.0]
    got = dispersion.of_codes(means, np.full((8, 3), -np.inf))
    assert got["logdet_cov"] == -math.inf
    assert got["gaussian_kl"] == math.inf
    assert got["gaussian_w2"] == pytest.approx(1.0)  # two axes match the prior, the third has variance 0
    assert got["participation_ratio"] == pytest.approx(2.0)


def test_one_point_without_variance_has_no_participation_ratio():
    assert math.isnan(dispersion.of_codes(np.ones((1, 3)), np.full((1, 3), -np.inf))["participation_ratio"])


def test_eigenvalues_are_those_of_the_covariance_largest_first(posteriors):
    means, log_variances = posteriors
    covariance = reference.covariance(means.astype("float64"))
    covariance += np.diag(np.exp(log_variances.astype("float64")).mean(axis=0))
    got = dispersion.eigenvalues(means, log_variances)
    powers = [np.trace(np.linalg.matrix_power(covariance, k)) for k in (1, 2, 3, 4)]
    np.testing.assert_allclose([np.sum(got**k) for k in (1, 2, 3, 4)], powers, rtol=1e-9)  # 4 sums fix 4 values
    assert list(got) == sorted(got, reverse=True)


def test_eigenvalues_of_stretched_corners_are_the_squares_of_the_stretch():
    got = dispersion.eigenvalues(corners(3) * [1.0, 3.0, 2.0], np.full((8, 3), math.log(0.5)))
    np.testing.assert_allclose(got, [9.5, 4.5, 1.5], rtol=1e-12)


@pytest.mark.parametrize(("q", "w2_squared", "kl", "logdet"), [(11.8, 933, 533, 39.5), (1.0, 0, 0, 0)])
def test_a_wider_prior_is_as_far_away_as_published(q, w2_squared, kl, logdet):
    got = dispersion.of_codes(q * corners(8), np.full((256, 8), -np.inf))
    assert got["gaussian_w2"] ** 2 == pytest.approx(8 * (q - 1) ** 2, abs=1e-9)
    assert got["gaussian_w2"] ** 2 == pytest.approx(w2_squared, abs=0.5)
    assert got["gaussian_kl"] == pytest.approx(kl, abs=0.5)
    assert got["logdet_cov"] == pytest.approx(logdet, abs=0.05)


def test_the_divergence_of_a_normal_is_the_mean_of_its_log_ratio():
    rng = np.random.default_rng(0)
    mean, stretch = np.array([0.5, -1.0]), np.array([2.0, 0.5])
    z = mean + stretch * rng.standard_normal((20_000, 2))
    logs = stats.multivariate_normal(mean, np.diag(stretch**2)).logpdf(z) - stats.multivariate_normal(
        [0, 0], np.eye(2)
    ).logpdf(z)
    got = dispersion.gaussian_kl(float(np.linalg.norm(mean)), stretch**2)
    assert got == pytest.approx(np.mean(logs), abs=4 * np.std(logs) / np.sqrt(len(logs)))
