"""Networks of Keras's own layers as JSON, from which they can be built without running anybody's code."""

import json
import re
import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np

from mmdvae.files import read_json, write_text
from mmdvae.images import Shape
from mmdvae.model.vae import Networks

FILES = ("encoder.json", "decoder.json")
TOLERANCE = 1e-4  # between outputs of a network and of its twin, relative to the largest
MODULES = re.compile(
    r"keras|keras\.(layers|initializers|regularizers|constraints|activations|src\.models\.functional|src\.ops\.\w+)"
)
# Of Keras, but they run code or read files that the JSON names.
UNSAFE = {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}
UNSAFE |= {"StringLookup", "IntegerLookup", "TextVectorization", "function", "__lambda__"}


def write(networks: Networks, folder: Path, *, image_shape: Shape, latent_dim: int) -> tuple[str, ...]:
    """Write both as JSON if they consist of Keras's own layers, at any depth, and no Lambda; return the files' names.

    Only if networks that are built from the JSON, with the same weights, do the same.
    """
    texts = [_text(network) for network in networks]
    inputs = [(2, *image_shape), (2, latent_dim)]
    if _share_weights(*networks) or not all(map(_same, networks, texts, inputs)):
        return ()
    for name, text in zip(FILES, texts, strict=True):
        write_text(folder / name, text or "")
    return FILES


def there(folder: Path) -> bool:
    """Whether the folder has both files."""
    return all((folder / name).is_file() for name in FILES)


def read(folder: Path) -> Networks:
    """Encoder and decoder from the two files, with new weights.

    Raises: OSError or ValueError if a file is missing, damaged, or names anything but Keras's own layers.
    """
    encoder, decoder = (_built(read_json(folder / name), name) for name in FILES)
    return encoder, decoder


def is_stock(network: keras.Model) -> bool:
    """Whether it consists of Keras's own layers, at any depth, and none of them runs code or reads files."""
    return _text(network) is not None


def _built(config: Any, name: str) -> keras.Model:
    if not _is_stock(config):
        raise ValueError(f"{name} must consist of Keras's own layers only")
    try:
        return keras.models.model_from_json(json.dumps(config))
    except Exception as error:  # Keras raises nearly anything for a damaged configuration
        raise ValueError(f"{name} must describe a network, but {type(error).__name__}: {error}") from None


def _text(network: keras.Model) -> str | None:
    """Its JSON; None if it has parts that are not Keras's own."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a lambda, which we refuse
            text = network.to_json()
    except Exception:  # a layer of the user's own without get_config raises anything
        return None
    return text if _is_stock(json.loads(text)) else None


def _is_stock(config: Any) -> bool:
    """Whether all objects in a configuration are Keras's own and none of them runs code or reads files."""
    if isinstance(config, list):
        return all(map(_is_stock, config))
    if not isinstance(config, dict):
        return True
    name = config.get("class_name")
    stock = name in (None, "__keras_tensor__") or (
        name not in UNSAFE and MODULES.fullmatch(str(config.get("module"))) is not None
    )
    return stock and all(map(_is_stock, config.values()))


def _same(network: keras.Model, text: str | None, shape: tuple[int, ...]) -> bool:
    """Whether what is built from the JSON has the same weights in the same order, and does the same with them."""
    if text is None:
        return False
    try:
        twin = _built(json.loads(text), network.name)
    except ValueError:  # such as a lambda as an activation
        return False
    if [tuple(weight.shape) for weight in twin.weights] != [tuple(weight.shape) for weight in network.weights]:
        return False
    twin.set_weights(network.get_weights())
    inputs = np.random.default_rng(0).uniform(size=shape).astype("float32")
    pairs = zip(*(_outputs(each, inputs) for each in (network, twin)), strict=True)
    return all(np.allclose(a, b, atol=TOLERANCE * (1 + np.abs(a).max()), equal_nan=True) for a, b in pairs)


def _outputs(network: keras.Model, inputs: np.ndarray) -> list[np.ndarray]:
    return [np.asarray(output) for output in keras.tree.flatten(network(inputs, training=False))]


def _share_weights(encoder: keras.Model, decoder: keras.Model) -> bool:
    return bool({id(weight) for weight in encoder.weights} & {id(weight) for weight in decoder.weights})
