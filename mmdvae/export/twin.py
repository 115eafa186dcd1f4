"""The networks of a trained model as others can use them: of stock layers, with named inputs and outputs.

The encoder gives {"mean", "log_variance"} of an "image", the decoder the {"image"} of a "code", its sigmoid included.
"""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers
from scipy.special import expit

from mmdvae.measures.prior_match import draw_prior
from mmdvae.model.batches import in_batches
from mmdvae.model.layers import BatchNorm, ToOneChannel
from mmdvae.model.networks import FLOAT, LAST
from mmdvae.model.vae import VAE
from mmdvae.training import stock

COMPARED = 64  # images, and as many codes
TOLERANCE = 1e-5  # of the largest value if that is above 1; measured: 1e-6

Encode = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]  # images (n, H, W, C) -> means, log variances (n, d)
Decode = Callable[[np.ndarray], np.ndarray]  # codes (n, d) -> images (n, H, W, C) in [0, 1]


@dataclass(frozen=True, slots=True)
class Twin:
    """Two functional models with the weights of a trained one."""

    encoder: keras.Model
    decoder: keras.Model
    foreign: str | None  # the name of the user's own network that they are; None: they are the built-in one

    def encode(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Means and log variances (n, d) of images (n, H, W, C)."""
        outputs = self.encoder.predict_on_batch(images)
        return outputs["mean"], outputs["log_variance"]

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Images (n, H, W, C) of codes (n, d)."""
        return self.decoder.predict_on_batch(codes)["image"]

    @property
    def is_stock(self) -> bool:
        """Whether Keras can build both without any code of ours or the user's."""
        return stock.is_stock(self.encoder) and stock.is_stock(self.decoder)


def of(model: VAE) -> Twin:
    """The twin of a trained model."""
    image = layers.Input(model.image_shape, name="image", **FLOAT)
    code = layers.Input((model.variant.latent_dim,), name="code", **FLOAT)
    foreign = model.recipe.network
    applied = _called if foreign else _copied
    mean, log_variance = applied(model.encoder, image)
    shown = layers.Activation("sigmoid", name="shown", **FLOAT)(applied(model.decoder, code))
    return Twin(
        keras.Model(image, {"mean": mean, "log_variance": log_variance}, name="encoder"),
        keras.Model(code, {"image": shown}, name="decoder"),
        foreign.name if foreign else None,
    )


def check(what: str, model: VAE, encode: Encode, decode: Decode) -> float:
    """The largest difference from the model of what others do in its place, on 64 images and as many codes.

    The images are what the model itself decodes, and noise. Raises: ValueError if they differ by more than TOLERANCE,
    or if the model has diverged.
    """
    codes = draw_prior(COMPARED, model.variant.latent_dim, seed=0)
    decoded = expit(model.decode(codes)).reshape(COMPARED, *model.image_shape)
    if not np.isfinite(decoded).all():
        raise ValueError("the model has diverged: its images are not finite")
    images = np.random.default_rng(0).uniform(size=decoded.shape).astype(np.float32)
    images[::2] = decoded[::2]
    pairs = {
        "codes": zip(model.encode(images), in_batches(encode, images, model.at_a_time), strict=True),
        "images": zip([decoded], in_batches(lambda block: [decode(block)], codes, model.at_a_time), strict=True),
    }
    largest = 0.0
    for name, both in pairs.items():
        for ours, theirs in both:
            off = float(np.abs(ours - theirs).max() / max(1.0, np.abs(ours).max()))
            if not off <= TOLERANCE:  # written so that NaN fails, too
                raise ValueError(f"{what} must give the {name} of the model within {TOLERANCE:g}, is {off:.2g} off")
            largest = max(largest, off)
    return largest


def _called(network: keras.Model, inputs):
    """A user's own network as it is, inside of another."""
    return network(inputs, training=False)


def _copied(network: keras.Model, inputs):
    """A network of ours with Keras's own layers and the same weights; its outputs."""
    twin = keras.models.clone_model(network, input_tensors=inputs, clone_function=_stock)
    twin.set_weights(network.get_weights())
    return twin.outputs if len(twin.outputs) > 1 else twin.outputs[0]


def _stock(layer: layers.Layer) -> layers.Layer:
    """A new layer of Keras's own that does the same."""
    if isinstance(layer, BatchNorm):
        return layers.BatchNormalization.from_config(layer.get_config())
    if isinstance(layer, ToOneChannel):
        return layers.Conv2DTranspose(1, 3, padding="same", name=layer.name, **LAST)
    return layer.__class__.from_config(layer.get_config())
