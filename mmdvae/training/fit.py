"""Train one variant: epochs, checkpoints, progress, divergence. Every seed of a training is set from here."""

import math
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from mmdvae.data.array_folder import open_split
from mmdvae.images import shape_of
from mmdvae.model.vae import VAE
from mmdvae.recipes import Recipe
from mmdvae.training import batch_norm_statistics, checkpoint, own_network
from mmdvae.training.build import Make, build
from mmdvae.training.compiled_loop import CompiledLoop
from mmdvae.variants import Variant

CHECKPOINT = "checkpoint.npz"
MODEL = "model.npz"
REPORT_EVERY = 0.25  # target seconds per call of the compiled loop; progress is reported after each call

Report = Callable[[dict[str, Any]], None]


def work(request: dict[str, Any], folder: Path, report: Report) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Do the job of kind `train` (see mmdvae.jobs.kinds)."""
    variant, recipe = Variant(**request["variant"]), Recipe(**request["recipe"])
    own, texts = own_network.of_request(request, recipe, folder)
    data = Path(request["data"])
    record = fit(variant, recipe, seed=request["seed"], data=data, folder=folder, report=report, make=own)
    described = own.describe(shape_of(open_split(data, "train")[0]), variant.latent_dim) if own else ()
    return record, (MODEL, *texts, *described)


def fit(
    variant: Variant,
    recipe: Recipe,
    *,
    seed: int,
    data: Path,
    folder: Path,
    report: Report,
    make: Make | None = None,
) -> dict[str, Any]:
    """Train to the recipe's last epoch, from the checkpoint in `folder` if there is one; write model.npz there.

    A resumed training gives the same numbers as an uninterrupted one on the same machine: order, augmentation and
    noise of an epoch are functions of (seed, epoch), everything else is in the checkpoint. `make` makes the recipe's
    network of the user's own.

    Returns: status (ok or diverged), error, epochs, history (one list per quantity, one number per finished epoch),
        train_seconds, parameters, peak_rss_mb, device. Divergence is a result, not an exception.
    """
    if os.environ.get("CUDA_VISIBLE_DEVICES", "-1") not in ("", "-1") and device() == "cpu":
        report(
            {
                "event": "note",
                "message": "a GPU is present but Keras cannot use it; training on the CPU (install the extra: gpu)",
            }
        )
    images = {split: open_split(data, split)[0] for split in ("train", "valid")}
    shape, all_steps = shape_of(images["train"]), steps(len(images["train"]), recipe)
    model = build(variant, recipe, seed, image_shape=shape, steps=all_steps, make=make)
    train, valid = (CompiledLoop(model, images[split]) for split in ("train", "valid"))
    history = _resume(model, folder / CHECKPOINT, report)
    error = None
    for epoch in range(len(history.get("loss", [])), recipe.epochs):
        numbers = _one_epoch(model, train, valid, epoch=epoch, seed=seed, report=report)
        if not all(map(math.isfinite, numbers.values())):
            error = _what_diverged(numbers, epoch)
            break
        for name, value in numbers.items():
            history.setdefault(name, []).append(value)
        checkpoint.save(folder / CHECKPOINT, _state(model), {"history": history})
        report({"event": "epoch", "epoch": epoch + 1, "epochs": recipe.epochs, **numbers})
    checkpoint.save(folder / MODEL, model.weights, {})
    (folder / CHECKPOINT).unlink(missing_ok=True)
    return {
        "status": "diverged" if error else "ok",
        "error": error,
        "epochs": len(history.get("loss", [])),
        "history": {name: values for name, values in history.items() if name != "seconds"},
        "train_seconds": sum(history.get("seconds", [])),
        "parameters": int(sum(np.prod(weight.shape) for weight in model.trainable_variables)),
        "peak_rss_mb": peak_rss_mb(),
        "device": device(),
    }


def batch_order(images: int, batch_size: int, *, seed: int, epoch: int) -> np.ndarray:
    """Order of the images in an epoch, (images,) or one fewer; the same for all variants with one seed."""
    order = np.random.default_rng([seed, epoch]).permutation(images)
    return _without_lone_image(order, batch_size)


def steps(images: int, recipe: Recipe) -> int:
    """Number of steps of a whole training on this many images."""
    return recipe.epochs * math.ceil(len(_without_lone_image(range(images), recipe.batch_size)) / recipe.batch_size)


def device() -> str:
    """The kind of device that Keras computes on: "gpu" or "cpu"."""
    names = keras.distribution.list_devices()  # of all kinds: JAX raises when asked for a kind that is absent
    return "gpu" if any(name.startswith("gpu") for name in names) else "cpu"


def peak_rss_mb() -> float:
    """Peak resident memory of this process so far, in 10⁶ bytes."""
    unit = 1 if sys.platform == "darwin" else 1024  # macOS reports bytes, Linux KiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def _resume(model: VAE, path: Path, report: Report) -> dict[str, list[float]]:
    if not path.exists():
        return {}
    try:
        history = checkpoint.restore(path, _state(model))["history"]
    except (OSError, ValueError, KeyError) as error:
        report({"event": "note", "message": f"checkpoint is damaged ({error}), starting from epoch 1"})
        return {}
    report({"event": "note", "message": f"resumed after epoch {len(history['loss'])}"})
    return history


def _state(model: VAE) -> list[Any]:
    return [*model.weights, *model.optimizer.variables]


def _one_epoch(model: VAE, train: CompiledLoop, valid: CompiledLoop, *, epoch: int, seed: int, report: Report):
    batch_size, started = model.recipe.batch_size, time.monotonic()
    model.reseed(seed, epoch)
    order = batch_order(len(train.images), batch_size, seed=seed, epoch=epoch)
    model.reset_metrics()
    train.run("train", order, batch_size=batch_size, after=Progress(model, report, epoch=epoch, images=len(order)))
    numbers = _metrics(model)
    batch_norm_statistics.estimate(model, train, order[: model.recipe.batch_norm_images])
    model.reset_metrics()
    valid.run("test", _without_lone_image(np.arange(len(valid.images)), batch_size), batch_size=batch_size)
    numbers |= {f"val_{name}": value for name, value in _metrics(model).items()}
    return numbers | {"seconds": time.monotonic() - started}


def _metrics(model: VAE) -> dict[str, float]:
    return {name: float(value) for name, value in model.get_metrics_result().items()}


class Progress:
    """Reports progress after each call of the compiled loop, and chooses the number of steps of the next call."""

    def __init__(self, model: VAE, report: Report, *, epoch: int, images: int):
        self.model, self.report, self.epoch, self.images = model, report, epoch, images
        self.first: tuple[float, int] | None = None  # after the first call: compiling does not count
        self.last = 0.0
        self.steps = 1

    def __call__(self, done: int) -> int:
        """Report that `done` images are done; return the next number of steps, or 0 if the loss is no longer finite."""
        numbers, epochs = _metrics(self.model), self.model.recipe.epochs  # reading the numbers waits for the device
        if not math.isfinite(numbers["loss"]):
            return 0
        now = time.monotonic()
        if self.first is None:
            self.first, self.last = (now, done), now
            return self.steps
        if now - self.last < REPORT_EVERY / 2:
            self.steps *= 2
        self.last = now
        rate = (done - self.first[1]) / (now - self.first[0])
        left = self.images * (epochs - self.epoch) - done
        self.report(
            {"event": "progress", "epoch": self.epoch + 1, "epochs": epochs, "fraction": done / self.images}
            | {"images_per_second": rate, "seconds_left": left / rate}
            | {name: numbers[name] for name in ("bce", "reconstruction", "penalty")}
        )
        return self.steps


def _what_diverged(numbers: dict[str, float], epoch: int) -> str:
    bad = ", ".join(f"{name} is {value}" for name, value in numbers.items() if not math.isfinite(value))
    return f"diverged in epoch {epoch + 1}: {bad}"


def _without_lone_image(rows, batch_size: int):
    # A batch of one image has no pairs for the unbiased MMD², so a last batch of one is dropped.
    return rows[:-1] if batch_size > 1 and len(rows) % batch_size == 1 else rows
