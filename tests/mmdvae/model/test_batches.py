"""The inputs that a trained model accepts, and the ambiguous ones that it refuses."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mmdvae import recipes, variants
from mmdvae.errors import InputError
from mmdvae.training.build import build

rng = np.random.default_rng(0)
BYTES = rng.integers(0, 256, (3, 28, 28), dtype=np.uint8)


@pytest.fixture(scope="module")
def model():
    return build(variants.none(), recipes.STANDARD, seed=0)


@pytest.mark.parametrize(
    "same",
    [BYTES[..., None], BYTES / 255, (BYTES / 255).astype("float32")[..., None], BYTES.tolist()],
    ids=["a channel", "floats", "both", "a list"],
)
def test_bytes_and_floats_between_0_and_1_mean_the_same_images(model, same):
    given = np.array(same, np.uint8) if isinstance(same, list) else same
    for got, want in zip(model.encode(given), model.encode(BYTES), strict=True):
        np.testing.assert_allclose(got, want, atol=1e-5)  # float64 / 255 and float32 / 255 differ by rounding


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (BYTES.reshape(3, 784), r"must have shape \(n, 28, 28\) or \(n, 28, 28, 1\), got \(3, 784\)"),
        (BYTES[0], r"got \(28, 28\)"),
        (BYTES[:, None], r"got \(3, 1, 28, 28\)"),
        (BYTES[:0], r"got \(0, 28, 28\)"),
        (np.repeat(BYTES[..., None], 3, axis=-1), r"got \(3, 28, 28, 3\)"),
        (BYTES.astype("int64"), r"must be uint8 of 0 to 255 or floats in \[0, 1\], got int64"),
        (BYTES > 127, r"got bool"),
        (BYTES.astype("float32"), r"float images must be in \[0, 1\], got 0.0 to 255.0"),
        (BYTES / 127.5 - 1, r"float images must be in \[0, 1\], got -1.0 to 1.0"),
        (np.full((1, 28, 28), np.nan), r"float images must be in \[0, 1\], got nan"),
    ],
)
def test_images_that_could_mean_something_else_are_refused(model, images, message):
    with pytest.raises(InputError, match=message):
        model.encode(images)


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (np.zeros(8), r"codes must be numbers of shape \(n, 8\), got float64 of \(8,\)"),
        (np.zeros((2, 7)), r"of \(2, 7\)"),
        (np.zeros((0, 8)), r"of \(0, 8\)"),
        (np.full((1, 8), np.inf), "must be finite, got NaN"),
        (np.full((1, 8), "a"), "got <U1 of"),
    ],
)
def test_codes_that_are_none_are_refused(model, codes, message):
    with pytest.raises(InputError, match=message):
        model.decode(codes)


MODEL = """
import numpy, sys
from mmdvae import recipes, variants
from mmdvae.training.build import build
model = build(variants.none(), recipes.STANDARD, seed=0)
images = numpy.arange(3 * 784).reshape(3, 28, 28).astype("uint8")
mean, log_variance = model.encode(images)
print(mean.dtype, mean.shape, repr(float(mean.sum())), repr(float(model.decode(mean).sum())))
"""


def test_a_model_is_the_same_whatever_keras_json_says(tmp_path):
    (tmp_path / "keras.json").write_text(json.dumps({"floatx": "float16", "image_data_format": "channels_first"}))
    said = [
        subprocess.run(
            [sys.executable, "-c", MODEL],
            env=os.environ | {"KERAS_HOME": home},
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[3],
        ).stdout
        for home in (os.devnull, str(tmp_path))
    ]
    assert said[0] == said[1]
    assert said[0].startswith("float32 (3, 8)")
