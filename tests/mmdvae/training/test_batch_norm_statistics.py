"""The running moments used in evaluation are means over many batches, and estimating them changes no weights."""

import dataclasses

import numpy as np
import pytest

from mmdvae import recipes, variants
from mmdvae.data import array_folder
from mmdvae.training import batch_norm_statistics
from mmdvae.training.build import build
from mmdvae.training.compiled_loop import CompiledLoop

RECIPE = dataclasses.replace(recipes.STANDARD, batch_size=32)


@pytest.fixture(scope="module")
def images(tiny):
    return array_folder.open_split(tiny, "train")[0][:128]


def test_they_are_the_means_over_whole_batches(images):
    model = build(variants.none(), RECIPE, seed=0)
    trained = [np.asarray(weight).copy() for weight in model.trainable_variables]
    loop, rows = CompiledLoop(model, images), np.arange(100)[::-1]
    model.reseed(0, 0)
    batch_norm_statistics.estimate(model, loop, rows)  # three batches; the incomplete fourth is left out
    model.reseed(0, 0)
    of_batches = []
    for start in (0, 32, 64):
        target = model.call(images[rows[start : start + 32]], training=True)["target"]
        features = np.asarray(model.encoder.layers[1](target))
        of_batches.append((features.mean(axis=(0, 1, 2)), features.var(axis=(0, 1, 2))))
    layer = model.encoder.layers[2]
    # The training-mode calls above updated the moving moments, so estimate again.
    model.reseed(0, 0)
    batch_norm_statistics.estimate(model, loop, rows)
    mean, variance = np.mean(of_batches, axis=0)
    np.testing.assert_allclose(layer.moving_mean, mean, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(layer.moving_variance, variance, rtol=1e-4, atol=1e-6)
    assert layer.momentum == RECIPE.batch_norm_momentum
    for before, after in zip(trained, model.trainable_variables, strict=True):
        np.testing.assert_array_equal(before, after)


def test_fewer_images_than_a_batch_leave_them_as_they_are(images):
    model = build(variants.none(), RECIPE, seed=0)
    before = model.get_weights()
    batch_norm_statistics.estimate(model, CompiledLoop(model, images), np.arange(31))
    for was, weight in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(was, weight)
