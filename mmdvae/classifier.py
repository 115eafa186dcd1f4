"""A small classifier of the data set's own images: its features judge how real a made image looks.

Trained once per data set and kept in the store. Networks trained on other pictures know nothing of 28 x 28 grey ones,
and would have to be downloaded.
"""

from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

from mmdvae import checkpoint
from mmdvae.data_folder import open_split

MODEL = "classifier.npz"
FEATURES = 64
EPOCHS, BATCH, SEED = 3, 128, 0
INFERENCE_BATCH = 500


def fit(data: Path, folder: Path) -> dict[str, Any]:
    """Train on the training split; leave classifier.npz in `folder`. Returns classes, test_accuracy and train_images."""
    images, labels = open_split(data, "train")
    test, test_labels = open_split(data, "test")
    count = int(max(labels.max(), test_labels.max())) + 1
    keras.utils.set_random_seed(SEED)
    network = build(count)
    network.compile(optimizer=keras.optimizers.Adam(1e-3), loss=keras.losses.SparseCategoricalCrossentropy(True))
    order = np.random.default_rng(SEED)
    for _ in range(EPOCHS):
        for rows in np.array_split(order.permutation(len(images)), -(-len(images) // BATCH)):
            network.train_on_batch(scaled(images[rows]), labels[rows])
    checkpoint.save(folder / MODEL, network.weights, {})
    accuracy = float(np.mean(judge(network, scaled(test))[1] == test_labels))
    return {"classes": count, "test_accuracy": accuracy, "train_images": len(images)}


def load(folder: Path, count: int) -> keras.Model:
    """The trained classifier of `count` classes."""
    network = build(count)
    checkpoint.restore(folder / MODEL, network.weights)
    return network


def build(count: int) -> keras.Model:
    """Images (n, 28, 28, 1) in [0, 1] -> logits (n, count); its last layer but one gives the features (n, 64)."""
    return keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(32, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(64, 3, strides=2, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(FEATURES, activation="relu", name="features"),
            layers.Dense(count),
        ]
    )


def judge(network: keras.Model, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Features (n, 64) float32 and classes (n,) of images (n, 28, 28, 1) in [0, 1]."""
    both = keras.Model(network.inputs, [network.get_layer("features").output, network.outputs[0]])
    starts = range(0, len(images), INFERENCE_BATCH)
    batches = [both.predict_on_batch(images[start : start + INFERENCE_BATCH]) for start in starts]
    features, logits = (np.concatenate(part) for part in zip(*batches, strict=True))
    return features, logits.argmax(axis=1)


def scaled(images: np.ndarray) -> np.ndarray:
    """uint8 (n, 28, 28) -> float32 (n, 28, 28, 1) in [0, 1]."""
    return np.asarray(images, dtype="float32")[..., None] / 255
