"""Encoder and decoder: convolutions of stride 2 until the image is small, then a dense layer.

At 28 x 28 x 1 this is the notebook's network, layer by layer; docs/decisions/networks.md has the rule for other shapes.
"""

import math
from functools import partial
from typing import Any

import keras
from keras import layers

from mmdvae.images import Shape
from mmdvae.model.layers import BatchNorm, ToOneChannel
from mmdvae.model.stages import Stages

NOTEBOOK: Shape = (28, 28, 1)  # at this shape the initial weights, too, are the notebook's
# Explicit, because the user's keras.json may set other defaults where a trained model is loaded.
FLOAT: dict[str, Any] = {"dtype": "float32"}
CONVOLUTION = FLOAT | {"kernel_size": 3, "padding": "same", "data_format": "channels_last"}
LAST = FLOAT | {"data_format": "channels_last"}


def encoder(
    image_shape: Shape, latent_dim: int, *, batch_norm_momentum: float, normalised: bool = False
) -> keras.Model:
    """Images (n, H, W, C) in [0, 1] -> posterior mean and log variance, each (n, latent_dim).

    With `normalised` each dimension of the mean has mean 0 and variance 1 over a batch, and nothing is learned that
    could change it ("code normalization"). Source: Rustamov 2021, arXiv:1901.03227.
    """
    convolution = partial(layers.Conv2D, strides=2, activation="relu", **CONVOLUTION)
    stages = Stages(image_shape)
    images = layers.Input(image_shape, **FLOAT)
    x = images
    for channels in stages.widths:
        x = convolution(channels)(x)  # (n, H / 2, W / 2, channels), then a quarter, ...
        x = BatchNorm(momentum=batch_norm_momentum, **FLOAT)(x)
    x = layers.Flatten(**LAST)(x)
    x = layers.Dense(stages.hidden, activation="relu", **FLOAT)(x)
    mean = layers.Dense(latent_dim, name="mean", **FLOAT)(x)
    if normalised:
        # Dense keeps its bias, though it no longer has an effect: so all variants have the same trained weights.
        mean = _normalised(mean, batch_norm_momentum)
    # Images with large even areas have features of twenty standard deviations, which make noise that hides the image.
    start = "glorot_uniform" if image_shape == NOTEBOOK else "zeros"
    log_variance = layers.Dense(latent_dim, name="log_variance", kernel_initializer=start, **FLOAT)(x)
    return keras.Model(images, [mean, log_variance], name="encoder")


def with_normalised_mean(encoder: keras.Model, image_shape: Shape, *, batch_norm_momentum: float) -> keras.Model:
    """An encoder of the user's own, its mean normalised as with `encoder(..., normalised=True)`."""
    images = layers.Input(image_shape, **FLOAT)
    mean, log_variance = encoder(images)
    return keras.Model(images, [_normalised(mean, batch_norm_momentum), log_variance], name="normalised_encoder")


def _normalised(mean, momentum: float):
    return layers.BatchNormalization(center=False, scale=False, momentum=momentum, **FLOAT)(mean)


def decoder(image_shape: Shape, latent_dim: int, *, batch_norm_momentum: float) -> keras.Model:
    """Codes (n, latent_dim) -> logits of the pixels (n, H, W, C); their sigmoid is the image.

    Logits, because the cross-entropy is exact when computed from them and clipped when computed from probabilities.
    """
    transposed_convolution = partial(layers.Conv2DTranspose, strides=2, activation="relu", **CONVOLUTION)
    stages = Stages(image_shape)
    codes = layers.Input((latent_dim,), **FLOAT)
    x = layers.Dense(math.prod(stages.last), activation="relu", **FLOAT)(codes)
    x = layers.Reshape(stages.last, **FLOAT)(x)
    for channels in reversed(stages.widths):
        x = transposed_convolution(channels)(x)  # twice the height and width
        x = BatchNorm(momentum=batch_norm_momentum, **FLOAT)(x)
    if any(stages.surplus):
        x = layers.Cropping2D([(0, pixels) for pixels in stages.surplus], **LAST)(x)  # below and right
    # With three channels Keras's own layer is as fast (docs/decisions/networks.md).
    last = ToOneChannel(**LAST) if image_shape[2] == 1 else layers.Conv2DTranspose(image_shape[2], **CONVOLUTION)
    return keras.Model(codes, last(x), name="decoder")
