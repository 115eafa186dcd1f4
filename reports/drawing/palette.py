"""Shared by all drawings: the class colours, and the types Limits and Panel."""

from collections.abc import Sequence
from dataclasses import dataclass

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


# A chart: title, lines as (label, sigmas, values), the prior's value, whether the y axis is logarithmic.
Panel = tuple[str, Sequence[tuple[str, Sequence[float], Sequence[float]]], float | None, bool]
