import math

import numpy as np
import pytest

from mmdvae.measures import c2st


def by_definition(z, prior, k):
    """Share of pairs (new code, new prior draw) in which the code's score is higher; ties count half."""

    def score(point, known_z, known_prior):
        to_code, to_prior = (
            sorted(math.dist(point, other) for other in known)[k - 1] for known in (known_z, known_prior)
        )
        return to_prior / to_code

    known = z[: len(z) // 2].tolist(), prior[: len(prior) // 2].tolist()
    codes, draws = ([score(p, *known) for p in part[len(part) // 2 :].tolist()] for part in (z, prior))
    return np.mean([1.0 if a > b else 0.5 if a == b else 0.0 for a in codes for b in draws])


@pytest.mark.parametrize(("n", "m", "k"), [(60, 50, 10), (13, 30, 6), (4, 5, 2)])
def test_the_auc_is_the_share_of_pairs_that_are_ranked_rightly(n, m, k):
    rng = np.random.default_rng(0)
    z, prior = rng.normal(0.5, 1.5, (n, 3)), rng.normal(size=(m, 3))
    assert c2st.auc(z, prior) == pytest.approx(by_definition(z, prior, k), abs=1e-12)


def test_draws_of_one_distribution_have_the_mean_and_deviation_of_mann_and_whitney():
    # What the classifier knows is fixed; new codes and draws are exchangeable, so ranks of their scores are random.
    rng, n, draws = np.random.default_rng(0), 200, 200
    found = [c2st.auc(*rng.standard_normal((2, n, 8))) for _ in range(draws)]
    half = n // 2
    expected = math.sqrt((2 * half + 1) / (12 * half * half))
    assert np.mean(found) == pytest.approx(0.5, abs=4 * expected / math.sqrt(draws))
    assert np.std(found, ddof=1) == pytest.approx(expected, rel=4 / math.sqrt(2 * draws))


def test_distant_codes_are_always_told_apart_and_so_is_a_single_point():
    prior = np.random.default_rng(0).normal(size=(200, 3))
    assert c2st.auc(prior + 100, prior) == 1.0
    assert c2st.auc(np.zeros((200, 3)), prior) == 1.0
    assert c2st.auc(np.zeros((200, 3)), np.zeros((200, 3))) == 0.5


def test_codes_that_differ_in_no_moment_of_second_order_are_told_apart():
    # A uniform distribution with mean 0 and variance 1: eight deviations of 0.0082 above 0.5.
    rng = np.random.default_rng(0)
    uniform = rng.uniform(-(3**0.5), 3**0.5, (5000, 8))
    assert c2st.auc(uniform, rng.standard_normal((5000, 8))) > 0.5 + 8 * 0.0082


def test_no_rotation_changes_it():
    rng = np.random.default_rng(0)
    z, prior, turn = rng.gamma(2.0, size=(300, 4)), rng.normal(size=(300, 4)), np.linalg.qr(rng.normal(size=(4, 4)))[0]
    assert c2st.auc(z @ turn, prior @ turn) == pytest.approx(c2st.auc(z, prior), abs=1e-9)


def test_too_few_points_have_no_auc():
    assert math.isnan(c2st.auc(np.zeros((3, 2)), np.zeros((9, 2))))
