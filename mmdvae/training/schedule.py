"""The step size over a training: constant, at the end linearly to zero."""

import keras
from keras import ops


class Cooldown(keras.optimizers.schedules.LearningRateSchedule):
    """`learning_rate` until the last `share` of `steps` steps, over which it falls linearly to zero.

    Under a constant step size the last weights are one draw from a walk around a minimum, and how good they are is
    luck. Small steps at the end settle it, and unlike a cosine they leave the most of the training at full size.

    Source: Hägele et al. 2024, arXiv:2405.18392, section 3.
    """

    def __init__(self, learning_rate: float, *, share: float, steps: int):
        self.learning_rate, self.share, self.steps = learning_rate, share, steps

    def __call__(self, step):
        """The step size of step 0, 1, ..."""
        left = (self.steps - ops.cast(step, "float32")) / (self.share * self.steps)
        return self.learning_rate * ops.clip(left, 0.0, 1.0)

    def get_config(self):
        """What makes the same schedule again; Keras asks every schedule for it."""
        return {"learning_rate": self.learning_rate, "share": self.share, "steps": self.steps}
