"""Encoder and decoder: the notebook's convolutional network, layer by layer."""

import keras
from keras import layers

from mmdvae.layers import BatchNorm, ToOneChannel

IMAGE_SHAPE = (28, 28, 1)


def encoder(latent_dim: int, *, batch_norm_momentum: float) -> keras.Model:
    """Images (n, 28, 28, 1) in [0, 1] -> posterior mean and log variance, each (n, latent_dim)."""
    images = layers.Input(IMAGE_SHAPE)
    x = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(images)  # (n, 14, 14, 32)
    x = BatchNorm(momentum=batch_norm_momentum)(x)
    x = layers.Conv2D(64, 3, strides=2, padding="same", activation="relu")(x)  # (n, 7, 7, 64)
    x = BatchNorm(momentum=batch_norm_momentum)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation="relu")(x)
    mean = layers.Dense(latent_dim, name="mean")(x)
    log_variance = layers.Dense(latent_dim, name="log_variance")(x)
    return keras.Model(images, [mean, log_variance], name="encoder")


def decoder(latent_dim: int, *, batch_norm_momentum: float) -> keras.Model:
    """Codes (n, latent_dim) -> logits of the pixels (n, 28, 28, 1); their sigmoid is the image.

    Logits, because the cross-entropy is exact from them and clipped from probabilities.
    """
    codes = layers.Input((latent_dim,))
    x = layers.Dense(7 * 7 * 64, activation="relu")(codes)
    x = layers.Reshape((7, 7, 64))(x)
    x = layers.Conv2DTranspose(64, 3, strides=2, padding="same", activation="relu")(x)  # (n, 14, 14, 64)
    x = BatchNorm(momentum=batch_norm_momentum)(x)
    x = layers.Conv2DTranspose(32, 3, strides=2, padding="same", activation="relu")(x)  # (n, 28, 28, 32)
    x = BatchNorm(momentum=batch_norm_momentum)(x)
    logits = ToOneChannel()(x)
    return keras.Model(codes, logits, name="decoder")
