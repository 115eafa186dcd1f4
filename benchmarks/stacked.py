"""Many variants as one program: their weights are stacked, each operation of a training step runs for all at once.

With a network of this size a GPU is idle for most of one variant's step; K variants per launch fill it. JAX only:
there Keras's training step is a function of its state, and `vmap` maps it over an extra axis. What the variants share
is not stacked: images, batch order and noise depend on the seed alone and are drawn once for all.
"""

import statistics
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks import child
from tasks.processes import devices

ROUNDS = 3
ALPHAS = (0.2, 0.4, 0.6, 0.9)  # each with as many sigmas as needed


class Stack:
    """K compiled models (mmdvae.model) of one recipe and seed, with Gaussian kernels, as one program on JAX.

    The models' own weights do not change until `unstack`. `images` (n, 28, 28) uint8 are put on the device.
    """

    def __init__(self, models, images: np.ndarray):
        import jax
        import jax.numpy as jnp

        self.models, self.images = models, jax.device_put(images)
        self.numbers = jax.tree.map(lambda *each: jnp.array(each, "float32"), *map(_numbers, models))  # each (K,)
        streams = (models[0].augmentation_stream, models[0].noise_stream, models[0].prior_stream)
        shared = {id(stream.state) for stream in streams}
        self.axes = [[None if id(variable) in shared else 0 for variable in group] for group in _variables(models[0])]
        state = jax.tree.map(lambda *each: jnp.stack([variable.value for variable in each]), *map(_variables, models))
        # Each array (K, ...), except the random streams', which have the shape of one model.
        self.state = [
            [value if axis == 0 else value[0] for axis, value in zip(axes, values, strict=True)]
            for axes, values in zip(self.axes, state, strict=True)
        ]
        self.compiled = jax.jit(self._loop, donate_argnames="state")

    def run(self, rows: np.ndarray) -> np.ndarray:
        """One launch: for each row of `rows` (steps, batch), in order, one step of every variant on those images.

        Returns: (K,) each variant's running mean of its loss, after waiting for the device.
        """
        self.state = self.compiled(self.state, self.numbers, self.images, np.asarray(rows, "int32"))
        total, count = self.state[3][:2]  # the first metric is Keras's own mean of the loss
        return np.asarray(total) / np.asarray(count)

    def unstack(self) -> None:
        """Give each model its own weights, optimizer state and metrics."""
        for k, model in enumerate(self.models):
            for group, axes, values in zip(_variables(model), self.axes, self.state, strict=True):
                for variable, axis, value in zip(group, axes, values, strict=True):
                    variable.assign(value if axis is None else value[k])

    def _loop(self, state, numbers, images, rows):
        import jax

        step = jax.vmap(self._step, in_axes=(self.axes, 0, None), out_axes=self.axes)
        return jax.lax.fori_loop(0, len(rows), lambda i, state: step(state, numbers, images[rows[i]]), state)

    def _step(self, state, numbers, batch):
        """Keras's step of one variant with its numbers traced; otherwise the first model's would be compiled in."""
        model = self.models[0]
        own, model.variant = model.variant, SimpleNamespace(alpha=numbers["alpha"])
        model.penalty = partial(_penalty, numbers=numbers, recipe=model.recipe)
        try:
            return list(model.train_step(state, batch)[1])
        finally:
            model.variant = own
            del model.penalty


def _variables(model) -> list[list[Any]]:
    """The four groups of a training step's state."""
    own = [model.trainable_variables, model.non_trainable_variables]
    return [*own, model.optimizer.variables, model.metrics_variables]


def _numbers(model) -> dict[str, float]:
    """The objective's numbers that depend on the variant; the prior's two factors (see mmd2_to_prior) in float64."""
    half_dim, h2 = model.variant.latent_dim / 2, model.variant.sigma**2
    factors = {"prior_within": (h2 / (h2 + 2)) ** half_dim, "prior_scale": (h2 / (h2 + 1)) ** half_dim}
    return {"alpha": model.variant.alpha, "sigma": model.variant.sigma, **factors}


