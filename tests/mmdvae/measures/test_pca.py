import numpy as np
import pytest
import reference
import shaped_sets

from mmdvae.measures import blocks, pca


def photographs(n, shape, seed=0):
    """uint8 images whose variances fall like those of photographs, with the power 2 of the frequency."""
    rng = np.random.default_rng(seed)
    frequency = np.hypot(*np.meshgrid(*(np.fft.fftfreq(side) * side for side in shape[:2]), indexing="ij"))
    waves = np.fft.fft2(rng.normal(size=(n, shape[2], *shape[:2]))) / (1 + frequency)
    made = np.moveaxis(np.fft.ifft2(waves).real, 1, -1)
    return np.clip(128 + 60 * made / made.std(), 0, 255).astype(np.uint8)


def test_principal_axes_equal_the_singular_value_decomposition(monkeypatch):
    monkeypatch.setattr(blocks, "BYTES", 8 * 12 * 7)  # seven images at a time
    images = np.random.default_rng(0).integers(0, 256, (40, 3, 4)).astype("uint8")
    points = images.reshape(40, 12) / 255
    mean, axes, spread = pca.principal_axes(images, 5)
    np.testing.assert_allclose(mean, points.mean(axis=0), rtol=1e-12)
    expected, variances = reference.principal_axes(points, 5)
    np.testing.assert_allclose(spread, np.sqrt(variances[:5]), rtol=1e-9)
    np.testing.assert_allclose(axes @ axes.T, expected @ expected.T, atol=1e-9)  # the subspace; signs are arbitrary
    np.testing.assert_allclose(axes.T @ axes, np.eye(5), atol=1e-12)


def test_images_in_a_plane_are_recovered_from_as_many_axes():
    rng = np.random.default_rng(0)
    images = np.tensordot(rng.integers(0, 20, (50, 2)), rng.integers(0, 6, (2, 3, 4)), axes=1).astype("uint8")
    points = images.reshape(50, 12) / 255
    for axes_of in (pca.principal_axes, pca.leading_axes):
        mean, axes, _ = axes_of(images, 2)
        np.testing.assert_allclose(mean + (points - mean) @ axes @ axes.T, points, atol=1e-5)


def test_leading_axes_leave_hardly_more_than_the_best_axes_do():
    images = photographs(400, (20, 24, 3))
    points = images.reshape(400, -1) / 255
    exact, approximate = (of(images, 64) for of in (pca.principal_axes, pca.leading_axes))
    np.testing.assert_allclose(approximate[0], exact[0], rtol=1e-9)
    np.testing.assert_allclose(approximate[1].T @ approximate[1], np.eye(64), atol=1e-5)  # float32
    for k, more in ((2, 1e-8), (16, 1e-5), (64, 2e-3)):
        left = [
            np.square(points - mean - (points - mean) @ axes[:, :k] @ axes[:, :k].T).mean()
            for mean, axes, _ in (exact, approximate)
        ]
        assert left[0] <= left[1] < (1 + more) * left[0]
    np.testing.assert_allclose(approximate[2][:16], exact[2][:16], rtol=1e-3)
    assert np.all(approximate[2] < exact[2] * (1 + 1e-5))  # within a subspace there is never more


def test_leading_axes_are_of_images_from_all_over_the_split(monkeypatch):
    monkeypatch.setattr(pca, "MOST", 10)
    images = np.zeros((1000, 8, 8), np.uint8)
    images[500:, :4] = 200  # sorted by class: the first ten are all alike
    mean, axes, spread = pca.leading_axes(images, 1)
    np.testing.assert_allclose(mean.reshape(8, 8), np.repeat([100 / 255, 0], 4)[:, None] * np.ones(8), rtol=1e-12)
    np.testing.assert_allclose(np.abs(axes.reshape(8, 8)), np.repeat([32**-0.5, 0], 4)[:, None] * np.ones(8), atol=1e-6)
    assert spread == pytest.approx(100 / 255 * 32**0.5, rel=1e-5)


@pytest.mark.parametrize("shape", [(8, 8, 1), (37, 50, 3)], ids=str)
def test_codes_and_images_are_a_linear_map_and_back_in_the_shape_of_the_data(shape, monkeypatch):
    monkeypatch.setattr(blocks, "BYTES", 8 * 5 * int(np.prod(shape)))  # five images at a time
    images = shaped_sets.images(np.arange(24) % 2, shape)
    fitted = pca.Pca(images, 4)
    points = images.reshape(24, -1) / 255
    codes = fitted.codes(images)
    np.testing.assert_allclose(codes, (points - fitted.mean) @ fitted.axes, atol=1e-9)
    made = fitted.images(codes[:, :2])
    assert made.shape == images.shape
    expected = np.clip(fitted.mean + codes[:, :2] @ fitted.axes[:, :2].T, 0, 1)
    np.testing.assert_array_equal(made.reshape(24, -1), expected)
