"""Format `keras`: encoder.keras and decoder.keras, which Keras 3 loads on any of its backends."""

import warnings
from pathlib import Path

import keras

from mmdvae.export.twin import Twin

EXAMPLE = """\
import json
from pathlib import Path

import keras
import numpy as np

here = Path(__file__).parent
encoder, decoder = (keras.models.load_model(here / f"{name}.keras") for name in ("encoder", "decoder"))
shape = json.loads((here / "model.json").read_text())["image_shape"]  # height, width, channels
images = np.random.default_rng(0).uniform(size=(4, *shape)).astype("float32")  # put yours here: values in [0, 1]
codes = encoder.predict(images, verbose=0)["mean"]
print("codes", codes.shape, "images", decoder.predict(codes, verbose=0)["image"].shape)
"""


def write(twin: Twin, folder: Path) -> None:
    """Write both networks."""
    with warnings.catch_warnings():
        # Of numpy 2, about the way in which Keras makes arrays of TensorFlow's variables.
        warnings.filterwarnings("ignore", "__array__ implementation doesn't accept a copy keyword", DeprecationWarning)
        twin.encoder.save(folder / "encoder.keras")
        twin.decoder.save(folder / "decoder.keras")


def read(folder: Path) -> Twin:
    """Both networks, from the files."""
    encoder, decoder = (keras.models.load_model(folder / f"{name}.keras") for name in ("encoder", "decoder"))
    return Twin(encoder, decoder, None)
