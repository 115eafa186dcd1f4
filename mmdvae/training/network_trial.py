"""Whether networks of a user's own can be trained: their random numbers, gradients and first steps."""

import math
from typing import Any

import keras
import numpy as np

from mmdvae.model.vae import VAE
from mmdvae.plugins import loading
from mmdvae.training.own_network import OwnNetwork
from mmdvae.training.trial import measured

SOME = 8  # images
CLOSE = 1e-4
SHOWN = 5  # weights in a message


def check(model: VAE, images: np.ndarray, own: OwnNetwork) -> tuple[float | None, list[str]]:
    """Train a compiled model for some steps on uint8 images (n, H, W[, 3]).

    Returns: images per second, None if an epoch has one step only; and what is no mistake but should be known.
    Raises: ValueError, one line, if it cannot be trained.
    """
    few = np.array(images[:SOME])
    with loading.reported(own.network.name, own.folder):
        first, second = (_training_outputs(model, few) for _ in range(2))
        before = gradients(model, few)
    for name, values in first.items():
        if not np.allclose(values, second[name], rtol=CLOSE, atol=CLOSE, equal_nan=True):
            own.refuse(
                "must draw the same random numbers in training from the same seed, got others: a layer must take them "
                "from keras.random with a keras.random.SeedGenerator of its own"
            )
    if unconnected := [path for path, gradient in before.items() if gradient is None]:
        own.refuse(f"every trained weight must have a gradient of the objective, got none for {_some(unconnected)}")
    with loading.reported(own.network.name, own.folder):
        rate = measured(model, images)
        loss = float(model.get_metrics_result()["loss"])
    if not math.isfinite(loss):
        recipe = model.recipe
        own.refuse(
            f"the loss must be finite in the first steps, got {loss} with {recipe.optimizer}, "
            f"learning rate {recipe.learning_rate:g}"
        )
    with loading.reported(own.network.name, own.folder):
        after = gradients(model, few)
    still = [path for path in before if not (np.any(before[path]) or np.any(after[path]))]
    return rate, [f"{own.network.name}: the gradient is 0 for {_some(still)}"] if still else []


def _training_outputs(model: VAE, images: np.ndarray) -> dict[str, np.ndarray]:
    """Outputs in training mode, with random numbers of a fixed seed; all weights are unchanged afterwards."""
    state = [np.asarray(weight).copy() for weight in model.non_trainable_weights]
    model.reseed(0, 0)
    outputs = {name: np.asarray(value) for name, value in model(images, training=True).items()}
    for weight, value in zip(model.non_trainable_weights, state, strict=True):
        weight.assign(value)
    return outputs


def gradients(model: VAE, images: np.ndarray) -> dict[str, np.ndarray | None]:
    """Gradients of the objective by each trained weight, by its path; None if it is not connected (TensorFlow only)."""
    model.reseed(0, 0)
    state = [np.asarray(weight).copy() for weight in model.non_trainable_weights]
    found = (_by_tape if keras.backend.backend() == "tensorflow" else _by_transformation)(model, images)
    for weight, value in zip(model.non_trainable_weights, state, strict=True):
        weight.assign(value)
    paths = [f"{number}:{weight.path}" for number, weight in enumerate(model.trainable_variables)]
    return {
        path: None if one is None else np.asarray(keras.ops.convert_to_tensor(one))
        for path, one in zip(paths, found, strict=True)
    }


def _objective(model: VAE, outputs: dict[str, Any]) -> Any:
    alpha = model.variant.alpha
    return (1 - alpha) * model.reconstruction(outputs) + alpha * model.penalty(outputs)


def _by_tape(model: VAE, images: np.ndarray) -> list[Any]:
    import tensorflow as tf

    with tf.GradientTape() as tape:
        objective = _objective(model, model(images, training=True))
    return tape.gradient(objective, [variable.value for variable in model.trainable_variables])


def _by_transformation(model: VAE, images: np.ndarray) -> list[Any]:
    import jax

    others = [variable.value for variable in model.non_trainable_variables]

    def objective(values):
        return _objective(model, model.stateless_call(values, others, images, training=True)[0])

    return jax.grad(objective)([variable.value for variable in model.trainable_variables])


def _some(paths: list[str]) -> str:
    names = [path.partition(":")[2] for path in paths]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more}"
