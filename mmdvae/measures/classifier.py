"""A small classifier trained on the data set itself, whose features are used to compare samples with real images.

Trained once per data set and kept in the store. Networks trained on photographs do not fit small grey images and would
have to be downloaded. Of images without labels it learns how they were turned (`orientations`).
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers

from mmdvae.data.array_folder import open_split
from mmdvae.files import file_sha256, replacing
from mmdvae.images import Shape, shape_of
from mmdvae.measures import orientations
from mmdvae.measures.blocks import give_back
from mmdvae.model.batches import in_batches, scaled
from mmdvae.model.stages import Stages
from mmdvae.training import checkpoint

MODEL, REFERENCES = "classifier.npz", "references.npz"
FEATURES = 64
EPOCHS, BATCH, SEED = 3, 128, 0
COMPARED = 5_000  # images on each side, the same number everywhere: the Fréchet distance's bias depends on it
# Training images are all, or as many as have a million times 28 x 28 values, but not fewer than 5,000: 5 to 12 minutes
# on one core.
VALUES, FEWEST = 784_000_000, 5_000
BETTER = 1.5  # times chance: a classifier that knows less of the images judges nothing
CLASSES = "classes"  # the task with labels


class Judge(NamedTuple):
    """A trained classifier, and the features of real images that samples are compared with."""

    network: keras.Model  # images -> features and logits
    references: dict[str, np.ndarray]
    task: str = CLASSES  # what it tells apart: classes, orientations or flips

    def classes(self, predicted: np.ndarray) -> np.ndarray | None:
        """The predicted classes (n,) if they are those of the data."""
        return predicted if self.task == CLASSES else None


def work(
    request: dict[str, Any], folder: Path, report: Callable[[dict], None]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Do the job of kind `classifier` (see mmdvae.jobs.kinds)."""
    return fit(Path(request["data"]), folder, report), (MODEL, REFERENCES)


def fit(data: Path, folder: Path, report: Callable[[dict], None]) -> dict[str, Any]:
    """Train on the training split; write classifier.npz and references.npz into `folder`.

    The labels are the classes, or how each image was turned if all training images have the same. references.npz:
    `test` and `train`, the features (m, 64) of m <= 5,000 images drawn from each split, and `train_classes` (m,), the
    predicted classes of the latter; `task` and `outputs`, how many classes the network has.

    Returns: task (classes, orientations or flips), classes (how many of them in training), test_accuracy, fit (whether
    it tells test images' classes better than 1.5 times by chance), features (64), sha256 of classifier.npz.
    """
    (train, labels), (test, test_labels) = open_split(data, "train"), open_split(data, "test")
    classes, shape = len(np.unique(labels)), shape_of(train)
    labelled = classes > 1
    task: str = CLASSES if labelled else orientations.task(shape)
    keras.utils.set_random_seed(SEED)
    network = build(int(max(labels.max(), test_labels.max())) + 1 if labelled else orientations.COUNT, shape)
    _train(network, train, labels if labelled else None, report)
    checkpoint.save(folder / MODEL, network.weights, {})
    both = _with_features(network)
    _save_references(both, train, test, folder / REFERENCES, task=task)
    turns = None if labelled else orientations.draw(len(test), seed=SEED)
    truth = test_labels if turns is None else turns
    right = _predicted(both, test, np.arange(len(test)), turns)[1] == truth
    told = classes if labelled else orientations.COUNT
    return {
        "task": task,
        "classes": told,
        "test_accuracy": float(np.mean(right)),
        "fit": balanced_accuracy(right, truth) > BETTER / told,
        "features": FEATURES,
        "sha256": file_sha256(folder / MODEL),
    }


def load(folder: Path) -> Judge:
    """The trained classifier from a finished job's folder, and the arrays of references.npz."""
    with np.load(folder / REFERENCES, allow_pickle=False) as archive:
        references = {name: archive[name] for name in archive.files}
    height, width, channels = (int(side) for side in references.pop("shape"))
    network = build(int(references.pop("outputs")), (height, width, channels))
    task = str(references.pop("task"))
    checkpoint.restore(folder / MODEL, network.weights)
    return Judge(_with_features(network), references, task)


def build(count: int, shape: Shape) -> keras.Model:
    """Images (n, H, W, C) in [0, 1] -> logits (n, count), in the stages of the encoder; "features" gives (n, 64)."""
    convolutions = (
        layers.Conv2D(width, 3, strides=2, padding="same", activation="relu") for width in Stages(shape).widths
    )
    return keras.Sequential(
        [
            layers.Input(shape),
            *convolutions,
            layers.Flatten(),
            layers.Dense(FEATURES, activation="relu", name="features"),
            layers.Dense(count),
        ]
    )


def judge(network: keras.Model, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Features (n, 64) float32 and predicted classes (n,) of images (n, H, W[, 3]), uint8 or in [0, 1]."""
    features, logits = in_batches(lambda block: network.predict_on_batch(scaled(block)), images)
    return features, logits.argmax(axis=1)


def balanced_accuracy(right: np.ndarray, labels: np.ndarray) -> float:
    """Mean over the classes of the share of `right` answers (n,), for labels (n,).

    Whoever always answers the same has 1 / classes, however unequal the classes are.
    """
    return float(np.mean([right[labels == label].mean() for label in np.unique(labels)]))


def _train(network: keras.Model, images: np.ndarray, labels: np.ndarray | None, report: Callable[[dict], None]) -> None:
    """Train on images with labels, or without on images that are turned anew in each epoch."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss)
    most = max(FEWEST, VALUES // math.prod(images.shape[1:]))
    chosen = np.sort(np.random.default_rng(SEED).permutation(len(images))[:most])
    random = np.random.default_rng(SEED)
    for epoch in range(EPOCHS):
        for places in np.array_split(random.permutation(len(chosen)), -(-len(chosen) // BATCH)):
            rows = chosen[places]
            if labels is None:
                turns = random.integers(0, orientations.COUNT, len(rows))
                network.train_on_batch(scaled(orientations.turned(images[rows], turns)), turns)
            else:
                network.train_on_batch(scaled(images[rows]), labels[rows])
        report({"event": "note", "message": f"epoch {epoch + 1}/{EPOCHS}"})


def _with_features(network: keras.Model) -> keras.Model:
    return keras.Model(network.inputs[0], [network.get_layer("features").output, network.outputs[0]])


def _predicted(
    network: keras.Model, images: np.ndarray, rows: np.ndarray, turns: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """As `judge`, of the images of these rows (m,), each turned by its `turns` (n,); read a batch at a time."""

    def answers(some: np.ndarray) -> list[np.ndarray]:
        shown = images[some] if turns is None else orientations.turned(images[some], turns[some])
        give_back(images)
        return network.predict_on_batch(scaled(shown))

    features, logits = in_batches(answers, rows)
    return features, logits.argmax(axis=1)


def _save_references(network: keras.Model, train: np.ndarray, test: np.ndarray, path: Path, *, task: str) -> None:
    random, count = np.random.default_rng(SEED), min(len(train), len(test), COMPARED)
    drawn = [(images, np.sort(random.permutation(len(images))[:count])) for images in (test, train)]
    (test_features, _), (train_features, train_classes) = (_predicted(network, *images) for images in drawn)
    with replacing(path) as file:
        np.savez(
            file,
            allow_pickle=False,
            task=np.str_(task),
            outputs=np.int64(network.output_shape[-1][-1]),
            shape=np.int64(network.input_shape[1:]),
            test=test_features,
            train=train_features,
            train_classes=train_classes,
        )
