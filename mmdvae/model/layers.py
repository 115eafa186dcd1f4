"""Faster versions of two Keras layers that TensorFlow computes slowly on a CPU, with the same results.

The only layers that depend on the backend: with any other than TensorFlow they are the stock layers. `make bench`
measures the gain of each (docs/performance.md).
"""

import keras
from keras import layers


class BatchNorm(layers.BatchNormalization):
    """`keras.layers.BatchNormalization` over the channels of (n, height, width, channels), with TensorFlow's fused op.

    Keras composes it from a dozen operations, each of which reads and writes the whole array.
    """

    def call(self, inputs, training=None, mask=None):
        """Normalise `inputs`; in training with the batch's mean and variance, which also update the moving averages."""
        if keras.backend.backend() != "tensorflow":
            return super().call(inputs, training=training, mask=mask)
        if not (training and self.trainable):
            return self._fused(inputs, mean=self.moving_mean, variance=self.moving_variance, is_training=False)[0]
        outputs, mean, variance = self._fused(inputs, is_training=True)
        count = keras.ops.cast(keras.ops.size(inputs) / keras.ops.shape(inputs)[-1], variance.dtype)
        biased_variance = variance * (count - 1) / count  # the fused op divides by n - 1, Keras by n
        self.moving_mean.assign(self.moving_mean * self.momentum + mean * (1 - self.momentum))
        self.moving_variance.assign(self.moving_variance * self.momentum + biased_variance * (1 - self.momentum))
        return outputs

    def _fused(self, inputs, **moments):
        from tensorflow.compat.v1.nn import fused_batch_norm

        values = {name: getattr(value, "value", value) for name, value in moments.items()}
        return fused_batch_norm(inputs, self.gamma.value, self.beta.value, epsilon=self.epsilon, **values)


class ToOneChannel(layers.Conv2DTranspose):
    """`keras.layers.Conv2DTranspose(1, 3, padding="same")`: (n, height, width, channels) -> (n, height, width, 1).

    TensorFlow's op is slow for a single output channel. Here the forward pass is one matrix product, which gives one
    plane for each of the nine taps, and the sum of the planes, each shifted by its tap's offset; the backward pass is
    the stock one.
    """

    def __init__(self, **options):
        super().__init__(1, 3, padding="same", **options)

    def call(self, inputs):
        """Return the transposed convolution of `inputs`."""
        if keras.backend.backend() != "tensorflow":
            return super().call(inputs)
        return _sum_of_taps(inputs, self.kernel.value) + self.bias.value


def _sum_of_taps(inputs, kernel):
    import tensorflow as tf

    @tf.custom_gradient
    def transposed_convolution(inputs, kernel):
        n, height, width, channels = tf.unstack(tf.shape(inputs))
        pixels = tf.reshape(inputs, (-1, channels))
        planes = tf.matmul(tf.reshape(kernel, (9, channels)), pixels, transpose_b=True)
        # Along an axis, tap 0 reads the next pixel and tap 2 the previous one. First rows, then columns.
        above, at, below = tf.unstack(tf.reshape(planes, (3, 3 * n, height, width)))
        rows = tf.pad(above[:, 1:], ((0, 0), (0, 1), (0, 0))) + at + tf.pad(below[:, :-1], ((0, 0), (1, 0), (0, 0)))
        left, at, right = tf.unstack(tf.reshape(rows, (3, n, height, width)))
        outputs = (
            tf.pad(left[..., 1:], ((0, 0), (0, 0), (0, 1))) + at + tf.pad(right[..., :-1], ((0, 0), (0, 0), (1, 0)))
        )

        def gradients(upstream):
            by_kernel = tf.raw_ops.Conv2DBackpropFilter(
                input=upstream, filter_sizes=kernel.shape, out_backprop=inputs, strides=[1] * 4, padding="SAME"
            )
            return tf.nn.conv2d(upstream, kernel, 1, "SAME"), by_kernel

        return outputs[..., None], gradients

    return transposed_convolution(inputs, kernel)