def _penalty(outputs, numbers, recipe):
    """MMD² as in mmdvae.penalties.mmd, which takes sigma as a number; here it is traced, with codes divided by it."""
    import jax.numpy as jnp

    from mmdvae.kernels import gaussian
    from mmdvae.mmd import mmd2

    unit, unbiased = partial(gaussian, bandwidth=1.0), recipe.estimator == "unbiased"
    z, sigma = outputs["z"], numbers["sigma"]
    if not recipe.closed_form_prior:
        return mmd2(z / sigma, outputs["prior"] / sigma, unit, unbiased=unbiased)
    k_zz, n = unit(z / sigma, z / sigma), len(z)
    within = (jnp.sum(k_zz) - n) / (n * (n - 1)) if unbiased else jnp.mean(k_zz)  # k(a, a) = 1
    between = jnp.mean(jnp.exp(-jnp.sum(z**2, axis=-1) / (2 * (sigma**2 + 1))))
    return within + numbers["prior_within"] - 2 * numbers["prior_scale"] * between


def measure(data: Path) -> dict[str, Any]:
    """The result of `timed`, from its own process on the device that JAX finds; on a CPU with only a few steps."""
    size = {"variants": 16, "steps": 200, "recipe": "standard"}
    if not devices.gpus():
        size = {"variants": 4, "steps": 4, "recipe": "notebook"}
    return child.call(timed, env=child.JAX, data=str(data), **size)


def timed(data: str, variants: int, steps: int, recipe: str) -> dict[str, Any]:
    """Time `fit` of one variant, a CompiledLoop of one variant and a Stack of all, in turn, after one call each.

    Returns: device, recipe, batch_size, variants, steps; microseconds {way: per image and variant, one for each
        round}; median {way: of them}; times_as_fast {way: median over the rounds of fit's microseconds divided by
        its own}; first_seconds {way: of the first call, which also compiles}.
    """
    import jax

    from mmdvae.data.array_folder import open_split
    from mmdvae.recipes import RECIPES
    from mmdvae.training.build import build
    from mmdvae.training.compiled_loop import CompiledLoop
    from mmdvae.training.fit import batch_order
    from mmdvae.variants import grid

    chosen, size = RECIPES[recipe], RECIPES[recipe].batch_size
    many = grid(ALPHAS, np.geomspace(0.1, 10, -(-variants // len(ALPHAS))))[:variants]
    images = np.array(open_split(Path(data), "train")[0])
    rows = np.resize(batch_order(len(images), size, seed=0, epoch=0), (steps, size))
    in_order = images[rows.ravel()]
    as_notebook, ours = (build(many[0], chosen, seed=0) for _ in range(2))
    loop = CompiledLoop(ours, images)
    stack = Stack([build(variant, chosen, seed=0) for variant in many], images)

    def launched():
        loop.run("train", rows.ravel(), batch_size=size, after=lambda done: steps)
        return float(ours.get_metrics_result()["loss"])  # waits for the device

    ways = {
        "fit": lambda: as_notebook.fit(in_order, batch_size=size, verbose=0),
        "loop": launched,
        "stacked": lambda: stack.run(rows),
    }
    first = {name: _seconds(work) for name, work in ways.items()}
    rounds = [{name: _seconds(work) for name, work in ways.items()} for _ in range(ROUNDS)]
    trained = {name: steps * size * (len(many) if name == "stacked" else 1) for name in ways}
    microseconds = {name: [1e6 * each[name] / trained[name] for each in rounds] for name in ways}
    return {
        "device": jax.devices()[0].device_kind,
        "recipe": recipe,
        "batch_size": size,
        "variants": len(many),
        "steps": steps,
        "microseconds": microseconds,
        "median": {name: statistics.median(own) for name, own in microseconds.items()},
        "times_as_fast": {
            name: statistics.median(a / b for a, b in zip(microseconds["fit"], own, strict=True))
            for name, own in microseconds.items()
        },
        "first_seconds": first,
    }


def _seconds(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
