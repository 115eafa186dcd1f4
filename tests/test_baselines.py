import numpy as np
import pytest
import reference

from mmdvae import baselines, data
from mmdvae.errors import InputError


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    try:
        fashion = data.prepare("fashion-mnist", data_dir=None, store=tmp_path_factory.mktemp("store"), fetch=False)
    except InputError as error:
        pytest.fail(f"this test needs the real images: apt install dataset-fashion-mnist ({error})")
    return {row["name"]: row["metrics"] for row in baselines.evaluate(fashion.folder)}


def test_the_mean_image_has_its_known_errors(rows):
    known = {"mse": 0.0866, "bce": 0.4911, "psnr": 10.6, "rounded_accuracy": 0.7298}
    digits = {"mse": 5e-5, "bce": 5e-5, "psnr": 0.05, "rounded_accuracy": 5e-5}  # half of the last one known
    for name, value in known.items():
        assert rows["mean image"][name] == pytest.approx(value, abs=digits[name]), name


def test_pca_8_has_its_known_errors(rows):
    known = {"mse": 0.02595, "bce": 0.3280, "psnr": 15.9, "rounded_accuracy": 0.9046, "knn_accuracy": 0.779}
    digits = {"mse": 5e-6, "bce": 5e-5, "psnr": 0.05, "rounded_accuracy": 5e-5, "knn_accuracy": 5e-4}
    for name, value in known.items():
        assert rows["PCA-8"][name] == pytest.approx(value, abs=digits[name]), name


def test_raw_pixels_have_their_known_accuracy(rows):
    assert rows["raw pixels"] == {"knn_accuracy": pytest.approx(0.828, abs=5e-4)}


def test_each_baseline_has_the_metrics_that_make_sense_for_it(rows):
    quality = ["bce", "mse", "psnr", "ssim", "rounded_accuracy"]
    assert {name: list(metrics) for name, metrics in rows.items()} == {
        "mean image": quality,
        "PCA-8": [*quality, "knn_accuracy"],
        "raw pixels": ["knn_accuracy"],
    }
    assert 0 < rows["mean image"]["ssim"] < rows["PCA-8"]["ssim"] < 1


def test_principal_axes_equal_the_singular_value_decomposition(monkeypatch):
    monkeypatch.setattr(baselines, "BLOCK", 7)
    images = np.random.default_rng(0).integers(0, 256, (40, 3, 4)).astype("uint8")
    points = images.reshape(40, 12) / 255
    mean, axes = baselines.principal_axes(images, 5)
    np.testing.assert_allclose(mean, points.mean(axis=0), rtol=1e-12)
    expected = reference.principal_axes(points, 5)[0]
    np.testing.assert_allclose(axes @ axes.T, expected @ expected.T, atol=1e-9)  # the plane; signs are free
    np.testing.assert_allclose(axes.T @ axes, np.eye(5), atol=1e-12)


def test_images_in_a_plane_are_recovered_from_as_many_axes():
    rng = np.random.default_rng(0)
    images = np.tensordot(rng.integers(0, 20, (50, 2)), rng.integers(0, 6, (2, 3, 4)), axes=1).astype("uint8")
    points = images.reshape(50, 12) / 255
    mean, axes = baselines.principal_axes(images, 2)
    np.testing.assert_allclose(mean + (points - mean) @ axes @ axes.T, points, atol=1e-9)
