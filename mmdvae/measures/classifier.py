"""A small classifier trained on the data set itself, whose features are used to compare samples with real images.

Trained once per data set and kept in the store. Networks trained on photographs do not fit 28 x 28 grey images and
would have to be downloaded.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers

from mmdvae.data.array_folder import open_split
from mmdvae.files import file_sha256, replacing
from mmdvae.model.batches import in_batches, scaled
from mmdvae.training import checkpoint

MODEL, REFERENCES = "classifier.npz", "references.npz"
FEATURES = 64
EPOCHS, BATCH, SEED = 3, 128, 0
COMPARED = 5_000  # images on each side, the same number everywhere: the Fréchet distance's bias depends on it


class Judge(NamedTuple):
    """A trained classifier, and the features of real images that samples are compared with."""

    network: keras.Model
    references: dict[str, np.ndarray]


def work(
    request: dict[str, Any], folder: Path, report: Callable[[dict], None]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Do the job of kind `classifier` (see mmdvae.jobs.kinds)."""
    return fit(Path(request["data"]), folder, report), (MODEL, REFERENCES)


def fit(data: Path, folder: Path, report: Callable[[dict], None]) -> dict[str, Any]:
    """Train on the training split; write classifier.npz and references.npz into `folder`.

    references.npz: `test` and `train`, the features (m, 64) of m <= 5,000 images drawn from each split, and
    `train_classes` (m,), the predicted classes of the latter.

    Returns: classes (number of classes in training), test_accuracy, features (64), sha256 of classifier.npz.
    """
    (train, labels), (test, test_labels) = open_split(data, "train"), open_split(data, "test")
    count = int(max(labels.max(), test_labels.max())) + 1
    keras.utils.set_random_seed(SEED)
    network = build(count)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss)
    random = np.random.default_rng(SEED)
    for epoch in range(EPOCHS):
        for rows in np.array_split(random.permutation(len(train)), -(-len(train) // BATCH)):
            network.train_on_batch(scaled(train[rows]), labels[rows])
        report({"event": "note", "message": f"epoch {epoch + 1}/{EPOCHS}"})
    checkpoint.save(folder / MODEL, network.weights, {})
    _save_references(network, train, test, folder / REFERENCES)
    accuracy = float(np.mean(judge(network, scaled(test))[1] == test_labels))
    return {
        "classes": len(np.unique(labels)),
        "test_accuracy": accuracy,
        "features": FEATURES,
        "sha256": file_sha256(folder / MODEL),
    }


def load(folder: Path) -> Judge:
    """The trained classifier from a finished job's folder, and the arrays of references.npz."""
    with np.load(folder / REFERENCES, allow_pickle=False) as archive:
        references = {name: archive[name] for name in archive.files}
    network = build(int(references.pop("classes")))
    checkpoint.restore(folder / MODEL, network.weights)
    return Judge(network, references)


def build(count: int) -> keras.Model:
    """Images (n, 28, 28, 1) in [0, 1] -> logits (n, count); its layer "features" gives (n, 64)."""
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
    """Features (n, 64) float32 and predicted classes (n,) of images (n, 28, 28, 1) in [0, 1]."""
    both = keras.Model(network.inputs, [network.get_layer("features").output, network.outputs[0]])
    features, logits = in_batches(both.predict_on_batch, images)
    return features, logits.argmax(axis=1)


def _save_references(network: keras.Model, train: np.ndarray, test: np.ndarray, path: Path) -> None:
    random, count = np.random.default_rng(SEED), min(len(train), len(test), COMPARED)
    drawn = [images[np.sort(random.permutation(len(images))[:count])] for images in (test, train)]
    (test_features, _), (train_features, train_classes) = (judge(network, scaled(images)) for images in drawn)
    with replacing(path) as file:
        np.savez(
            file,
            allow_pickle=False,
            classes=np.int64(network.output_shape[-1]),
            test=test_features,
            train=train_features,
            train_classes=train_classes,
        )
