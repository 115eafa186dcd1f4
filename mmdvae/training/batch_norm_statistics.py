"""Re-estimate the running statistics of batch normalisation over many batches ("precise BN")."""

import numpy as np
from keras.layers import BatchNormalization

from mmdvae.model import parts
from mmdvae.model.vae import VAE
from mmdvae.training.compiled_loop import CompiledLoop


def estimate(model: VAE, loop: CompiledLoop, rows: np.ndarray) -> None:
    """Set the running means and variances to their averages over the full batches of these rows (m,) of loop.images.

    Training never reads the running statistics, so no later epoch changes; any other state that a layer of the user's
    own keeps is put back. A moving average is dominated by the last few batches, and one odd batch among them degrades
    every image decoded afterwards.
    Source: Wu and Johnson 2021, arXiv:2105.07576, section 3.
    """
    batch_size = model.recipe.batch_size
    rows = rows[: len(rows) // batch_size * batch_size]
    if not len(rows):
        return
    norms = [layer for layer in parts.layers(model.encoder, model.decoder) if isinstance(layer, BatchNormalization)]
    moments = [moment for layer in norms for moment in (layer.moving_mean, layer.moving_variance)]
    momenta = [layer.momentum for layer in norms]
    others = [(weight, np.asarray(weight).copy()) for weight in _without(moments, model.non_trainable_weights)]
    of_batches: list[list[np.ndarray]] = []

    def collect(done: int) -> int:
        of_batches.append([np.asarray(moment).copy() for moment in moments])
        return 1

    for layer in norms:
        layer.momentum = 0.0  # the running statistics are then those of the last batch
    try:
        loop.run("forward", rows, batch_size=batch_size, after=collect)
    finally:
        for layer, momentum in zip(norms, momenta, strict=True):
            layer.momentum = momentum
        for weight, value in others:
            weight.assign(value)
    for moment, values in zip(moments, zip(*of_batches, strict=True), strict=True):
        moment.assign(np.mean(values, axis=0))


def _without(some: list, weights: list) -> list:
    left_out = {id(weight) for weight in some}
    return [weight for weight in weights if id(weight) not in left_out]
