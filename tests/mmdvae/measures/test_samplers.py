import numpy as np
import pytest

from mmdvae.measures import prior_match, samplers


@pytest.fixture(scope="module")
def two_clouds():
    """Four in five codes around (-3, 0, 0), the others around (3, 9, 0); all of it far away, stretched and turned."""
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(4000, 3)) + np.where(rng.random((4000, 1)) < 0.8, [-3.0, 0, 0], [3.0, 9, 0])
    return 50 + 10 * codes @ np.linalg.qr(rng.normal(size=(3, 3)))[0]


def test_the_prior_is_the_same_for_all_codes(two_clouds):
    expected = prior_match.draw_prior(7, 3, seed=samplers.SEED)
    for codes in (two_clouds, np.zeros((1, 3))):
        np.testing.assert_array_equal(samplers.prior(codes, 7), expected)


@pytest.mark.parametrize("draw", [samplers.normal, samplers.mixture])
def test_what_is_fitted_has_the_codes_mean_and_covariance(two_clouds, draw):
    n = 20_000
    drawn = draw(two_clouds, n)
    assert (drawn.shape, drawn.dtype) == ((n, 3), np.float32)
    variances, axes = np.linalg.eigh(np.cov(two_clouds, rowvar=False))
    white = (drawn - two_clouds.mean(axis=0)) @ axes / np.sqrt(variances)  # mean 0 and covariance I, if it is right
    assert np.abs(white.mean(axis=0)).max() < 5 / np.sqrt(n)
    assert np.abs(np.cov(white, rowvar=False) - np.eye(3)).max() < 5 * np.sqrt(2 / n)


def test_only_the_mixture_has_the_codes_two_clouds(two_clouds):
    middle = two_clouds.mean(axis=0)
    axis = np.linalg.eigh(np.cov(two_clouds, rowvar=False))[1][:, -1]  # from one to the other

    def share_between(points):  # within a fifth of a deviation of the gap between the clouds
        along = (two_clouds - middle) @ axis
        gap = (along.min() + along.max()) / 2
        return np.mean(np.abs((points - middle) @ axis - gap) < 0.2 * along.std())

    assert share_between(two_clouds) < 0.01
    assert share_between(samplers.mixture(two_clouds, 5000)) < 0.02 < share_between(samplers.normal(two_clouds, 5000))


def test_draws_are_in_random_order_so_that_any_part_is_like_the_whole(two_clouds):
    first, second = np.split(samplers.mixture(two_clouds, 5000), 2)
    error = two_clouds.std(axis=0) * np.sqrt(2 / 2500)
    assert np.all(np.abs(first.mean(axis=0) - second.mean(axis=0)) < 5 * error)


@pytest.mark.parametrize("draw", samplers.SAMPLERS.values())
def test_the_same_codes_give_the_same_draws(two_clouds, draw):
    np.testing.assert_array_equal(draw(two_clouds, 50), draw(two_clouds, 50))


@pytest.mark.parametrize("draw", [samplers.normal, samplers.mixture])
@pytest.mark.parametrize(
    "codes", [np.full((1, 2), 7.0), np.full((30, 2), 7.0), np.repeat([[1e6, 0.0], [2e6, 0.0]], 9, axis=0)]
)
def test_few_equal_or_flat_codes_have_draws_too(draw, codes):
    drawn = draw(codes, 40)
    length = np.ptp(codes)
    assert np.isfinite(drawn).all()
    # The ridge of scikit-learn, 1e-3 of the codes' spread, is all that leads out of the line.
    assert np.abs(drawn[:, 1] - codes[0, 1]).max() <= 5e-3 * length
