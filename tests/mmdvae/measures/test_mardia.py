import numpy as np
import pytest

from mmdvae.measures import mardia as measure
from mmdvae.measures.mardia import mardia


def by_pairs(z):
    """Mardia's skewness and kurtosis by definition, pair by pair."""
    centred = z - z.mean(axis=0)
    inverse = np.linalg.inv(centred.T @ centred / len(z))
    products = [[float(a @ inverse @ b) for b in centred] for a in centred]
    n, d = z.shape
    skewness = sum(value**3 for row in products for value in row) / n**2
    return skewness, sum(products[i][i] ** 2 for i in range(n)) / n - d * (d + 2)


def test_the_numbers_equal_their_definition_over_all_pairs():
    z = np.random.default_rng(0).gamma(2.0, size=(30, 3)) @ [[1, 0.5, 0], [0, 2, 0], [1, 1, 1]]
    got = mardia(z)
    assert (got["mardia_skewness"], got["mardia_kurtosis"]) == pytest.approx(by_pairs(z), rel=1e-9)


@pytest.mark.parametrize("most", [1, 300])
def test_in_many_dimensions_they_are_taken_over_pairs_and_are_the_same(monkeypatch, most):
    z = np.random.default_rng(0).gamma(2.0, size=(40, 5))
    by_moments = mardia(z)
    monkeypatch.setattr(measure, "MOST", most)  # one row, or three rows, at a time
    assert mardia(z) == pytest.approx(by_moments, rel=1e-9)


def test_normal_draws_have_the_published_means():
    # Mardia 1974, Sankhya B 36:115: the exact means for n draws of a d-dimensional normal distribution.
    n, d, draws = 50, 4, 2000
    found = [mardia(z) for z in np.random.default_rng(0).standard_normal((draws, n, d))]
    expected = {
        "mardia_skewness": d * (d + 2) * ((n + 1) * (d + 1) - 6) / ((n + 1) * (n + 3)),
        "mardia_kurtosis": d * (d + 2) * (n - 1) / (n + 1) - d * (d + 2),
    }
    for name, mean in expected.items():
        values = [one[name] for one in found]
        assert np.mean(values) == pytest.approx(mean, abs=4 * np.std(values) / np.sqrt(draws)), name


def test_independent_coordinates_add_up_their_own_moments():
    # Bernoulli(p) has skewness² (1 - 2p)² / (p q) and excess kurtosis (1 - 6 p q) / (p q).
    p, q = 0.25, 0.75
    corners = np.array([[a, b] for a in (0, 1) for b in (0, 1)], dtype=float)
    counts = [9, 3, 3, 1]  # 16 draws with P(1) = 1/4 each, independent
    z = np.repeat(corners, counts, axis=0)
    assert mardia(z) == pytest.approx(
        {
            "mardia_skewness": 2 * (1 - 2 * p) ** 2 / (p * q),
            "mardia_kurtosis": 2 * (1 - 6 * p * q) / (p * q),
        },
        rel=1e-9,
    )


def test_no_affine_map_changes_them():
    rng = np.random.default_rng(0)
    z = rng.gamma(2.0, size=(200, 3))
    assert mardia(1000 + z @ rng.normal(size=(3, 3))) == pytest.approx(mardia(z), rel=1e-6)


def test_codes_in_a_plane_have_no_shape_in_space():
    plane = np.random.default_rng(0).normal(size=(50, 2)) @ [[1.0, 2.0, 3.0], [0.0, 1.0, 1.0]]
    for flat in (plane, np.ones((5, 2))):
        assert all(np.isnan(value) for value in mardia(flat).values())
