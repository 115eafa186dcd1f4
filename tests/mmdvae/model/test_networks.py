"""The networks for every shape of images."""

import keras
import numpy as np
import pytest
from keras import layers

from mmdvae.model import networks
from mmdvae.model.layers import BatchNorm, ToOneChannel
from mmdvae.model.stages import Stages

# By shape: channels of the stages, the grid after them, weights of both networks with eight latent dimensions.
SHAPES = {
    (8, 8, 1): ([32], (4, 4)),
    (28, 28, 1): ([32, 64], (7, 7)),
    (32, 32, 3): ([32, 64], (8, 8)),
    (37, 50, 3): ([32, 64, 128], (5, 7)),
    (96, 64, 1): ([32, 64, 128, 256], (6, 4)),
    (256, 256, 3): ([32, 64, 128, 256, 256], (8, 8)),
}


def both(shape, latent_dim=8):
    return (
        networks.encoder(shape, latent_dim, batch_norm_momentum=0.9),
        networks.decoder(shape, latent_dim, batch_norm_momentum=0.9),
    )


@pytest.mark.parametrize(("shape", "stages"), SHAPES.items())
def test_stages_halve_the_image_until_no_side_is_longer_than_eight_pixels(shape, stages):
    widths, grid = stages
    assert (Stages(shape).widths, Stages(shape).last) == (widths, (*grid, widths[-1]))
    assert max(grid) <= 8 < 2 * max(Stages(shape).grid(len(widths) - 1))


@pytest.mark.parametrize("shape", [(8, 8, 1), (37, 50, 3), (9, 256, 1)])
def test_codes_become_images_of_the_shape_that_is_encoded(shape):
    encoder, decoder = both(shape, latent_dim=3)
    images = np.random.default_rng(0).random((2, *shape), dtype="float32")
    mean, log_variance = encoder.predict_on_batch(images)
    assert mean.shape == log_variance.shape == (2, 3)
    assert decoder.predict_on_batch(mean).shape == images.shape


def test_posteriors_start_with_variance_one_except_at_the_notebooks_shape():
    for shape, even in (((29, 28, 1), True), ((28, 28, 3), True), ((28, 28, 1), False)):
        pixels = np.random.default_rng(0).random((2, *shape), dtype="float32")
        log_variance = both(shape)[0].predict_on_batch(pixels)[1]
        assert (not log_variance.any()) == even


def notebook(latent_dim=8):
    """The notebook's encoder and decoder as they were written before there was a rule."""
    halved = {"padding": "same", "activation": "relu", "strides": 2}
    images = layers.Input((28, 28, 1))
    x = BatchNorm(momentum=0.9)(layers.Conv2D(32, 3, **halved)(images))
    x = BatchNorm(momentum=0.9)(layers.Conv2D(64, 3, **halved)(x))
    x = layers.Dense(128, activation="relu")(layers.Flatten()(x))
    encoder = keras.Model(images, [layers.Dense(latent_dim)(x), layers.Dense(latent_dim)(x)])
    codes = layers.Input((latent_dim,))
    x = layers.Reshape((7, 7, 64))(layers.Dense(7 * 7 * 64, activation="relu")(codes))
    x = BatchNorm(momentum=0.9)(layers.Conv2DTranspose(64, 3, **halved)(x))
    x = BatchNorm(momentum=0.9)(layers.Conv2DTranspose(32, 3, **halved)(x))
    return encoder, keras.Model(codes, ToOneChannel()(x))


def test_at_28_by_28_grey_it_is_the_network_of_the_notebook_to_the_last_bit():
    pairs = []
    for made in (notebook, lambda: both((28, 28, 1))):
        keras.utils.set_random_seed(0)
        pairs.append(made())
    weights = [[np.asarray(weight) for network in pair for weight in network.weights] for pair in pairs]
    for before, now in zip(*weights, strict=True):
        np.testing.assert_array_equal(before, now)
    pixels = np.random.default_rng(0).random((4, 28, 28, 1), dtype="float32")
    outputs = [[*encoder(pixels, training=True), decoder(np.ones((4, 8)), training=True)] for encoder, decoder in pairs]
    for before, now in zip(*outputs, strict=True):
        np.testing.assert_array_equal(np.asarray(before), np.asarray(now))
    assert sum(int(np.prod(weight.shape)) for network in pairs[1] for weight in network.trainable_weights) == 506_705
