"""Ratio of the penalty's gradient to that of the reconstruction: whether the penalty acts on the encoder."""

import math

import keras
import numpy as np

from mmdvae.model.vae import VAE

BATCHES = 3


def ratio(model: VAE, images: np.ndarray, *, seed: int) -> float:
    """alpha |grad penalty| / ((1 - alpha) |grad error|) over the encoder's weights, at images (n, 28, 28) uint8.

    The median over up to 3 batches of the recipe's size, in inference mode with seeded noise; the model's weights,
    running statistics and random states are unchanged afterwards. 0 without a penalty; infinite if only the error's
    gradient is 0; NaN if both are 0, and for a single image, for which MMD² is undefined.
    """
    variant, size = model.variant, min(model.recipe.batch_size, len(images))
    if variant.regularizer == "none":
        return 0.0
    if size < 2:
        return math.nan
    state = [np.asarray(variable).copy() for variable in model.non_trainable_variables]
    model.reseed(seed, 0)
    try:
        starts = range(0, min(len(images), BATCHES * size) - size + 1, size)
        norms = [_norms(model, images[start : start + size]) for start in starts]
    finally:
        for variable, value in zip(model.non_trainable_variables, state, strict=True):
            variable.assign(value)
    error, penalty = np.array(norms).T
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.median(variant.alpha * penalty / ((1 - variant.alpha) * error)))


def _norms(model: VAE, images: np.ndarray) -> tuple[float, float]:
    """Norms of the gradients of the reconstruction error and of the penalty."""
    error, penalty = (
        float(np.sqrt(sum(np.square(np.asarray(one, dtype=np.float64)).sum() for one in gradient if one is not None)))
        for gradient in terms_by_encoder(model, images)
    )
    return error, penalty


def terms_by_encoder(model: VAE, images: np.ndarray) -> list[list]:
    """Gradients of the error and of the penalty, unweighted, by each encoder weight; None if independent of it."""
    gradients = _by_tape if keras.backend.backend() == "tensorflow" else _by_transformation
    return gradients(model, images)


def _terms(model, outputs):
    return model.reconstruction(outputs), model.penalty(outputs)


def _by_tape(model, images):
    import tensorflow as tf

    weights = [variable.value for variable in model.encoder.trainable_variables]
    with tf.GradientTape(persistent=True) as tape:
        terms = _terms(model, model(images, training=False))
    return [tape.gradient(term, weights) for term in terms]


def _by_transformation(model, images):
    import jax

    encoder = {id(variable) for variable in model.encoder.trainable_variables}
    here = [id(variable) in encoder for variable in model.trainable_variables]
    values = [variable.value for variable in model.trainable_variables]
    others = [variable.value for variable in model.non_trainable_variables]

    def terms(values):
        return _terms(model, model.stateless_call(values, others, images, training=False)[0])

    by_all = jax.jacrev(terms)(values)
    return [[one for one, wanted in zip(gradient, here, strict=True) if wanted] for gradient in by_all]
