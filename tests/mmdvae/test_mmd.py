"""MMD² against its definition, closed forms for Gaussians, and limits."""

from functools import partial

import numpy as np
import pytest
import reference

from mmdvae.kernels import gaussian, imq_mixture
from mmdvae.mmd import mmd2, mmd2_to_prior
from mmdvae.variants import LARGEST_SIGMA, SMALLEST_SIGMA

SQRT8 = 8**0.5
# {q: MMD²} of N(0, q² I) and N(0, I) in 8 dimensions for the Gaussian kernel with h = sqrt(8), by the closed form.
ORACLE = {0.5: 0.07528, 1.1: 0.00319, 1.5: 0.06595, 2.0: 0.18528, 3.0: 0.34052}


def samples(n, m, d=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), rng.normal(1.0, 2.0, size=(m, d))


@pytest.mark.parametrize("unbiased", [True, False])
@pytest.mark.parametrize("h", [0.3, 1.0, 8.0])
def test_mmd2_equals_its_definition(h, unbiased):
    x, y = samples(7, 5)
    got = mmd2(x.astype("float32"), y.astype("float32"), partial(gaussian, bandwidth=h), unbiased=unbiased)
    definition = reference.mmd2_unbiased if unbiased else reference.mmd2_biased
    want = definition(x, y, lambda a, b: reference.gaussian_kernel(a, b, h))
    assert float(got) == pytest.approx(want, abs=2e-6)  # four means of entries that are each within 1e-6


def test_mmd2_of_the_mixture_equals_its_definition():
    x, y = samples(6, 9, d=8)
    got = mmd2(x, y, partial(imq_mixture, dim=8))
    assert float(got) == pytest.approx(reference.mmd2_unbiased(x, y, reference.imq7_kernel), abs=1e-12)


def test_distant_clouds_leave_only_the_within_terms():
    points = np.zeros((3, 2))  # each within term is 1, the cross term vanishes
    assert float(mmd2(points, points + 1e3, partial(gaussian, bandwidth=1.0))) == pytest.approx(2.0)


def test_the_biased_estimate_of_a_dead_kernel_is_its_diagonal():
    # The notebook's 0.0625: if the kernel is 0 between all points, the biased estimate is 2/n whatever the codes.
    x, y = np.random.default_rng(0).normal(size=(2, 32, 8)).astype("float32")
    assert float(mmd2(x, y, partial(gaussian, bandwidth=1e-4), unbiased=False)) == pytest.approx(2 / 32, rel=1e-6)
    assert float(mmd2(x, y, partial(gaussian, bandwidth=1e-4))) == 0.0


def test_the_biased_estimate_exceeds_the_unbiased_one_by_the_diagonal_terms():
    x, y = samples(11, 11)
    kernel = partial(gaussian, bandwidth=1.5)
    within = [np.mean(reference.kernel_values(z, lambda a, b: reference.gaussian_kernel(a, b, 1.5))) for z in (x, y)]
    difference = float(mmd2(x, y, kernel, unbiased=False)) - float(mmd2(x, y, kernel))
    assert difference == pytest.approx(sum(1 - mean for mean in within) / 11, abs=1e-12)


def test_the_unbiased_estimate_has_mean_zero_for_equal_distributions():
    rng = np.random.default_rng(0)
    draws = [float(mmd2(*rng.normal(size=(2, 32, 8)), partial(gaussian, bandwidth=SQRT8))) for _ in range(200)]
    assert abs(np.mean(draws)) < 4 * np.std(draws) / np.sqrt(len(draws))
    assert min(draws) < 0  # an unbiased estimate is sometimes below zero


@pytest.mark.parametrize(("q", "want"), ORACLE.items())
def test_mmd2_to_prior_has_the_closed_form_of_gaussians_as_mean(q, want):
    rng = np.random.default_rng(1)
    draws = [float(mmd2_to_prior(q * rng.normal(size=(128, 8)), bandwidth=SQRT8)) for _ in range(100)]
    standard_error = np.std(draws) / np.sqrt(len(draws))
    assert np.mean(draws) == pytest.approx(
        reference.gaussian_mmd2_of_gaussians(q, h=SQRT8, d=8), abs=4 * standard_error
    )
    assert reference.gaussian_mmd2_of_gaussians(q, h=SQRT8, d=8) == pytest.approx(
        want, abs=1e-5
    )  # as published, truncated or rounded


@pytest.mark.parametrize(("d", "h", "q", "shift"), [(2, 0.7, 1.3, 0.5), (8, 2.83, 0.8, 1.0), (16, 6.0, 2.0, 0.3)])
def test_sampled_and_exact_prior_terms_agree_with_the_closed_form(d, h, q, shift):
    rng = np.random.default_rng(2)
    mean = np.full(d, shift / np.sqrt(d))
    want = reference.gaussian_mmd2_of_gaussians(q, h=h, d=d, shift=shift)
    codes = [mean + q * rng.normal(size=(96, d)) for _ in range(100)]
    exact = [float(mmd2_to_prior(z, bandwidth=h)) for z in codes]
    sampled = [float(mmd2(z, rng.normal(size=z.shape), partial(gaussian, bandwidth=h))) for z in codes]
    for draws in (exact, sampled):
        assert np.mean(draws) == pytest.approx(want, abs=4 * np.std(draws) / np.sqrt(len(draws)))


