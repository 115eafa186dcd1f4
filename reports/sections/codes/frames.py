"""The axis ranges of the clouds: squares around the origin, which can be shared, and frames that fit a t-SNE."""

from collections.abc import Sequence

import numpy as np

from reports.drawing.palette import Limits

INSIDE = 0.995  # quantile of each cloud's absolute coordinates that the limits include
RINGS = 2.2  # the prior's outer ring and a margin
HEIGHTS = (-1.6, 1.6)  # range of the heights of codes on a line, which lie between -1 and 1


def reach(clouds: Sequence[np.ndarray]) -> float:
    """Half the side of a square around 0 that holds nearly all points of these clouds (n, 2) and the outer ring."""
    return max([RINGS, *(float(np.quantile(np.abs(cloud), INSIDE)) * 1.05 for cloud in clouds)])


def limits(end: float, *, line: bool = False) -> Limits:
    """A square centred on 0; of codes on a line, whose heights mean nothing, as wide and of a height of its own."""
    return Limits(x=(-end, end), y=HEIGHTS if line else (-end, end))


def square(clouds: Sequence[np.ndarray]) -> Limits:
    """A square centred on 0 that contains nearly all points of every cloud (n, 2) and the prior's outer ring."""
    return limits(reach(clouds))


def around(points: np.ndarray) -> Limits:
    """A frame around all points, (n, 2)."""
    low, high = points.min(axis=0), points.max(axis=0)
    pad = np.maximum(0.03 * (high - low), 1e-3)  # at least 1e-3: two images have no extent along the second axis
    (x0, y0), (x1, y1) = low - pad, high + pad
    return Limits(x=(float(x0), float(x1)), y=(float(y0), float(y1)))


def outside(clouds: Sequence[np.ndarray], limits: Limits) -> int:
    """The number of points of all clouds beyond a square."""
    return sum(int((np.abs(cloud) > limits.x[1]).any(axis=1).sum()) for cloud in clouds)
