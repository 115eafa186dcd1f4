import math

import numpy as np
import pytest

from mmdvae.images import thumbnails
from mmdvae.measures import blocks, portraits


def images(rng, n):
    return rng.integers(0, 256, (n, 28, 28)).astype(np.uint8)


def distance(a, b):
    """The definition, in float64."""
    return math.sqrt(np.mean((a.astype(np.float64) / 255 - b.astype(np.float64) / 255) ** 2))


def test_the_nearest_image_and_its_distance_are_those_of_all_pairs(monkeypatch):
    rng = np.random.default_rng(0)
    some, among = images(rng, 6), images(rng, 23)
    pairs = [[distance(a, b) for b in among] for a in some]
    monkeypatch.setattr(blocks, "BYTES", 5 * 784 * 8)  # the nearest is found over blocks, the last of them smaller
    index, found = portraits.nearest(some, among)
    assert index.tolist() == np.argmin(pairs, axis=1).tolist()
    np.testing.assert_allclose(found, np.min(pairs, axis=1), rtol=1e-6)  # float32
    assert (index.dtype, found.dtype) == (np.int32, np.float32)


def test_an_image_that_is_there_is_at_distance_0_and_the_first_of_equals_is_named(monkeypatch):
    monkeypatch.setattr(blocks, "BYTES", 4 * 784 * 8)
    among = images(np.random.default_rng(0), 10)
    among[9] = among[2]
    index, found = portraits.nearest(among, among)
    assert found.tolist() == [0.0] * 10
    assert index.tolist() == [*range(9), 2]


def test_a_single_grey_level_is_not_lost_between_the_brightest_images():
    # |a|² is 784 * 255² = 50,979,600, where float32 knows only multiples of 4, and the squared distance is 1.
    white = np.full((1, 28, 28), 255, np.uint8)
    other = white.copy()
    other[0, 13, 13] = 254
    assert portraits.nearest(white, other)[1] == pytest.approx(1 / (255 * 28), rel=1e-6)


def test_black_and_white_are_one_apart():
    black, white = np.zeros((1, 28, 28), np.uint8), np.full((1, 28, 28), 255, np.uint8)
    assert portraits.nearest(black, white)[1] == 1.0


def test_samples_get_their_nearest_training_images_and_test_images_the_scale():
    rng = np.random.default_rng(0)
    train, test, samples = images(rng, 40), images(rng, 200), images(rng, 32)
    samples[:8] = train[30:38]
    test[[0, 199]] = train[[4, 5]]  # both ends of the split are looked at
    found = portraits.of_samples(samples, train, test)
    np.testing.assert_array_equal(found["nearest_images"], train[30:38])
    assert found["nearest_index"].tolist() == list(range(30, 38))
    assert found["nearest_distance"].tolist() == [0.0] * 8
    assert found["nearest_of_test"].shape == (64,)
    assert (found["nearest_of_test"] == 0).nonzero()[0].tolist() == [0, 63]
    assert portraits.of_samples(samples, train, test[:5])["nearest_of_test"].shape == (5,)


def test_colour_images_are_compared_at_full_size_and_shown_as_thumbnails(monkeypatch):
    rng = np.random.default_rng(0)
    train, test, samples = (rng.integers(0, 256, (n, 70, 130, 3)).astype(np.uint8) for n in (12, 5, 9))
    samples[2] = train[7]
    samples[2, 0, 0, 0] ^= 1  # a grey level of one channel
    monkeypatch.setattr(blocks, "BYTES", 5 * samples[0].size * 8)
    found = portraits.of_samples(samples, train, test)
    assert (found["nearest_index"][2], found["nearest_images"].shape) == (7, (8, 34, 64, 3))
    assert found["nearest_distance"][2] == pytest.approx(1 / (255 * math.sqrt(70 * 130 * 3)), rel=1e-6)
    assert found["nearest_distance"][0] == pytest.approx(min(distance(samples[0], one) for one in train), rel=1e-6)
    np.testing.assert_array_equal(found["nearest_images"], thumbnails(train[found["nearest_index"]], 64))


def test_the_slice_lies_in_the_plane_of_the_main_directions_around_the_origin():
    rng = np.random.default_rng(0)
    means = rng.normal(size=(500, 4)) * [1, 9, 0.1, 3] + 100  # far from the origin
    codes = portraits.slice_codes(means).reshape(9, 9, 4)
    np.testing.assert_allclose(codes[4, 4], 0, atol=1e-12)  # the prior's centre, not the codes'
    top_left, top_right, bottom_left = codes[0, 0], codes[0, 8], codes[8, 0]
    np.testing.assert_allclose(top_right - top_left, [0, 5, 0, 0], atol=0.2)  # unit vectors, whatever the codes' scale
    np.testing.assert_allclose(top_left - bottom_left, [0, 0, 0, 5], atol=0.2)
    assert np.linalg.norm(top_right - top_left) == pytest.approx(5)
    np.testing.assert_allclose(codes[0], codes[8] + (top_left - bottom_left), atol=1e-12)


def test_a_slice_of_one_dimension_has_equal_rows():
    codes = portraits.slice_codes(np.random.default_rng(0).normal(size=(50, 1))).reshape(9, 9)
    np.testing.assert_allclose(codes, np.tile(np.linspace(-2.5, 2.5, 9), (9, 1)))


def test_a_traversal_varies_one_coordinate():
    codes = portraits.traversal_codes(np.array([0, 2]), 3).reshape(2, 9, 3)
    steps = np.linspace(-2.5, 2.5, 9)
    np.testing.assert_array_equal(codes[0], np.stack([steps, 0 * steps, 0 * steps], axis=1))
    np.testing.assert_array_equal(codes[1], np.stack([0 * steps, 0 * steps, steps], axis=1))


@pytest.mark.parametrize("d", [1, 8, 20])
def test_at_most_the_eight_coordinates_that_vary_most_are_walked(d):
    scales = 1.0 + np.arange(d) * 7 % d
    means = np.random.default_rng(0).normal(size=(4000, d)) * scales
    expected = sorted(sorted(range(d), key=lambda i: -scales[i])[:8])
    decoded = portraits.of_decoder(lambda codes: np.zeros((len(codes), 28, 28), np.uint8), means)
    assert decoded["traversal_dims"].tolist() == expected
    assert decoded["traversals"].shape == (9 * len(expected), 28, 28)
    assert decoded["prior_slice"].shape == (81, 28, 28)
