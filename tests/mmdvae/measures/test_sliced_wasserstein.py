import numpy as np
import pytest
from scipy import integrate, stats

from mmdvae.measures.sliced_wasserstein import sliced_w2


def quantiles(n):
    return stats.norm.ppf((np.arange(n) + 0.5) / n)


def test_in_one_dimension_it_is_the_distance_between_quantile_functions():
    # W2² between a step function and the normal quantiles, by integrating (x(u) - q(u))² over u. The midpoint rule
    # leaves out the variance of q within the steps, which is the same integral for x = the means of q over the steps.
    z = np.random.default_rng(0).gamma(2.0, size=200)

    def squared(values):
        cells = np.sort(values)
        # Over the step from a to b: x² (b - a) - 2 x (φ(qa) - φ(qb)) + integral of q².
        a, b = np.arange(200) / 200, np.arange(1, 201) / 200
        first = stats.norm.pdf(stats.norm.ppf(a)) - stats.norm.pdf(stats.norm.ppf(b))
        return np.sum(cells**2 / 200 - 2 * cells * first) + 1

    means = 200 * (
        stats.norm.pdf(stats.norm.ppf(np.arange(200) / 200)) - stats.norm.pdf(stats.norm.ppf(np.arange(1, 201) / 200))
    )
    inner = squared(means)
    middle = np.abs(quantiles(200) - means).max()  # midpoint quantiles differ slightly from the step means
    exact, bound = np.sqrt(squared(z) - inner), middle
    assert sliced_w2(z[:, None]) == pytest.approx(exact, abs=bound)


@pytest.mark.parametrize(("scale", "shift"), [(1.0, 0.0), (3.0, 0.0), (0.2, 0.0), (1.0, 5.0), (2.0, -1.0)])
def test_of_a_scaled_and_shifted_normal_it_is_the_closed_form(scale, shift):
    points = quantiles(1001)
    expected = np.sqrt((scale - 1) ** 2 * np.mean(points**2) + shift**2)
    assert sliced_w2((scale * points + shift)[:, None]) == pytest.approx(expected, rel=1e-12)


def test_of_an_elongated_normal_it_is_the_integral_over_directions():
    # Along (cos a, sin a) the standard deviation of N(0, diag(9, 1)) is sqrt(9 cos² + sin²).
    def squared(a):
        return (np.sqrt(9 * np.cos(a) ** 2 + np.sin(a) ** 2) - 1) ** 2

    expected = integrate.quad(squared, 0, np.pi)[0] / np.pi
    of_directions = squared(np.linspace(0, np.pi, 4000)).std() / np.sqrt(500)
    n = 20_000
    z = np.random.default_rng(0).standard_normal((n, 2)) * [3.0, 1.0]
    of_draws = 2 * 3 * np.sqrt(1 / n) * 3  # d(W2²) = 2 (s - 1) ds, s <= 3, ds about s / sqrt(2 n)
    assert sliced_w2(z) ** 2 == pytest.approx(expected, abs=4 * np.hypot(of_directions, of_draws))


def test_draws_of_the_prior_are_as_far_from_it_as_in_one_dimension():
    # The projection of eight-dimensional draws on any direction is one-dimensional standard normal.
    rng, n = np.random.default_rng(0), 400
    squares = [n * np.mean((np.sort(rng.standard_normal(n)) - quantiles(n)) ** 2) for _ in range(2000)]
    found = [n * sliced_w2(rng.standard_normal((n, 8)), seed=seed) ** 2 for seed in range(20)]
    error = np.hypot(np.std(squares) / np.sqrt(2000), np.std(found) / np.sqrt(20))
    assert np.mean(found) == pytest.approx(np.mean(squares), abs=4 * error)
    assert np.mean(found) == pytest.approx(3, abs=0.5)  # sqrt(3 / n), as in the docstring


def test_it_does_not_look_at_the_order_or_turn_of_codes_and_draws_nothing_hidden():
    rng = np.random.default_rng(0)
    z = rng.gamma(2.0, size=(500, 4))
    assert sliced_w2(z) == sliced_w2(z)
    assert sliced_w2(rng.permutation(z)) == pytest.approx(sliced_w2(z), rel=1e-12)
    assert sliced_w2(z, seed=1) != sliced_w2(z)
    turn = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    assert sliced_w2(z @ turn) == pytest.approx(sliced_w2(z), rel=0.05)  # 500 other directions
