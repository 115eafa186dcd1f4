"""The running moments used in evaluation are means over many batches, and estimating them changes no weights."""

import dataclasses

import keras
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


def test_those_of_normalised_codes_are_too(images):
    model = build(variants.normalised(variants.none()), RECIPE, seed=0)
    loop, rows = CompiledLoop(model, images), np.arange(96)
    dense = model.encoder.get_layer("mean")
    before_the_norm = keras.Model(model.encoder.input, dense.output)
    (norm,) = [layer for layer in model.encoder.layers if isinstance(layer, keras.layers.BatchNormalization)][2:]
    pixels = (images[:96] / 255).astype("float32")[..., None]
    codes = [np.asarray(before_the_norm(pixels[start : start + 32], training=True)) for start in (0, 32, 64)]
    batch_norm_statistics.estimate(model, loop, rows)
    np.testing.assert_allclose(norm.moving_mean, np.mean([one.mean(axis=0) for one in codes], axis=0), atol=1e-5)
    np.testing.assert_allclose(norm.moving_variance, np.mean([one.var(axis=0) for one in codes], axis=0), rtol=1e-4)
    assert norm.momentum == RECIPE.batch_norm_momentum
    # So the codes of these images have nearly mean 0 and variance 1 in evaluation, whatever the last batch was like.
    means = model.encode(images[:96])[0]
    np.testing.assert_allclose(means.mean(axis=0), 0, atol=0.2)


def test_fewer_images_than_a_batch_leave_them_as_they_are(images):
    model = build(variants.none(), RECIPE, seed=0)
    before = model.get_weights()
    batch_norm_statistics.estimate(model, CompiledLoop(model, images), np.arange(31))
    for was, weight in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(was, weight)
