"""How hard a kernel pulls at the prior, against numerical integration, derivatives and real estimates of MMD²."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.spatial.distance import cdist
from scipy.stats import chi2

from mmdvae import kernel_mixtures, kernels
from mmdvae.measures import live_range, strength


def mmd2(kernel, q, dim):
    """MMD² between N(0, q² I) and N(0, I), from the distribution of the squared distance of two draws."""

    def expected(scale):  # two draws differ by N(0, scale I), so the squared distance is scale chi²
        return quad(lambda r: kernel(scale * r) * chi2.pdf(r, dim), 0, np.inf, epsabs=1e-13, limit=400)[0]

    return expected(2 * q**2) + expected(2) - 2 * expected(1 + q**2)


def gaussian(sigma):
    return lambda squared: math.exp(-squared / (2 * sigma**2))


def imq(dim):
    return lambda squared: kernels.imq_mixture_at(squared, dim=dim)


@pytest.mark.parametrize("dim", [2, 8, 16])
@pytest.mark.parametrize("q", [0.8, 1.25, 2.0])
def test_the_pull_is_the_derivative_of_mmd2(dim, q):
    step = 1e-3
    pairs = [(kernel_mixtures.gaussian(2.83), gaussian(2.83)), (kernel_mixtures.imq_mixture(dim), imq(dim))]
    for mixture, kernel in pairs:
        slope = (mmd2(kernel, q + step, dim) - mmd2(kernel, q - step, dim)) / (2 * step)
        # The central difference is off by step² / 6 times the third derivative, a few units here.
        assert strength.pull(mixture, q, dim) == pytest.approx(slope, abs=5e-6)


def test_there_is_no_pull_at_the_prior_and_it_points_inwards_on_both_sides():
    for mixture in (kernel_mixtures.gaussian(5.66), kernel_mixtures.imq_mixture(8)):
        assert strength.pull(mixture, 1.0, 8) == pytest.approx(0, abs=1e-12)
        assert strength.pull(mixture, 0.9, 8) < 0 < strength.pull(mixture, 1.1, 8)


def test_the_pull_falls_with_sigma_as_the_formula_of_wide_kernels_says():
    # k = 1 - r² / (2 h²) + r⁴ / (8 h⁴): the first term sees only means, so MMD² = d (d + 2) ... (q² - 1)² / h⁴ leads.
    ratio = strength.pull(kernel_mixtures.gaussian(2000.0), 1.25, 8) / strength.pull(
        kernel_mixtures.gaussian(1000.0), 1.25, 8
    )
    assert ratio == pytest.approx(1 / 16, rel=1e-4)
    at = [strength.pull(kernel_mixtures.gaussian(sigma), 1.1, 8) for sigma in (2.0, 20.0, 39.0, 0.77)]
    assert [round(at[0] / one, -1) for one in at[1:3]] == [670, 9440]
    assert at[3] / at[0] == pytest.approx(0.05, abs=0.005)


@pytest.mark.parametrize("sigma", [1.0, 2.83, 20.0])
def test_the_null_deviation_is_that_of_real_estimates(sigma):
    dim, n, rng = 8, 128, np.random.default_rng(0)
    found, h2 = [], sigma**2
    for _ in range(2_000):
        z = rng.standard_normal((n, dim))
        k = np.exp(-cdist(z, z, "sqeuclidean") / (2 * h2))
        towards = (h2 / (h2 + 1)) ** (dim / 2) * np.exp(-np.square(z).sum(axis=1) / (2 * (h2 + 1)))
        found.append((k.sum() - n) / (n * (n - 1)) - 2 * towards.mean())
    # Four standard errors of a standard deviation from 2,000 values with a little heavier tails: 4 * 1.5 / sqrt(4000).
    assert strength.null_sd(kernel_mixtures.gaussian(sigma), dim) == pytest.approx(np.std(found), rel=0.1)


def test_the_null_deviation_of_the_seven_scales_is_that_of_real_estimates():
    dim, n, rng = 8, 64, np.random.default_rng(1)
    big = rng.standard_normal((4_000, dim))
    k = kernels.imq_mixture_at(cdist(big, big, "sqeuclidean"), dim=dim)
    centred = k - k.mean(axis=0) - k.mean(axis=1, keepdims=True) + k.mean()
    np.fill_diagonal(centred, 0)
    expected = math.sqrt(2 / (n * (n - 1)) * np.square(centred).sum() / (4_000 * 3_999))
    # The mean of 8 million dependent values of 4,000 draws: about 1 / sqrt(4,000) of relative noise, times 4.
    assert strength.null_sd(kernel_mixtures.imq_mixture(dim), dim, n=n) == pytest.approx(expected, rel=0.06)


def test_dead_kernels_have_no_strength_and_no_rounding_gives_them_one():
    for sigma in (1e-20, 1e-4, 0.1, 1e4, 1e10, 1e20):
        assert 0 <= strength.strength(kernel_mixtures.gaussian(sigma), 8) < 0.01


@pytest.mark.parametrize("dim", [1, 2, 8, 64, 784])
def test_the_strong_range_lies_in_the_live_one_and_contains_sqrt_d(dim):
    (low, high), (alive_low, alive_high) = strength.strong_range(dim), live_range.of_prior(dim)
    assert alive_low <= low < math.sqrt(dim) < high <= alive_high * (1 + 1e-12)
    for end in (low, high):
        inside = strength.strength(kernel_mixtures.gaussian(end), dim)
        assert inside == pytest.approx(strength.STRONG, rel=1e-6) or end == pytest.approx(alive_high)


def test_what_is_known_before_training_agrees_with_trainings_in_eight_dimensions():
    # Trained with alpha 0.6 for two epochs, sigma 10, 20 and 39 ended at total variances of 9.2, 17 and 44 (prior: 8),
    # sigma 1 at 102; sigma 2.83, 3.83 and 5.66 at 8.1 to 8.9.
    known = {
        sigma: strength.before_training(kernel_mixtures.gaussian(sigma), 8)
        for sigma in (0.1, 1.0, 2.83, 3.83, 5.66, 10.0, 20.0, 39.0, 1e4)
    }
    assert [sigma for sigma, state in known.items() if state == "strong"] == [2.83, 3.83, 5.66, 10.0]
    assert [sigma for sigma, state in known.items() if state == "weak"] == [1.0, 20.0, 39.0]
    assert (known[0.1], known[1e4]) == ("saturated", "flat")
    assert strength.before_training(kernel_mixtures.imq_mixture(8), 8) == "strong"


@pytest.mark.parametrize("dim", [2, 8, 64])
def test_the_seven_scales_are_a_mixture_of_gaussians(dim):
    mixture = kernel_mixtures.imq_mixture(dim)
    assert mixture.weights.sum() == pytest.approx(1)
    squared = 2.0 * dim
    ours = mixture.weights @ np.exp(-squared / (2 * mixture.squared_bandwidths))
    assert ours == pytest.approx(kernels.imq_mixture_at(squared, dim=dim), abs=1e-9)


def test_an_unknown_kernel_has_no_mixture():
    assert kernel_mixtures.of(None, (), 8) is None
    assert kernel_mixtures.of("laplace", (1.0,), 8) is None


@pytest.mark.parametrize("dim", [1, 2, 8, 64, 1024])
def test_the_working_range_begins_at_the_root_and_ends_at_a_third_of_the_pull_there_or_where_strong_ends(dim):
    low, high = strength.working_range(dim)
    strong_low, strong_high = strength.strong_range(dim)
    assert low == pytest.approx(math.sqrt(dim))
    assert strong_low < low < high <= strong_high
    third = strength.strength(kernel_mixtures.gaussian(low), dim) / 3
    assert strength.strength(kernel_mixtures.gaussian(high), dim) == pytest.approx(
        max(third, strength.STRONG), rel=1e-6
    )
