"""Check a network of the user's own before anything is trained with it, and measure what a training takes."""

import dataclasses
import gc
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from mmdvae import variants
from mmdvae.data.array_folder import open_split
from mmdvae.images import shape_of
from mmdvae.recipes import Recipe
from mmdvae.training import network_trial, own_network
from mmdvae.training.build import build
from mmdvae.training.fit import peak_rss_mb
from mmdvae.training.network_rules import Checked
from mmdvae.training.own_network import OwnNetwork

MOST_SECONDS = 600.0  # of building and checking, first steps of training included

Report = Callable[[dict[str, Any]], None]


def work(request: dict[str, Any], folder: Path, report: Report) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Do the job of kind `network` (see mmdvae.jobs.kinds) for a recipe with a network of the user's own.

    Returns: the record of `check`, and stock, whether the networks can be built without running code.
    Raises: ValueError, one line, for the first rule that the networks break.
    """
    recipe = Recipe(**request["recipe"])
    height, width, channels = request["image_shape"]
    images = open_split(Path(request["data"]), "train")[0]
    if shape_of(images) != (height, width, channels):
        raise ValueError(f"image_shape must be that of the images, {shape_of(images)}, got {(height, width, channels)}")
    name = recipe.network.name if recipe.network else "the recipe"
    with _limited(f"{name}: must be built, checked and trained for some steps within", report):
        own, texts = own_network.of_request(request, recipe, folder)
        if own is None:
            raise ValueError("the recipe must name a network of the user's own")
        record = check(own, recipe, images, request["latent_dim"])
        described = own.describe(shape_of(images), request["latent_dim"])
        return record | {"stock": bool(described)}, (*texts, *described)


def check(own: OwnNetwork, recipe: Recipe, images: np.ndarray, latent_dim: int) -> dict[str, Any]:
    """Check the networks for uint8 images (n, H, W[, 3]), and train them for some steps in batches of the recipe.

    Returns: weights, the number of trained ones; fixed_weights, of the others; images_per_second and seconds_per_step
        (None if an epoch has one step only); peak_rss_mb; notes, lines about what is no mistake but should be known.
    """
    shape = shape_of(images)
    notes = Checked(own, shape, latent_dim).check()
    gc.collect()  # the networks of the checks above are not part of a training
    # KL needs no pair of images, so that a batch of one will do; all else of the objective is the same for all.
    variant = dataclasses.replace(variants.kl(0.5), latent_dim=latent_dim)
    model = build(variant, recipe, seed=0, image_shape=shape, make=own)
    rate, more = network_trial.check(model, images, own)
    return {
        "weights": _count(model.trainable_weights),
        "fixed_weights": _count(model.non_trainable_weights),
        "images_per_second": rate,
        "seconds_per_step": recipe.batch_size / rate if rate else None,
        "peak_rss_mb": peak_rss_mb(),
        "notes": [*notes, *more],
    }


def _count(weights: list[Any]) -> int:
    return int(sum(np.prod(weight.shape) for weight in weights))


@contextmanager
def _limited(rule: str, report: Report) -> Iterator[None]:
    """End this process after MOST_SECONDS in the block, with a line that says so; it may hang in compiled code."""

    def end() -> None:
        report({"event": "error", "message": f"TimeoutError: {rule} {MOST_SECONDS:g} s, and was not"})
        os._exit(1)

    timer = threading.Timer(MOST_SECONDS, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
