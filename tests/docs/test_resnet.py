"""The residual network of docs/examples: shapes, weights, what it does without training; it is what users copy."""

import importlib.util
from pathlib import Path

import keras
import numpy as np
import pytest

from mmdvae.model import cost

PATH = Path(__file__).parents[2] / "docs/examples/resnet.py"
SHAPES = [(8, 8, 1), (9, 17, 3), (28, 28, 1), (32, 32, 3), (37, 50, 3), (96, 64, 1), (218, 178, 3), (256, 256, 3)]


@pytest.fixture(scope="module")
def resnet():
    spec = importlib.util.spec_from_file_location("resnet", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gets_codes_and_logits_of_its_own_shape(resnet, shape):
    encoder, decoder = resnet.build(shape, 5, width=8)
    images = np.random.default_rng(0).random((3, *shape), np.float32)
    mean, log_variance = encoder(images, training=False)
    assert mean.shape == log_variance.shape == (3, 5)
    np.testing.assert_array_equal(log_variance, 0)  # at first, so the noise of the codes has deviation 1
    logits = keras.ops.convert_to_numpy(decoder(mean, training=False))
    assert logits.shape == (3, *shape)
    assert logits.min() < 0 < logits.max()  # no probabilities
    alone, _ = encoder(images[1:2], training=False)
    np.testing.assert_allclose(alone[0], mean[1], atol=1e-5)  # no image sees its neighbours
    np.testing.assert_array_equal(encoder(images, training=False)[0], mean)


def test_it_has_fewer_weights_than_the_built_in_network_and_width_sets_them(resnet):
    """A block of width w has 9 w² in each of its two convolutions, and 4 w² beside them."""
    weights = {
        width: sum(network.count_params() for network in resnet.build((32, 32, 3), 8, width=width))
        for width in (16, 32)
    }
    assert weights == {16: 106_243, 32: 318_451}
    assert weights[32] < cost.weights((32, 32, 3), 8) / 1.9
    assert [layer.filters for layer in resnet.build((256, 256, 3), 8)[0].layers if "conv" in layer.name][-1] == 256


def test_all_of_it_is_plain_keras_and_every_trainable_weight_has_an_effect(resnet):
    shape = (16, 16, 3)
    keras.utils.set_random_seed(0)
    encoder, decoder = resnet.build(shape, 4, width=8)
    for network in (encoder, decoder):
        again = keras.models.model_from_json(network.to_json())  # without this file
        assert [weight.shape for weight in again.weights] == [weight.shape for weight in network.weights]
    before = [weight.numpy().copy() for weight in (*encoder.trainable_weights, *decoder.trainable_weights)]
    images = np.random.default_rng(0).random((8, *shape), np.float32)
    codes = keras.Input(shape)
    mean, log_variance = encoder(codes)
    whole = keras.Model(codes, [decoder(mean + log_variance)])
    whole.compile(optimizer=keras.optimizers.SGD(0.1), loss=keras.losses.BinaryCrossentropy(from_logits=True))
    for _ in range(2):  # the kernel of the log variances starts at 0
        whole.train_on_batch(images, images)
    after = [weight.numpy() for weight in (*encoder.trainable_weights, *decoder.trainable_weights)]
    same = [
        weight.path
        for weight, old, new in zip(
            (*encoder.trainable_weights, *decoder.trainable_weights), before, after, strict=True
        )
        if np.array_equal(old, new)
    ]
    assert not same
