"""Measure a training's speed by a few of its steps, for an announcement of how long all of it takes."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from mmdvae.data.array_folder import open_split
from mmdvae.images import shape_of
from mmdvae.model.vae import VAE
from mmdvae.recipes import Recipe
from mmdvae.training import own_network
from mmdvae.training.build import build
from mmdvae.training.compiled_loop import CompiledLoop
from mmdvae.training.fit import batch_order, peak_rss_mb
from mmdvae.variants import Variant

SECONDS = 2.0  # of measuring, or the step in which they pass


def work(
    request: dict[str, Any], folder: Path, report: Callable[[dict], None]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Do the job of kind `trial` (see mmdvae.jobs.kinds): images_per_second and peak_rss_mb of these steps."""
    recipe, images = Recipe(**request["recipe"]), open_split(Path(request["data"]), "train")[0]
    own, _ = own_network.of_request(request, recipe, folder)
    model = build(Variant(**request["variant"]), recipe, seed=0, image_shape=shape_of(images), make=own)
    return {"images_per_second": measured(model, images), "peak_rss_mb": peak_rss_mb()}, ()


def measured(model: VAE, images: np.ndarray) -> float | None:
    """Images (n, H, W[, 3]) uint8 per second in some steps of training; None if there is only one step in an epoch."""
    recipe = model.recipe
    order = batch_order(len(images), recipe.batch_size, seed=0, epoch=0)
    done: list[tuple[int, float]] = []

    def after(count: int) -> int:
        model.get_metrics_result()  # waits for the device
        done.append((count, time.monotonic()))
        return int(done[-1][1] - done[0][1] < SECONDS)

    CompiledLoop(model, images).run("train", order, batch_size=recipe.batch_size, after=after)
    (first, began), (last, ended) = done[0], done[-1]  # the first step compiles and does not count
    return (last - first) / (ended - began) if last > first else None
