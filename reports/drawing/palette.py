"""Shared by all drawings: the class colours, and the types Limits and Column."""

from dataclasses import dataclass

import numpy as np

# Distinguishable in all three kinds of colour-blindness (least CAM02-UCS distance 14.5); the numbers are an extra aid.
CLASS_COLOURS = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The axis ranges of a scatter panel."""

    x: tuple[float, float]
    y: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """One column of the contact sheet as a picture."""

    title: str
    state: str
    numbers: str
    colour: str
    samples: np.ndarray  # (k, h, w) uint8
    codes: np.ndarray  # (n, 2)
    labels: np.ndarray  # (n,)
    reach: float  # half the width of the range of the codes
