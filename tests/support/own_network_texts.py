"""Networks of a user's own as text: good ones, and wrong ones, each with what the check says of it."""

from mmdvae.files import digest
from mmdvae.plugins import loading
from mmdvae.recipes import Network
from mmdvae.training.own_network import OwnNetwork

# Dropout, noise and a BatchNormalization with a momentum of its own, in nested networks.
GOOD = """
import keras
from keras import layers


def build(image_shape, latent_dim, width=8):
    images = layers.Input(image_shape)
    x = layers.AveragePooling2D(4)(images)
    x = stem(width)(x)
    x = layers.GaussianNoise(0.05)(x)
    encoder = keras.Model(images, [layers.Dense(latent_dim)(x), layers.Dense(latent_dim)(x)])
    height, wide, channels = image_shape
    decoder = keras.Sequential([
        layers.Input((latent_dim,)), layers.Dense(width, activation="relu"), layers.Dropout(0.1),
        layers.Dense(height * wide * channels), layers.Reshape(image_shape),
    ])
    return encoder, decoder


def stem(width):
    return keras.Sequential([
        layers.Flatten(), layers.Dense(width), layers.BatchNormalization(momentum=0.7),
        layers.ReLU(), layers.Dropout(0.2),
    ])
"""

# A subclassed model and a layer that consists of others, which are not Keras's own.
SUBCLASSED = """
import keras
from keras import layers, ops


class Block(layers.Layer):
    def __init__(self, width):
        super().__init__()
        self.dense, self.norm, self.drop = layers.Dense(width), layers.BatchNormalization(), layers.Dropout(0.2)

    def call(self, x, training=False):
        return self.drop(ops.relu(self.norm(self.dense(x), training=training)), training=training)


class Encoder(keras.Model):
    def __init__(self, latent_dim):
        super().__init__()
        self.block, self.mean, self.spread = Block(8), layers.Dense(latent_dim), layers.Dense(latent_dim)
        self.average = self.add_weight(shape=(), initializer="zeros", trainable=False, name="average")

    def call(self, images, training=False):
        x = self.block(ops.reshape(images, (ops.shape(images)[0], -1)), training=training)
        if training:
            self.average.assign(0.9 * self.average + 0.1 * ops.mean(x))
        return self.mean(x) + self.average, self.spread(x)


class Decoder(keras.Model):
    def __init__(self, image_shape):
        super().__init__()
        height, width, channels = image_shape
        self.dense, self.shaped = layers.Dense(height * width * channels), layers.Reshape(image_shape)

    def call(self, codes):
        return self.shaped(self.dense(codes))


def build(image_shape, latent_dim):
    return Encoder(latent_dim), Decoder(image_shape)
"""


def network(text, **options):
    """What a recipe says of a network of this text."""
    return Network(name="own.py:build", options=options, source=digest({"own.py": text}))


def own(text, folder, **options):
    """The function in the text, imported from a copy in the folder."""
    loading.write({"own.py": text}, folder)
    return OwnNetwork(network(text, **options), folder)
