"""Encoder and decoder: the notebook's convolutional network, layer by layer."""

from functools import partial
from typing import Any

import keras
from keras import layers

from mmdvae.model.layers import BatchNorm, ToOneChannel

IMAGE_SHAPE = (28, 28, 1)
# Explicit, because the user's keras.json may set other defaults where a trained model is loaded.
FLOAT: dict[str, Any] = {"dtype": "float32"}
CONVOLUTION = FLOAT | {"kernel_size": 3, "padding": "same", "data_format": "channels_last"}


def encoder(latent_dim: int, *, batch_norm_momentum: float, normalised: bool = False) -> keras.Model:
    """Images (n, 28, 28, 1) in [0, 1] -> posterior mean and log variance, each (n, latent_dim).

    With `normalised` each dimension of the mean has mean 0 and variance 1 over a batch, and nothing is learned that
    could change it ("code normalization"). Source: Rustamov 2021, arXiv:1901.03227.
    """
    convolution = partial(layers.Conv2D, strides=2, activation="relu", **CONVOLUTION)
    images = layers.Input(IMAGE_SHAPE, **FLOAT)
    x = convolution(32)(images)  # (n, 14, 14, 32)
    x = BatchNorm(momentum=batch_norm_momentum, **FLOAT)(x)
    x = convolution(64)(x)  # (n, 7, 7, 64)
    x = BatchNorm(momentum=batch_norm_momentum, **FLOAT)(x)
    x = layers.Flatten(data_format="channels_last", **FLOAT)(x)
    x = layers.Dense(128, activation="relu", **FLOAT)(x)
    mean = layers.Dense(latent_dim, name="mean", **FLOAT)(x)
    if normalised:
        # Dense keeps its bias, though it no longer has an effect: so all variants have the same trained weights.
        mean = layers.BatchNormalization(center=False, scale=False, momentum=batch_norm_momentum, **FLOAT)(mean)
    log_variance = layers.Dense(latent_dim, name="log_variance", **FLOAT)(x)
    return keras.Model(images, [mean, log_variance], name="encoder")


def decoder(latent_dim: int, *, batch_norm_momentum: float) -> keras.Model:
    """Codes (n, latent_dim) -> logits of the pixels (n, 28, 28, 1); their sigmoid is the image.

    Logits, because the cross-entropy is exact when computed from them and clipped when computed from probabilities.
    """
    transposed_convolution = partial(layers.Conv2DTranspose, strides=2, activation="relu", **CONVOLUTION)
    codes = layers.Input((latent_dim,), **FLOAT)
    x = layers.Dense(7 * 7 * 64, activation="relu", **FLOAT)(codes)
    x = layers.Reshape((7, 7, 64), **FLOAT)(x)
    x = transposed_convolution(64)(x)  # (n, 14, 14, 64)
    x = BatchNorm(momentum=batch_norm_momentum, **FLOAT)(x)
    x = transposed_convolution(32)(x)  # (n, 28, 28, 32)
    x = BatchNorm(momentum=batch_norm_momentum, **FLOAT)(x)
    logits = ToOneChannel(data_format="channels_last", **FLOAT)(x)
    return keras.Model(codes, logits, name="decoder")
