"""The networks for every shape of images."""

import keras
import numpy as np
import pytest

from mmdvae.model import networks
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


def test_at_28_by_28_grey_it_is_the_network_of_the_notebook_layer_by_layer():
    encoder, decoder = both((28, 28, 1))
    kernels = [
        [tuple(layer.kernel.shape) for layer in network.layers if hasattr(layer, "kernel")]
        for network in (encoder, decoder)
    ]
    assert kernels[0] == [(3, 3, 1, 32), (3, 3, 32, 64), (3136, 128), (128, 8), (128, 8)]
    assert kernels[1] == [(8, 3136), (3, 3, 64, 64), (3, 3, 32, 64), (3, 3, 1, 32)]
    trained = sum(int(np.prod(weight.shape)) for network in (encoder, decoder) for weight in network.trainable_weights)
    assert trained == 506_705
    assert not any(isinstance(layer, keras.layers.Cropping2D) for layer in decoder.layers)
