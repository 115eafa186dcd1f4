"""Random augmentation with one draw per image: (n, H, W, C) -> (n, H, W, C)."""

import keras
from keras import ops


def flip_half(images, seed: keras.random.SeedGenerator):
    """Mirror each image left to right with probability 0.5."""
    coin = keras.random.uniform((ops.shape(images)[0], 1, 1, 1), seed=seed) < 0.5
    return ops.where(coin, ops.flip(images, axis=2), images)


def change_contrast(images, factor: float, seed: keras.random.SeedGenerator):
    """Scale each image about its mean by a factor from U(1 - f, 1 + f), then clip values below 0.

    Same as `keras.layers.RandomContrast` on images in [0, 1]: its value range is 0..255, so values above 1 are kept.
    """
    stretch = keras.random.uniform((ops.shape(images)[0], 1, 1, 1), minval=1 - factor, maxval=1 + factor, seed=seed)
    mean = ops.mean(images, axis=(1, 2), keepdims=True)
    return ops.maximum((images - mean) * stretch + mean, 0.0)
