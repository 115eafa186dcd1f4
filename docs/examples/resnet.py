"""A residual network for mmdvae: mmdvae compare --network docs/examples/resnet.py:build --allow-code

Copy it and change what you like. What it must keep: two models of Keras, images (n, H, W, C) in [0, 1] -> [mean,
log variance], each (n, latent_dim), and codes (n, latent_dim) -> logits (n, H, W, C), whose sigmoid is the image.
"""

import math

import keras
from keras import layers

GRID = 8  # the stages end when no side is longer
MOMENTUM = 0.9  # of batch normalisation; Keras's own 0.99 lags behind the weights in trainings of a few hundred steps


def build(image_shape, latent_dim, width=32):
    """Encoder and decoder for images of 8 to 256 pixels a side; width is the number of channels of the first stage."""
    stages = max(1, math.ceil(math.log2(max(image_shape[:2]) / GRID)))
    widths = [width * min(2**stage, 8) for stage in range(stages)]
    return encoder(image_shape, latent_dim, widths), decoder(image_shape, latent_dim, widths)


def encoder(image_shape, latent_dim, widths):
    """A residual block that halves height and width for each of the widths, then a dense layer for each output."""
    images = layers.Input(image_shape)
    x = layers.Conv2D(widths[0], 3, padding="same")(images)
    for channels in widths:
        x = residual(x, channels, layers.Conv2D)  # an odd side is rounded up
    x = layers.Flatten()(activated(x))
    mean = layers.Dense(latent_dim, name="mean")(x)
    # From 0, so that the first codes have noise of deviation 1: large features would make noise that hides the image.
    log_variance = layers.Dense(latent_dim, kernel_initializer="zeros", name="log_variance")(x)
    return keras.Model(images, [mean, log_variance], name="encoder")


def decoder(image_shape, latent_dim, widths):
    """The encoder's mirror image; rows and columns that are too many after rounding up are cut off."""
    height, width, channels = image_shape
    rows, columns = (-(-pixels // 2 ** len(widths)) for pixels in (height, width))
    codes = layers.Input((latent_dim,))
    x = layers.Dense(rows * columns * widths[-1])(codes)
    x = layers.Reshape((rows, columns, widths[-1]))(x)
    for filters in reversed(widths):
        x = residual(x, filters, layers.Conv2DTranspose)
    x = layers.Conv2D(channels, 3, padding="same")(activated(x))
    surplus = rows * 2 ** len(widths) - height, columns * 2 ** len(widths) - width
    logits = layers.Cropping2D([(0, pixels) for pixels in surplus])(x)
    return keras.Model(codes, logits, name="decoder")


def residual(x, channels, convolution):
    """x plus what two convolutions make of it; both ways halve height and width, or double them if transposed."""
    straight = convolution(channels, 2, strides=2, padding="same")(x)
    x = convolution(channels, 3, strides=2, padding="same", use_bias=False)(activated(x))  # what follows has one
    x = layers.Conv2D(channels, 3, padding="same")(activated(x))
    return layers.Add()([straight, x])


def activated(x):
    """Batch normalisation, then what is above 0."""
    return layers.ReLU()(layers.BatchNormalization(momentum=MOMENTUM)(x))
