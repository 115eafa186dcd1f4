"""Format `savedmodel`: folders encoder and decoder, which TensorFlow loads without Keras."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mmdvae.export.twin import Twin

EXAMPLE = """\
import json
from pathlib import Path

import numpy as np
import tensorflow as tf

here = Path(__file__).parent
encoder, decoder = (tf.saved_model.load(str(here / name)) for name in ("encoder", "decoder"))
shape = json.loads((here / "model.json").read_text())["image_shape"]  # height, width, channels
images = np.random.default_rng(0).uniform(size=(4, *shape)).astype("float32")  # put yours here: values in [0, 1]
codes = encoder.serve(images)["mean"]
print("codes", codes.shape, "images", decoder.serve(codes)["image"].shape)
"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Both networks, from the folders."""

    encoder: Any
    decoder: Any

    def encode(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Means and log variances (n, d) of images (n, H, W, C)."""
        outputs = self.encoder.serve(images)
        return outputs["mean"].numpy(), outputs["log_variance"].numpy()

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Images (n, H, W, C) of codes (n, d)."""
        return self.decoder.serve(codes)["image"].numpy()


def write(twin: Twin, folder: Path) -> None:
    """Write both networks. Raises: OSError if the disk is full, for which TensorFlow has errors of its own."""
    import tensorflow as tf

    try:
        twin.encoder.export(folder / "encoder", format="tf_saved_model", verbose=False)
        twin.decoder.export(folder / "decoder", format="tf_saved_model", verbose=False)
    except tf.errors.OpError as error:  # ...: temporary file; No space left on device [Op:SaveV2]
        raise OSError(error.message.rpartition("; ")[2].partition(" [Op:")[0]) from None


def read(folder: Path) -> Loaded:
    """Both networks, from the folders."""
    import tensorflow as tf

    encoder, decoder = (tf.saved_model.load(str(folder / name)) for name in ("encoder", "decoder"))
    return Loaded(encoder, decoder)
