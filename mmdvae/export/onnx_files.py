"""Format `onnx`: encoder.onnx and decoder.onnx, for runtimes without TensorFlow; needs the extra `onnx`."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from mmdvae.export.twin import Twin

EXAMPLE = """\
import json
from pathlib import Path

import numpy as np
import onnxruntime

here = Path(__file__).parent
encoder, decoder = (onnxruntime.InferenceSession(here / f"{name}.onnx") for name in ("encoder", "decoder"))
shape = json.loads((here / "model.json").read_text())["image_shape"]  # height, width, channels
images = np.random.default_rng(0).uniform(size=(4, *shape)).astype("float32")  # put yours here: values in [0, 1]
(codes,) = encoder.run(["mean"], {"image": images})
print("codes", codes.shape, "images", decoder.run(["image"], {"code": codes})[0].shape)
"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Both networks, from the files, as onnxruntime runs them."""

    encoder: Any
    decoder: Any

    def encode(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Means and log variances (n, d) of images (n, H, W, C)."""
        mean, log_variance = self.encoder.run(["mean", "log_variance"], {"image": images})
        return mean, log_variance

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Images (n, H, W, C) of codes (n, d)."""
        return self.decoder.run(["image"], {"code": codes})[0]


def write(twin: Twin, folder: Path) -> None:
    """Write both networks."""
    for name, network in (("encoder", twin.encoder), ("decoder", twin.decoder)):
        network.predict_on_batch(np.zeros((1, *network.input_shape[1:]), np.float32))  # Keras asks for a first call
        _write(network, folder / f"{name}.onnx")


def read(folder: Path) -> Loaded:
    """Both networks, from the files."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    encoder, decoder = (
        onnxruntime.InferenceSession(folder / f"{name}.onnx", options, providers=["CPUExecutionProvider"])
        for name in ("encoder", "decoder")
    )
    return Loaded(encoder, decoder)


def _write(network: keras.Model, path: Path) -> None:
    import onnx

    with warnings.catch_warnings():
        # Keras asks numpy whether it has `object`, to patch tf2onnx, which still uses it.
        warnings.filterwarnings("ignore", r"In the future `np\.object`", FutureWarning)
        network.export(path, format="onnx", verbose=False)
    written = onnx.load(path)
    for value in (*written.graph.input, *written.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "n"  # of images; it was unk__41
    onnx.save(written, path)
