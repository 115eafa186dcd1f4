"""The baseline: the notebook's training as written there, with stock Keras layers and `fit`; TensorFlow only."""

import keras
import tensorflow as tf
from keras import layers


def rbf_kernel(x, y, sigma):
    """exp(-|a - b|² / (2 sigma²)), (n, d), (m, d) -> (n, m)."""
    distance = tf.reduce_sum(tf.square(tf.expand_dims(x, 1) - tf.expand_dims(y, 0)), axis=2)
    return tf.exp(-distance / (2 * sigma**2))


def mmd(z, prior, sigma):
    """The V-statistic."""
    within = tf.reduce_mean(rbf_kernel(z, z, sigma)) + tf.reduce_mean(rbf_kernel(prior, prior, sigma))
    return within - 2 * tf.reduce_mean(rbf_kernel(z, prior, sigma))


def encoder():
    """Augmentation, two convolutions with batch normalisation, dropout that is never active."""
    images = layers.Input((28, 28, 1))
    x = layers.RandomFlip("horizontal")(images)
    # 0.2 in the notebook, where it meant a factor from U(0.8, 1.2); Keras 3.15 reads 0.2 as U(1, 1.2).
    x = layers.RandomContrast((0.2, 0.2))(x)
    x = layers.BatchNormalization()(layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(x))
    x = layers.BatchNormalization()(layers.Conv2D(64, 3, strides=2, padding="same", activation="relu")(x))
    x = layers.Dropout(0.5)(layers.Dense(128, activation="relu")(layers.Flatten()(x)))
    return keras.Model(images, [layers.Dense(8)(x), layers.Dense(8)(x)])


def decoder():
    """Three transposed convolutions."""
    codes = layers.Input((8,))
    x = layers.Reshape((7, 7, 64))(layers.Dense(7 * 7 * 64, activation="relu")(codes))
    x = layers.Conv2DTranspose(64, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.Conv2DTranspose(32, 3, strides=2, padding="same", activation="relu")(layers.BatchNormalization()(x))
    x = layers.BatchNormalization()(x)
    return keras.Model(codes, layers.Conv2DTranspose(1, 3, padding="same", activation="sigmoid")(x))


class NotebookVAE(keras.Model):
    """The notebook's model; its call takes no training flag, see docs/decisions/recipes.md."""

    def __init__(self, alpha, sigma):
        super().__init__()
        self.encoder, self.decoder, self.alpha, self.sigma = encoder(), decoder(), alpha, sigma

    def call(self, images):
        """Reconstruct, and add the penalty to the loss."""
        mean, log_variance = self.encoder(images)
        z = tf.random.normal(tf.shape(mean)) * tf.exp(0.5 * log_variance) + mean
        self.add_loss(self.alpha * mmd(z, tf.random.normal(tf.shape(z)), self.sigma))
        return self.decoder(z)


def rounded_accuracy(target, image):
    """Share of pixels on the correct side of 0.5."""
    return keras.metrics.binary_accuracy(tf.round(target), tf.round(image))


def build(alpha=0.6, sigma=0.1):
    """A compiled model, ready for `fit(images, images, batch_size=32)` with images (n, 28, 28, 1) in [0, 1]."""
    model = NotebookVAE(alpha, sigma)
    model.compile(
        optimizer=keras.optimizers.SGD(0.5),
        loss=lambda target, image: (1 - alpha) * keras.ops.binary_crossentropy(target, image),
        metrics=[rounded_accuracy],
    )
    return model
