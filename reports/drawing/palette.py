"""What every drawing shares: the classes' colours, and what a panel is."""

from collections.abc import Sequence
from dataclasses import dataclass

# Told apart in all three kinds of colour-blindness (least CAM02-UCS distance 14.5), so numbers only have to help.
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
    """The range of a scatter panel."""

    x: tuple[float, float]
    y: tuple[float, float]


# A chart: title, lines as (label, sigmas, values), the prior's value, whether the axis is logarithmic.
Panel = tuple[str, Sequence[tuple[str, Sequence[float], Sequence[float]]], float | None, bool]
