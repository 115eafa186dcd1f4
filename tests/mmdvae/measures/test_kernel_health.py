import numpy as np
import pytest
import reference

from mmdvae import variants
from mmdvae.kernels import gaussian
from mmdvae.measures import kernel_health
from mmdvae.penalties.mmd import kernel as kernel_of


@pytest.fixture(scope="module")
def prior():
    return np.random.default_rng(0).standard_normal((2000, 8)).astype("float32")


def health(sigma, z, prior):
    return kernel_health.of_kernel(kernel_of(variants.gaussian(0.6, sigma)), z, prior)


def test_the_numbers_equal_their_definition_over_pairs_with_a_code(prior):
    z, draws = 5 * prior[:20, :3], prior[20:45, :3]
    z64, draws64 = z.astype("float64"), draws.astype("float64")
    within = reference.kernel_values(z64, lambda a, b: reference.gaussian_kernel(a, b, 2.0))
    between = reference.kernel_matrix(z64, draws64, lambda a, b: reference.gaussian_kernel(a, b, 2.0))
    values = np.concatenate([within, within, between.ravel()])  # each pair of codes counts in both orders
    assert np.min(np.abs(values[:, None] - [0.01, 0.99])) > 1e-6  # no pair within float32 rounding of a border
    got = health(2.0, z, draws)
    assert got["kernel_mean"] == pytest.approx(values.mean(), abs=1e-6)
    assert got["kernel_live_share"] == pytest.approx(np.mean((values > 0.01) & (values < 0.99)), abs=1e-12)


@pytest.mark.parametrize("sigma", [1.0, 2.83, 20.0])
def test_codes_that_follow_the_prior_have_the_mean_and_the_share_of_theory(prior, sigma):
    got = health(sigma, prior[:1000], prior[1000:])
    # The variance of a mean over pairs of n points is at most 2 / n of that of one pair (Hoeffding 1948).
    mean, second = (reference.gaussian_kernel_mean(h, 8) for h in (sigma, sigma / np.sqrt(2)))  # k² is a kernel too
    share = reference.gaussian_kernel_share(sigma, 8, 0.01, 0.99)
    assert got["kernel_mean"] == pytest.approx(mean, abs=5 * np.sqrt((second - mean**2) / 1000))
    assert got["kernel_live_share"] == pytest.approx(share, abs=5 * np.sqrt(share * (1 - share) / 1000))


@pytest.mark.parametrize(
    ("sigma", "state"),
    [(1e-4, "saturated"), (0.1, "saturated"), (0.5, "saturated"), (1.0, "live"), (2.83, "live"), (5.66, "live")]
    + [(50.0, "flat"), (1e4, "flat")],
)
def test_a_gaussian_kernel_on_the_prior_is_dead_when_too_narrow_or_too_wide(prior, sigma, state):
    assert health(sigma, prior[:300], prior[300:600])["kernel_state"] == state


def test_codes_far_out_saturate_a_kernel_that_suits_the_prior_but_not_the_mixture_of_scales(prior):
    far, draws = 12 * prior[:500], prior[500:1000]
    assert health(2.83, draws, draws[::-1])["kernel_state"] == "live"
    assert health(2.83, far, draws)["kernel_state"] == "saturated"
    imq = kernel_of(variants.imq(0.6))
    assert kernel_health.of_kernel(imq, 12 * prior[:500], prior[500:1000])["kernel_state"] == "live"


def test_no_kernel_is_off_and_has_no_numbers(prior):
    got = kernel_health.of_kernel(None, prior, prior)
    assert got == {"kernel_mean": None, "kernel_live_share": None, "kernel_state": "off"}


def test_pairs_of_a_point_with_itself_do_not_count():
    points = np.array([[0.0], [100.0]], dtype="float32")
    got = kernel_health.of_kernel(lambda x, y: gaussian(x, y, bandwidth=1.0), points[:1], points[1:])
    assert got == {"kernel_mean": 0.0, "kernel_live_share": 0.0, "kernel_state": "saturated"}


@pytest.mark.parametrize(
    ("mean", "share", "expected"),
    [(0.4, 0.05, "live"), (0.4, 0.049, "saturated"), (0.5, 0.049, "flat"), (0.9, 0.0, "flat")],
)
def test_the_state_turns_at_the_named_thresholds(mean, share, expected):
    assert kernel_health.state(mean, share) == expected
