"""Re-estimate the running statistics of batch normalisation over many batches ("precise BN")."""

import numpy as np
from keras.layers import BatchNormalization

from mmdvae.model.vae import VAE
from mmdvae.training.compiled_loop import CompiledLoop


def estimate(model: VAE, loop: CompiledLoop, rows: np.ndarray) -> None:
    """Set the running means and variances to their averages over the full batches of these rows (m,) of loop.images.

    Training never reads the running statistics, so no later epoch changes. A moving average is dominated by the last
    few batches, and one odd batch among them degrades every image decoded afterwards.
    Source: Wu and Johnson 2021, arXiv:2105.07576, section 3.
    """
    batch_size = model.recipe.batch_size
    rows = rows[: len(rows) // batch_size * batch_size]
    if not len(rows):
        return
    parts = (*model.encoder.layers, *model.decoder.layers)
    norms = [layer for layer in parts if isinstance(layer, BatchNormalization)]
    moments = [moment for layer in norms for moment in (layer.moving_mean, layer.moving_variance)]
    of_batches: list[list[np.ndarray]] = []

    def collect(done: int) -> int:
        of_batches.append([np.asarray(moment).copy() for moment in moments])
        return 1

    for layer in norms:
        layer.momentum = 0.0  # the running statistics are then those of the last batch
    try:
        loop.run("forward", rows, batch_size=batch_size, after=collect)
    finally:
        for layer in norms:
            layer.momentum = model.recipe.batch_norm_momentum
    for moment, values in zip(moments, zip(*of_batches, strict=True), strict=True):
        moment.assign(np.mean(values, axis=0))
