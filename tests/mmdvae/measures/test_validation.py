"""The metrics that settings are chosen by: of the validation images, by the formulas of the test metrics."""

from pathlib import Path

import numpy as np
import pytest

from mmdvae import variants
from mmdvae.data import array_folder, prepare
from mmdvae.measures import blocks, evaluate, prior_match, sliced_wasserstein, validation
from mmdvae.recipes import STANDARD
from mmdvae.training.build import build

CHOOSING = ("valid_mse", "valid_sliced_w2")


@pytest.fixture(scope="module")
def model():
    return build(variants.gaussian(0.6, 2.83), STANDARD, seed=0)


def prepared(folder: Path, *, brighter: int = 0) -> Path:
    """A set whose validation images are its test images; by so many grey levels brighter if asked for."""
    rng = np.random.default_rng(0)
    arrays = {
        f"x_{part}": rng.integers(0, 200, (n, 28, 28)).astype("uint8") for part, n in (("train", 40), ("test", 24))
    }
    arrays["x_val"] = arrays["x_test"] + np.uint8(brighter)
    labels = {f"y_{part}": np.arange(len(arrays[f"x_{part}"])) % 2 for part in ("train", "val", "test")}
    names = {"x_train": "train_images", "x_val": "val_images", "x_test": "test_images"}
    names |= {"y_train": "train_labels", "y_val": "val_labels", "y_test": "test_labels"}
    folder.mkdir(exist_ok=True)
    np.savez(folder / "two.npz", **{names[key]: array for key, array in (arrays | labels).items()})
    return prepare.prepare(f"npz:{folder / 'two.npz'}", data_dir=None, store=folder).folder


def measure(model, data, folder):
    return evaluate.evaluate(model, data=data, judge=None, folder=folder)


def test_of_the_same_images_and_noise_they_are_the_test_metrics(model, tmp_path, monkeypatch):
    monkeypatch.setattr(validation, "NOISE_SEED", evaluate.NOISE_SEED)
    data = prepared(tmp_path)
    np.testing.assert_array_equal(*(array_folder.open_split(data, split)[0] for split in ("valid", "test")))
    found = measure(model, data, tmp_path)
    assert found["valid_mse"] == pytest.approx(found["mse"], rel=1e-12)
    assert found["valid_sliced_w2"] == found["sliced_w2"]


def test_their_noise_is_not_that_of_the_test_metrics(model, tmp_path):
    found = measure(model, prepared(tmp_path), tmp_path)
    assert found["valid_sliced_w2"] != found["sliced_w2"]


def test_they_are_of_the_validation_images_alone(model, tmp_path):
    as_test, others = (
        measure(model, prepared(tmp_path / str(brighter), brighter=brighter), tmp_path) for brighter in (0, 50)
    )
    assert all(as_test[name] != others[name] for name in CHOOSING)
    assert as_test["mse"] == others["mse"]
    assert as_test["sliced_w2"] == others["sliced_w2"]


def test_blocks_change_nothing_and_codes_are_drawn(monkeypatch):
    rng = np.random.default_rng(1)
    images, means = rng.integers(0, 256, (230, 9, 10, 3)).astype("uint8"), rng.normal(size=(230, 5))
    log_variances = rng.normal(size=(230, 5))
    logits = rng.normal(size=images.shape).astype("float32")
    places = {mean.tobytes(): logit for mean, logit in zip(means, logits, strict=True)}

    def decode(codes):
        return np.stack([places[code.tobytes()] for code in codes])

    whole = validation.of_codes(decode, means, log_variances, images)
    monkeypatch.setattr(blocks, "BYTES", 8 * 270 * 7)
    in_blocks = validation.of_codes(decode, means, log_variances, images)
    expected = np.mean((images / 255 - 1 / (1 + np.exp(-logits.astype("float64")))) ** 2)
    assert whole["valid_mse"] == pytest.approx(expected, rel=1e-9)
    assert in_blocks["valid_mse"] == pytest.approx(expected, rel=1e-9)
    z = prior_match.draw_codes(means, log_variances, seed=validation.NOISE_SEED)
    assert whole["valid_sliced_w2"] == in_blocks["valid_sliced_w2"] == sliced_wasserstein.sliced_w2(z)
