"""States of a kernel and their thresholds. Uses only the standard library, because reports import it."""

from typing import Literal

State = Literal["off", "saturated", "flat", "live"]  # measured on the codes after training
Before = Literal["saturated", "flat", "weak", "strong"]  # known before training, from draws of the prior

OFF = "off"  # there is no kernel
LIVE = "live"
DEAD = ("saturated", "flat")  # too narrow, too wide

ALIVE = (0.01, 0.99)  # a pair with a kernel value in between is live: it has a useful gradient
BATCH = 128  # codes in the estimate of MMD² whose standard deviation under the prior is the unit of a kernel's pull
STRONG = 10.0  # such deviations per unit of spread: trainings with weaker kernels ended far from the prior
DEAD_BELOW = 0.05  # share of live pairs; N(0, I), d = 8: 0.003 at sigma 0.5, 0.20 at 1, 0.86 at 20, 0.002 at 50
