"""The range of sigma in which a kernel is alive: against SciPy's chi², and against the state of the kernels."""

import itertools
import math

import numpy as np
import pytest
import reference
from scipy import optimize, stats

from mmdvae.measures import kernel_health, live_range

DIMS = (1, 2, 8, 32)


def test_the_median_distance_of_the_prior_is_that_of_the_decision_page():
    assert live_range.median_distance_of_prior(8) == pytest.approx(3.83, abs=0.005)


@pytest.mark.parametrize("dim", DIMS)
def test_the_priors_median_distance_and_range_are_where_chi_squared_says(dim):
    # |a - b|² is 2 chi², so k > 0.01 where chi² < -sigma² log 0.01: true of one pair in twenty at the low end; and
    # k < 0.99 where chi² > -sigma² log 0.99: true of one in twenty at the high end.
    def above(sigma, k):
        return stats.chi2.cdf(-(sigma**2) * math.log(k), dim)

    low = optimize.brentq(lambda sigma: above(sigma, 0.01) - 0.05, 1e-4, 1e3, xtol=1e-12)
    high = optimize.brentq(lambda sigma: 1 - above(sigma, 0.99) - 0.05, 1e-4, 1e3, xtol=1e-12)
    assert live_range.of_prior(dim) == pytest.approx((low, high), rel=1e-8)
    median = live_range.median_distance_of_prior(dim)
    assert stats.chi2.cdf(median**2 / 2, dim) == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize("dim", DIMS)
def test_at_the_ends_one_pair_in_twenty_is_alive(dim):
    # Of the one pair in twenty above 0.01 some may also be above 0.99, but hardly any is.
    tolerance = 0.05 if dim == 1 else 0.003
    for sigma in live_range.of_prior(dim):
        assert reference.gaussian_kernel_share(sigma, dim, 0.01, 0.99) == pytest.approx(0.05, rel=tolerance)


def test_of_codes_is_its_definition_over_pairs_with_a_code():
    rng = np.random.default_rng(0)
    z, prior = 3 * rng.normal(size=(30, 4)), rng.normal(size=(40, 4))
    within = [math.dist(a, b) for a, b in itertools.permutations(z, 2)]
    distances = np.array(within + [math.dist(a, b) for a, b in itertools.product(z, prior)])
    near, median, far = np.quantile(distances, [0.05, 0.5, 0.95])
    assert live_range.of_codes(z, prior) == pytest.approx(
        {
            "live_sigma_low": near / math.sqrt(2 * math.log(100)),
            "live_sigma_high": far / math.sqrt(2 * math.log(100 / 99)),
            "median_distance": median,
        },
        rel=2e-3,  # the code interpolates quantiles of squared distances, this test of distances
    )


def test_codes_that_follow_the_prior_have_its_range():
    rng = np.random.default_rng(1)
    n, dim = 1000, 8
    found = live_range.of_codes(rng.normal(size=(n, dim)), rng.normal(size=(n, dim)))
    low, high = live_range.of_prior(dim)
    expected = zip(
        found.values(), (low, high, live_range.median_distance_of_prior(dim)), (0.05, 0.95, 0.5), strict=True
    )
    for value, truth, share in expected:
        # The variance of a mean over pairs of n points is at most 2 / n of that of one pair (Hoeffding 1948).
        chi2 = stats.chi2.ppf(share, dim)
        relative_error = math.sqrt(2 * share * (1 - share) / n) / stats.chi2.pdf(chi2, dim) / chi2 / 2
        assert value == pytest.approx(truth, rel=4 * relative_error)


def test_only_the_first_thousand_count():
    rng = np.random.default_rng(2)
    z, prior = rng.normal(size=(1200, 2)), rng.normal(size=(1100, 2))
    assert live_range.of_codes(z, prior) == live_range.of_codes(z[:1000], prior[:1000])
    z[1000:], prior[1000:] = 1e6, 1e6
    assert live_range.of_codes(z, prior) == live_range.of_codes(z[:1000], prior[:1000])


@pytest.mark.parametrize("spread", [0.3, 1.0, 12.0])
def test_a_kernels_state_changes_across_the_ends(spread):
    rng = np.random.default_rng(3)
    z, prior = spread * rng.normal(size=(500, 8)), rng.normal(size=(500, 8))
    found = live_range.of_codes(z, prior)
    low, high = found["live_sigma_low"], found["live_sigma_high"]

    def state(sigma):
        def kernel(x, y):
            return np.exp(-np.sum((x[:, None] - y[None]) ** 2, axis=-1) / (2 * sigma**2))

        return kernel_health.of_kernel(kernel, z, prior)["kernel_state"]

    states = [state(sigma) for sigma in (0.99 * low, 1.01 * low, math.sqrt(low * high), 0.99 * high, 1.01 * high)]
    assert states == ["saturated", "live", "live", "live", "flat"]


def test_pairs_of_a_point_with_itself_are_left_out():
    pairs = np.arange(6).reshape(2, 3)
    assert live_range.without_diagonal(pairs).tolist() == [1, 2, 3, 5]
