"""The fast layers equal Keras's own: outputs and gradients agree within rounding."""

import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from mmdvae.model.layers import BatchNorm, ToOneChannel

IMAGES = np.random.default_rng(0).normal(3.0, 2.0, size=(16, 7, 7, 4)).astype("float32")
WEIGHTS = np.random.default_rng(1).normal(size=IMAGES.shape).astype("float32")  # weights of the differentiated sum
# Mean and variance are sums of 784 float32 terms in another order: relative error near sqrt(784) * 6e-8 = 2e-6, plus
# that of the few operations after them.
ROUNDING = 1e-5


def run(layer, *, training):
    """Outputs, gradients with respect to images, gamma and beta, and the running moments after one call."""
    layer.build(IMAGES.shape)
    layer.gamma.assign([0.5, 1.0, 1.5, 2.0])
    layer.beta.assign([-1.0, 0.0, 1.0, 2.0])
    layer.moving_mean.assign([1.0, 2.0, 3.0, 4.0])
    layer.moving_variance.assign([1.0, 2.0, 3.0, 4.0])
    images = tf.constant(IMAGES)
    with tf.GradientTape() as tape:
        tape.watch(images)
        outputs = layer(images, training=training)
        total = tf.reduce_sum(outputs * WEIGHTS)
    gradients = tape.gradient(total, [images, layer.gamma.value, layer.beta.value])
    return [outputs, *gradients, layer.moving_mean, layer.moving_variance]


@pytest.mark.parametrize("training", [True, False])
def test_outputs_gradients_and_moments_equal_the_stock_layers(training):
    stock = run(layers.BatchNormalization(momentum=0.9), training=training)
    ours = run(BatchNorm(momentum=0.9), training=training)
    for got, want in zip(ours, stock, strict=True):
        want = np.asarray(want)
        np.testing.assert_allclose(np.asarray(got), want, rtol=ROUNDING, atol=ROUNDING * np.abs(want).max())


def test_training_moves_the_running_moments_and_inference_does_not():
    layer = BatchNorm(momentum=0.9)
    layer.build(IMAGES.shape)
    layer(IMAGES, training=False)
    assert not np.any(np.asarray(layer.moving_mean))
    layer(IMAGES, training=True)
    np.testing.assert_allclose(layer.moving_mean, 0.1 * IMAGES.mean(axis=(0, 1, 2)), rtol=ROUNDING)
    np.testing.assert_allclose(layer.moving_variance, 0.9 + 0.1 * IMAGES.var(axis=(0, 1, 2)), rtol=ROUNDING)


@pytest.mark.parametrize("shape", [(16, 7, 7, 4), (1, 2, 3, 5), (3, 1, 1, 2)])
def test_the_transposed_convolution_to_one_channel_is_the_stock_one(shape):
    rng = np.random.default_rng(2)
    inputs, upstream = rng.normal(size=shape).astype("float32"), rng.normal(size=(*shape[:3], 1)).astype("float32")
    kernel = rng.normal(size=(3, 3, 1, shape[3])).astype("float32")
    results = []
    for layer in (ToOneChannel(), layers.Conv2DTranspose(1, 3, padding="same")):
        layer.build(shape)
        layer.kernel.assign(kernel)
        layer.bias.assign([0.5])
        images = tf.constant(inputs)
        with tf.GradientTape() as tape:
            tape.watch(images)
            outputs = layer(images)
            total = tf.reduce_sum(outputs * upstream)
        gradients = tape.gradient(total, [images, layer.kernel.value, layer.bias.value])
        results.append([outputs, *gradients])
    for got, want in zip(*results, strict=True):
        want = np.asarray(want)
        np.testing.assert_allclose(np.asarray(got), want, rtol=ROUNDING, atol=ROUNDING * np.abs(want).max())


def test_each_tap_of_the_kernel_reaches_the_pixel_it_belongs_to():
    """A single bright pixel reproduces the kernel around itself: out[i + a - 1, j + b - 1] = kernel[a, b]."""
    layer = ToOneChannel()
    image = np.zeros((1, 5, 5, 1), dtype="float32")
    image[0, 1, 2, 0] = 1
    layer.build(image.shape)
    taps = np.arange(1.0, 10).reshape(3, 3)
    layer.kernel.assign(taps[..., None, None])
    want = np.zeros((5, 5))
    want[0:3, 1:4] = taps
    np.testing.assert_array_equal(np.asarray(layer(image))[0, ..., 0], want)
