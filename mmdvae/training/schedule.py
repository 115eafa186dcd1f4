"""The learning-rate schedule: constant, then linear to zero at the end."""

import keras
from keras import ops


class Cooldown(keras.optimizers.schedules.LearningRateSchedule):
    """`learning_rate` until the last `share` of `steps` steps, over which it falls linearly to zero.

    Under a constant step size the weights keep moving around a minimum, and the quality of the last ones is chance.
    Small steps at the end make them converge, and unlike a cosine most of the training runs at the full step size.

    Source: Hägele et al. 2024, arXiv:2405.18392, section 3.
    """

    def __init__(self, learning_rate: float, *, share: float, steps: int):
        self.learning_rate, self.share, self.steps = learning_rate, share, steps

    def __call__(self, step):
        """The step size of step 0, 1, ..."""
        left = (self.steps - ops.cast(step, "float32")) / (self.share * self.steps)
        return self.learning_rate * ops.clip(left, 0.0, 1.0)

    def get_config(self):
        """Arguments that rebuild the schedule; required of every Keras schedule."""
        return {"learning_rate": self.learning_rate, "share": self.share, "steps": self.steps}
