"""Kernels against their definitions, pair by pair in float64."""

from functools import partial

import numpy as np
import pytest
import reference

from mmdvae import kernels
from mmdvae.errors import InputError

rng = np.random.default_rng(0)
X, Y = rng.normal(size=(7, 3)), rng.normal(1.0, 2.0, size=(5, 3))
# A float32 entry carries half an ulp of 1 from its rounding and a few more from the sum of three squares.
FLOAT32 = 1e-6


def float32(*arrays):
    return [array.astype("float32") for array in arrays]


@pytest.mark.parametrize("bandwidth", [1e-4, 0.3, 1.0, 8.0, 1e4])
def test_gaussian_equals_its_definition(bandwidth):
    got = kernels.gaussian(*float32(X, Y), bandwidth=bandwidth)
    want = reference.kernel_matrix(X, Y, lambda a, b: reference.gaussian_kernel(a, b, bandwidth))
    np.testing.assert_allclose(got, want, atol=FLOAT32)


def test_gaussian_pins_the_bandwidth_convention():
    # |a - b| = h gives exp(-1/2); a kernel with 1/d, or without the 2, would not.
    got = kernels.gaussian(np.zeros((1, 8)), np.full((1, 8), 2.5 / np.sqrt(8)), bandwidth=2.5)
    assert float(got[0, 0]) == pytest.approx(np.exp(-0.5), abs=1e-12)


@pytest.mark.parametrize("scale", [0.1, 16.0, 1e6])
def test_imq_equals_its_definition(scale):
    got = kernels.imq(*float32(X, Y), scale=scale)
    want = reference.kernel_matrix(X, Y, lambda a, b: reference.imq_kernel(a, b, scale))
    np.testing.assert_allclose(got, want, atol=FLOAT32)


def test_imq_is_one_half_where_the_squared_distance_is_the_scale():
    assert float(kernels.imq(np.zeros((1, 2)), np.array([[3.0, 4.0]]), scale=25.0)[0, 0]) == 0.5


def test_imq_mixture_is_the_mean_of_the_seven_wae_scales():
    got = kernels.imq_mixture(*float32(X, Y), dim=3)
    want = reference.kernel_matrix(X, Y, reference.imq7_kernel)
    np.testing.assert_allclose(got, want, atol=FLOAT32)


def test_imq_mixture_at_squared_distances_is_that_of_the_points_in_float64():
    squared = np.array([[sum((a - b) ** 2) for b in Y.tolist()] for a in X])
    want = reference.kernel_matrix(X, Y, reference.imq7_kernel)
    np.testing.assert_allclose(kernels.imq_mixture_at(squared, dim=3), want, rtol=1e-13)


@pytest.mark.parametrize(
    "kernel",
    [
        lambda x, y: kernels.gaussian(x, y, bandwidth=2.83),
        lambda x, y: kernels.imq(x, y, scale=16.0),
        lambda x, y: kernels.imq_mixture(x, y, dim=8),
    ],
)
def test_a_point_is_one_with_itself_far_from_the_origin(kernel):
    # |a|² + |b|² - 2ab would lose 2e-4 here and could turn negative.
    points = np.random.default_rng(1).normal(1e3, 1.0, size=(64, 8)).astype("float32")
    np.testing.assert_array_equal(np.diagonal(kernel(points, points)), 1.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kernels.gaussian(X, Y, bandwidth=0.0), "bandwidth must be > 0"),
        (lambda: kernels.gaussian(X, Y, bandwidth=float("nan")), "bandwidth must be > 0"),
        (lambda: kernels.imq(X, Y, scale=-1.0), "scale must be > 0"),
        (lambda: kernels.imq_mixture(X, Y, dim=0), "dim must be >= 1"),
    ],
)
def test_impossible_parameters_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros(3), np.zeros((5, 3)), r"must have shapes \(n, d\) and \(m, d\), got \(3,\) and \(5, 3\)"),
        (np.zeros((7, 3)), np.zeros((5, 1)), r"got \(7, 3\) and \(5, 1\)"),  # would broadcast
        (np.zeros((7, 3), "uint8"), np.zeros((5, 3), "uint8"), "points must be floats, got uint8"),  # 20² wraps to 144
        (np.zeros((7, 3), bool), np.zeros((5, 3), bool), "points must be floats, got bool"),
    ],
)
@pytest.mark.parametrize(
    "kernel",
    [partial(kernels.gaussian, bandwidth=1.0), partial(kernels.imq, scale=1.0), partial(kernels.imq_mixture, dim=3)],
    ids=["gaussian", "imq", "imq_mixture"],
)
def test_what_are_no_points_is_refused(kernel, x, y, message):
    with pytest.raises(InputError, match=message):
        kernel(x, y)
