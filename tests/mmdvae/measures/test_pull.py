"""The pull on trained codes, against the closed form for normal codes and in limits."""

import numpy as np
import pytest

from mmdvae import kernel_mixtures, variants
from mmdvae.measures import pull, strength
from mmdvae.penalties import mmd

D = 8


def kernel_of(variant):
    return mmd.kernel(variant)


@pytest.mark.parametrize("variant", [variants.gaussian(0.6, 2.83), variants.gaussian(0.6, 10.0), variants.imq(0.6)])
@pytest.mark.parametrize("q", [1.25, 2.0])
def test_on_normal_codes_it_is_the_closed_form(variant, q):
    rng = np.random.default_rng(0)
    # The prior's draws stand for the codes as well: chance then moves both sides alike.
    slopes = [
        pull.slope_on_codes(kernel_of(variant), q * z, prior)
        for z, prior in (rng.standard_normal((2, pull.AT_MOST, D)) for _ in range(6))
    ]
    mixture = kernel_mixtures.of(variant.kernel, variant.widths, D)
    expected = q * strength.pull(mixture, q, D)  # d/ds at s = 1 is q d/dq
    assert np.mean(slopes) == pytest.approx(expected, abs=4 * np.std(slopes, ddof=1) / np.sqrt(6))
    assert np.std(slopes) < 0.5 * expected


def test_dead_kernels_pull_nothing_and_no_kernel_has_no_number():
    z, prior = np.random.default_rng(1).standard_normal((2, 200, D)).astype(np.float32)
    for sigma in (1e-4, 0.1):
        found = pull.of_kernel(variants.gaussian(0.6, sigma), kernel_of(variants.gaussian(0.6, sigma)), 10 * z, prior)
        assert (found["pull_before"], found["pull_after"]) == (pytest.approx(0, abs=0.002), pytest.approx(0, abs=1e-9))
    assert pull.of_kernel(variants.kl(0.5), None, z, prior) == {"pull_before": None, "pull_after": None}


def test_a_flat_kernel_feels_codes_far_away_and_hardly_those_that_are_too_wide():
    z, prior = np.random.default_rng(2).standard_normal((2, 500, D))
    flat = kernel_of(variants.gaussian(0.6, 1e4))
    assert abs(pull.slope_on_codes(flat, 1.25 * z, prior)) < 1e-8
    assert pull.slope_on_codes(flat, 3 * z + 1_000, prior) > 0.01
