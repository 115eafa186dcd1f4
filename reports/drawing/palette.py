"""Shared by all drawings: the colours of dots, and the types Limits and Column."""

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
# From small to large, each darker than the one before: viridis without its yellow, which is lost on white.
ERROR_COLOURS = ("#bddf26", "#4ec36b", "#1f9a8a", "#2e6f8e", "#433e85", "#440154")


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
    samples: np.ndarray  # (h, w[, 3]) uint8, side by side
    codes: np.ndarray  # (n, 2)
    groups: np.ndarray  # (n,) of the codes, by which they are coloured
    colours: tuple[str, ...]  # of the groups
    limits: Limits
    line: bool  # whether the codes lie on a line: their second coordinate is random
