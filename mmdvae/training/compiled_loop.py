"""Run many steps per call in a compiled loop, with the images on the device.

Keras's `fit` returns to Python and its input pipeline at every step. With a network of this size a GPU waits for them
most of the time, and on a CPU epochs were seen to end seconds after their last step (docs/decisions/speed.md).
"""

import mmap
import sys
from collections.abc import Callable
from functools import partial

import keras
import numpy as np

RESIDENT = 2e9  # bytes of images that a training may hold on its device; four trainings share a GPU
BLOCK = 5e7  # bytes of images that are sent for one call of the loop, if there are more


class CompiledLoop:
    """Runs a compiled model's steps over rows of `images` (n, H, W[, 3]) uint8, which are put on its device.

    With TensorFlow on a CPU this makes no copy: a memory-mapped array stays mapped, and all child processes of a run
    share its pages. Elsewhere a set of more than RESIDENT bytes stays mapped on the host, and each call of the loop is
    sent the images of its steps. Kinds of step: `train` and `test` are Keras's own and update the model's metrics;
    `forward` only calls the model in training mode.
    """

    def __init__(self, model: keras.Model, images: np.ndarray):
        self._backend = _TensorFlow(model) if keras.backend.backend() == "tensorflow" else _Jax(model)
        self.images = images
        mapped = self._backend.mapped(images)
        self._resident = self._backend.on_device(images) if mapped is None and images.nbytes <= RESIDENT else mapped

    def run(self, step: str, rows: np.ndarray, *, batch_size: int, after: Callable[[int], int] = lambda done: 1):
        """Run one step for each batch of `rows` (m,), in their order; the last batch may be smaller.

        The first call of the compiled loop has one step. After each call, `after` gets the number of rows done and
        returns the number of steps for the next call; 0 ends the run.
        """
        on_device = keras.ops.convert_to_tensor(np.asarray(rows, dtype="int32"))
        done, steps = 0, 1
        most = sys.maxsize if self._resident is not None else int(BLOCK / (batch_size * self.images[:1].nbytes))
        while steps and done < len(rows):
            left = len(rows) - done
            size = min(batch_size, left)
            count = max(1, min(steps, left // batch_size, most))
            if self._resident is not None:
                self._backend.launch(step, self._resident, on_device, done, count, size)
            else:
                sent = self._backend.on_device(self.images[rows[done : done + count * size]])
                in_order = keras.ops.arange(count * size, dtype="int32")
                self._backend.launch(step, sent, in_order, 0, count, size)
            done += count * size
            steps = after(done)


class _TensorFlow:
    """Steps that update the model's variables in place, in a tf.while_loop."""

    def __init__(self, model):
        import tensorflow as tf

        self.steps = {"train": model.train_step, "test": model.test_step, "forward": partial(model, training=True)}
        self.compiled = tf.function(self._loop, autograph=False, jit_compile=model.jit_compile)
        self.whole_number = partial(tf.constant, dtype="int32")  # a Python number would be traced as a constant

    def mapped(self, images):
        """The images of a whole file where the device can read them; None where it cannot."""
        import tensorflow as tf

        # A slice of a memory-mapped array reports its parent's offset, so only a whole array can be mapped again.
        mapped_whole = isinstance(images, np.memmap) and isinstance(images.base, mmap.mmap)
        if mapped_whole and not tf.config.list_physical_devices("GPU"):
            # `tf.constant` would copy. Mode "c" because DLPack requires a writable array; nothing writes to it.
            mapped = np.memmap(str(images.filename), images.dtype, "c", images.offset, images.shape)
            return tf.experimental.dlpack.from_dlpack(mapped.__dlpack__())
        return None

    def on_device(self, images):
        import tensorflow as tf

        return tf.constant(images)

    def launch(self, step, images, rows, first, count, size):
        self.compiled(step, images, rows, self.whole_number(first), self.whole_number(count), size)

    def _loop(self, step, images, rows, first, count, size):
        import tensorflow as tf

        def body(number):
            batch = tf.slice(rows, [first + number * size], [size])
            self.steps[step](tf.gather(images, batch))
            return number + 1

        tf.while_loop(lambda number: number < count, body, [tf.constant(0)], parallel_iterations=1)


class _Jax:
    """Steps that take the model's state and return the next one, in a jitted fori_loop."""

    def __init__(self, model):
        import jax

        self.model = model
        self.compiled = jax.jit(self._loop, static_argnames=("step", "size"), donate_argnames="state")

    def mapped(self, images):
        return None

    def on_device(self, images):
        import jax

        return jax.device_put(images)

    def launch(self, step, images, rows, first, count, size):
        variables = self._variables(step)
        state = [[variable.value for variable in group] for group in variables]
        state = self.compiled(state, images, rows, first, count, step=step, size=size)
        for group, values in zip(variables, state, strict=True):
            for variable, value in zip(group, values, strict=True):
                variable.assign(value)

    def _loop(self, state, images, rows, first, count, step, size):
        import jax

        def body(number, state):
            batch = jax.lax.dynamic_slice(rows, (first + number * size,), (size,))
            return list(self._step(step, state, images[batch]))

        return jax.lax.fori_loop(0, count, body, state)

    def _step(self, step, state, images):
        if step == "forward":
            trainable, others = state
            return trainable, self.model.stateless_call(trainable, others, images, training=True)[1]
        return {"train": self.model.train_step, "test": self.model.test_step}[step](state, images)[1]

    def _variables(self, step):
        model = self.model
        shared = [model.trainable_variables, model.non_trainable_variables]
        return (
            shared
            + {"train": [model.optimizer.variables], "test": [], "forward": []}[step]
            + ([] if step == "forward" else [model.metrics_variables])
        )
