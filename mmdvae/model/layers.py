"""Two Keras layers that TensorFlow computes slowly on a CPU, computed well; the results are the stock layers'.

The one place where a layer knows the backend. With any other than TensorFlow they are the stock layers. What each one
gains is measured by `make bench` (docs/performance.md).
"""

import keras
from keras import layers


class BatchNorm(layers.BatchNormalization):
    """`keras.layers.BatchNormalization` over the channels of (n, height, width, channels), with the fused kernel.

    Keras composes it from a dozen operations, each of which reads and writes the whole array.
    """

    def call(self, inputs, training=None, mask=None):
        """Normalise `inputs`; in training by the batch's own moments, which also move the running ones."""
        if keras.backend.backend() != "tensorflow":
            return super().call(inputs, training=training, mask=mask)
        if not (training and self.trainable):
            return self._fused(inputs, mean=self.moving_mean, variance=self.moving_variance, is_training=False)[0]
        outputs, mean, variance = self._fused(inputs, is_training=True)
        count = keras.ops.cast(keras.ops.size(inputs) / keras.ops.shape(inputs)[-1], variance.dtype)
        biased_variance = variance * (count - 1) / count  # the fused kernel reports n - 1, Keras keeps n
        self.moving_mean.assign(self.moving_mean * self.momentum + mean * (1 - self.momentum))
        self.moving_variance.assign(self.moving_variance * self.momentum + biased_variance * (1 - self.momentum))
        return outputs

    def _fused(self, inputs, **moments):
        from tensorflow.compat.v1.nn import fused_batch_norm

        values = {name: getattr(value, "value", value) for name, value in moments.items()}
        return fused_batch_norm(inputs, self.gamma.value, self.beta.value, epsilon=self.epsilon, **values)


class ToOneChannel(layers.Conv2DTranspose):
    """`keras.layers.Conv2DTranspose(1, 3, padding="same")`: (n, height, width, channels) -> (n, height, width, 1).

    The stock kernel spends most of its time on an output channel of width one. Here the forward pass is one matrix
    product, from which each of the nine taps gets a plane of its own, and the sum of the planes, each shifted by its
    tap; the backward pass is the stock one.
    """

    def __init__(self, **options):
        super().__init__(1, 3, padding="same", **options)

    def call(self, inputs):
        """The transposed convolution of `inputs`."""
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
        # Tap 0 of an axis takes from one pixel further on, tap 2 from one before. First rows, then columns.
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
