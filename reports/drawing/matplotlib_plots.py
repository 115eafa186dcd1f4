"""Plots drawn by matplotlib, as pixels, independent of the user's matplotlibrc and environment."""

import functools
import os
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec

import numpy as np

os.environ["MPLBACKEND"] = "agg"  # a notebook's backend, inherited by its child processes, may not be installed here
os.environ["MATPLOTLIBRC"] = os.devnull
import matplotlib.style
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba_array
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from reports.drawing import apart
from reports.drawing.palette import Column, Limits

Arguments = ParamSpec("Arguments")

NUMBER_ROOM = 17.0  # pixels between the numbers of two classes
PRIOR = {1: "solid", 2: (0, (4, 2))}  # how its standard deviations are drawn


def plain(draw: Callable[Arguments, np.ndarray]) -> Callable[Arguments, np.ndarray]:
    """Decorator: draw in matplotlib's default style."""

    @functools.wraps(draw)
    def drawn(*args: Arguments.args, **kwargs: Arguments.kwargs) -> np.ndarray:
        with matplotlib.style.context("default"):
            return draw(*args, **kwargs)

    return drawn


@plain
def scatter(
    points: np.ndarray,
    groups: np.ndarray,
    limits: Limits,
    *,
    colours: tuple[str, ...],
    marks: Sequence[str],
    line: bool,
    pixels: int,
) -> np.ndarray:
    """The pixels for pictures.scatter."""
    figure = Figure(figsize=(pixels / 100, pixels / 100), dpi=100)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=limits.x, ylim=limits.y, xticks=[], yticks=[], aspect="auto" if line else "equal")
    for spine in axes.spines.values():
        spine.set(color="#c8c8c4", linewidth=1)
    if not line:
        axes.axhline(0, color="#ececea", linewidth=1, zorder=0)
    axes.axvline(0, color="#ececea", linewidth=1, zorder=0)
    parsed = to_rgba_array(colours)[groups]  # parsed once, not once per dot
    axes.scatter(points[:, 0], points[:, 1], s=pixels / 75, c=parsed, linewidths=0, rasterized=True)
    _draw_prior(axes, line, linewidth=1.1)
    _write_marks(axes, points, groups, marks, limits)
    return _pixels(figure)


@plain
def contact_sheet(columns: Sequence[Column]) -> np.ndarray:
    """The pixels for pictures.contact_sheet."""
    figure = Figure(figsize=(1.12 * len(columns) + 0.1, 2.55), dpi=100)
    grid = figure.subplots(2, len(columns), squeeze=False, gridspec_kw={"height_ratios": (3, 4)})
    figure.subplots_adjust(left=0.01, right=0.99, bottom=0.01, top=0.8, wspace=0.06, hspace=0.04)
    for column, (above, below) in zip(columns, grid.T, strict=True):
        above.imshow(column.samples, cmap="gray", vmin=0, vmax=255, interpolation="antialiased", aspect="auto")
        parsed = to_rgba_array(column.colours)[column.groups]
        below.scatter(column.codes[:, 0], column.codes[:, 1], s=1.6, c=parsed, linewidths=0)
        _draw_prior(below, column.line, linewidth=0.8, dashed=False)
        below.set(xlim=column.limits.x, ylim=column.limits.y, aspect="auto" if column.line else "equal")
        for axes in (above, below):
            axes.set(xticks=[], yticks=[])
        words = {"transform": above.transAxes, "ha": "left", "va": "bottom", "parse_math": False}
        above.text(0, 1.42, _cut(column.title, 21), fontsize=6.2, fontweight="bold", **words)
        above.text(0, 1.23, _cut(column.state, 24), fontsize=5.6, color=column.colour, **words)
        above.text(0, 1.04, _cut(column.numbers, 26), fontsize=5.4, **words)
    return _pixels(figure)


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _draw_prior(axes: Axes, line: bool, *, linewidth: float, dashed: bool = True) -> None:
    """One and two standard deviations of the prior, as rings or, where codes lie on a line, as lines across it."""
    for radius, dashes in PRIOR.items():
        how: dict[str, Any] = {"linewidth": linewidth, "linestyle": dashes if dashed else "solid"}
        if line:
            for x in (-radius, radius):
                axes.axvline(x, color="#111111", **how)
        else:
            axes.add_patch(Circle((0, 0), radius, fill=False, edgecolor="#111111", **how))


def _write_marks(axes: Axes, points: np.ndarray, groups: np.ndarray, marks: Sequence[str], limits: Limits) -> None:
    """Write each group's mark at its median, unless the medians are so close that marks would hide the dots.

    Marks that would touch are pushed apart, and left out if that does not help.
    """
    marked = [group for group in np.unique(groups).tolist() if group < len(marks) and marks[group]]
    if len(marked) < 2:
        return
    low, size = np.array([limits.x[0], limits.y[0]]), np.array([np.diff(limits.x)[0], np.diff(limits.y)[0]])
    medians = (np.array([np.median(points[groups == group], axis=0) for group in marked]) - low) / size
    if np.ptp(medians, axis=0).max() < 0.12:
        return
    side = axes.get_window_extent().width
    moved, kept = apart.pushed(medians * side, NUMBER_ROOM)
    halo: list[patheffects.AbstractPathEffect] = [patheffects.withStroke(linewidth=3, foreground="white")]
    for group, (x, y) in zip(np.array(marked)[kept].tolist(), moved[kept] / side, strict=True):
        if 0 <= x <= 1 and 0 <= y <= 1:
            drawn = axes.text(
                x,
                y,
                marks[group],
                transform=axes.transAxes,
                fontsize=11,
                fontweight="bold",
                ha="center",
                va="center",
                color="#111111",
            )
            drawn.set_path_effects(halo)


def _pixels(figure: Figure) -> np.ndarray:
    """The drawn figure, (height, width, 3) uint8."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