def test_exact_prior_terms_halve_the_noise():
    rng = np.random.default_rng(3)
    codes = rng.normal(size=(300, 32, 8))
    exact = [float(mmd2_to_prior(z, bandwidth=SQRT8)) for z in codes]
    sampled = [float(mmd2(z, rng.normal(size=z.shape), partial(gaussian, bandwidth=SQRT8))) for z in codes]
    # The ratio of two standard deviations of 300 draws has a relative standard error near sqrt(2 / (2 * 300)) = 6 %.
    assert np.std(sampled) / np.std(exact) == pytest.approx(2.0, rel=4 * 0.06)


@pytest.mark.parametrize("unbiased", [True, False])
def test_mmd2_to_prior_equals_its_definition(unbiased):
    z = np.random.default_rng(4).normal(0.3, 1.2, size=(9, 4))
    got = float(mmd2_to_prior(z, bandwidth=1.7, unbiased=unbiased))
    assert got == pytest.approx(reference.mmd2_to_prior(z, h=1.7, unbiased=unbiased), abs=1e-12)


@pytest.mark.parametrize(("bandwidth", "is_dead"), [(1e-4, True), (0.1, True), (2.83, False)])
def test_a_saturated_kernel_has_next_to_no_gradient(bandwidth, is_dead):
    # The notebook's sigmas on codes as spread as its own (standard deviation 9.5).
    import tensorflow as tf

    z = tf.Variable(9.5 / 3 * np.random.default_rng(5).normal(size=(32, 8)).astype("float32"))
    with tf.GradientTape() as tape:
        loss = mmd2_to_prior(z, bandwidth=bandwidth)
    gradient = np.abs(tape.gradient(loss, z).numpy()).max()
    # BCE's gradient is near 1e-3 per code here; that of a dead kernel is at most a billionth of it.
    assert (gradient < 1e-12) == is_dead


def test_one_point_has_no_pairs():
    with pytest.raises(ValueError, match="at least 2 points in each sample, got 1"):
        mmd2(np.zeros((1, 2)), np.zeros((4, 2)), partial(gaussian, bandwidth=1.0))
    assert float(mmd2(np.zeros((1, 2)), np.zeros((1, 2)), partial(gaussian, bandwidth=1.0), unbiased=False)) == 0


def test_the_batch_size_may_be_unknown_in_a_graph():
    import tensorflow as tf

    traced = tf.function(
        lambda z: mmd2_to_prior(z, bandwidth=SQRT8), input_signature=[tf.TensorSpec((None, 8), tf.float64)]
    )
    z = np.random.default_rng(6).normal(size=(20, 8))
    assert float(traced(z)) == pytest.approx(float(mmd2_to_prior(z, bandwidth=SQRT8)), abs=1e-12)


@pytest.mark.parametrize("sigma", [SMALLEST_SIGMA, LARGEST_SIGMA])
def test_at_the_ends_of_the_permitted_sigmas_value_and_gradient_are_finite(sigma):
    import tensorflow as tf

    z = tf.Variable(1e3 * np.random.default_rng(7).normal(size=(32, 8)).astype("float32"))
    with tf.GradientTape(persistent=True) as tape:
        exact = mmd2_to_prior(z, bandwidth=sigma)
        drawn = mmd2(z, tf.zeros((32, 8)), partial(gaussian, bandwidth=sigma))
    for value in (exact, drawn):
        assert np.isfinite(value.numpy())
        assert np.isfinite(tape.gradient(value, z).numpy()).all()
    assert np.isnan(mmd2_to_prior(z, bandwidth=1e-37).numpy())  # why there is a border


def test_under_a_mean_of_kernels_it_is_the_mean_of_theirs_also_with_the_exact_prior():
    from mmdvae import variants
    from mmdvae.penalties import mmd
    from mmdvae.recipes import NOTEBOOK, STANDARD

    rng, variant = np.random.default_rng(11), variants.named("gaussians-a0.6-s1_2.83_8")
    outputs = {"z": rng.normal(size=(32, 8)), "prior": rng.normal(size=(32, 8))}
    for recipe in (STANDARD, NOTEBOOK):  # exact prior, unbiased; drawn prior, biased
        each = [float(mmd.value(outputs, variants.gaussian(0.6, sigma), recipe)) for sigma in variant.sigmas]
        assert float(mmd.value(outputs, variant, recipe)) == pytest.approx(np.mean(each), rel=1e-6, abs=1e-9)
    kernel = mmd.kernel(variant)
    assert np.diag(np.asarray(kernel(outputs["z"], outputs["z"]))) == pytest.approx(np.ones(32))
