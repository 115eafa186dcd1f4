"""Plots drawn by matplotlib, as pixels, independent of the user's matplotlibrc and environment."""

import functools
import os
from collections.abc import Callable, Sequence
from typing import ParamSpec

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
from reports.drawing.palette import CLASS_COLOURS, Column, Limits

Arguments = ParamSpec("Arguments")

NUMBERS = 30  # of more classes none is numbered: the numbers would hide the dots
NUMBER_ROOM = 17.0  # pixels between the numbers of two classes


def plain(draw: Callable[Arguments, np.ndarray]) -> Callable[Arguments, np.ndarray]:
    """Decorator: draw in matplotlib's default style."""

    @functools.wraps(draw)
    def drawn(*args: Arguments.args, **kwargs: Arguments.kwargs) -> np.ndarray:
        with matplotlib.style.context("default"):
            return draw(*args, **kwargs)

    return drawn


@plain
def scatter(
    points: np.ndarray, labels: np.ndarray, limits: Limits, *, rings: bool, numbers: bool, pixels: int
) -> np.ndarray:
    """The pixels for pictures.scatter."""
    figure = Figure(figsize=(pixels / 100, pixels / 100), dpi=100)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=limits.x, ylim=limits.y, xticks=[], yticks=[], aspect="equal" if rings else "auto")
    for spine in axes.spines.values():
        spine.set(color="#c8c8c4", linewidth=1)
    axes.axhline(0, color="#ececea", linewidth=1, zorder=0)
    axes.axvline(0, color="#ececea", linewidth=1, zorder=0)
    colours = to_rgba_array(CLASS_COLOURS)[labels % len(CLASS_COLOURS)]  # parsed once, not once per dot
    axes.scatter(points[:, 0], points[:, 1], s=pixels / 75, c=colours, linewidths=0, rasterized=True)
    if rings:
        for radius, dashes in ((1, "solid"), (2, (0, (4, 2)))):
            axes.add_patch(Circle((0, 0), radius, fill=False, edgecolor="#111111", linewidth=1.1, linestyle=dashes))
    if numbers:
        _number_classes(axes, points, labels, limits)
    return _pixels(figure)


@plain
def contact_sheet(columns: Sequence[Column]) -> np.ndarray:
    """The pixels for pictures.contact_sheet."""
    figure = Figure(figsize=(1.12 * len(columns) + 0.1, 2.55), dpi=100)
    grid = figure.subplots(2, len(columns), squeeze=False, gridspec_kw={"height_ratios": (3, 4)})
    figure.subplots_adjust(left=0.01, right=0.99, bottom=0.01, top=0.8, wspace=0.06, hspace=0.04)
    for column, (above, below) in zip(columns, grid.T, strict=True):
        k, height, width = column.samples.shape
        tiled = column.samples[: k - k % 4].reshape(-1, 4, height, width).swapaxes(1, 2).reshape(-1, 4 * width)
        above.imshow(tiled, cmap="gray", vmin=0, vmax=255, interpolation="antialiased", aspect="auto")
        colours = to_rgba_array(CLASS_COLOURS)[column.labels % len(CLASS_COLOURS)]
        below.scatter(column.codes[:, 0], column.codes[:, 1], s=1.6, c=colours, linewidths=0)
        for radius in (1, 2):
            below.add_patch(Circle((0, 0), radius, fill=False, edgecolor="#111111", linewidth=0.8))
        below.set(xlim=(-column.reach, column.reach), ylim=(-column.reach, column.reach), aspect="equal")
        for axes in (above, below):
            axes.set(xticks=[], yticks=[])
        words = {"transform": above.transAxes, "ha": "left", "va": "bottom", "parse_math": False}
        above.text(0, 1.42, _cut(column.title, 21), fontsize=6.2, fontweight="bold", **words)
        above.text(0, 1.23, _cut(column.state, 24), fontsize=5.6, color=column.colour, **words)
        above.text(0, 1.04, _cut(column.numbers, 26), fontsize=5.4, **words)
    return _pixels(figure)


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _number_classes(axes: Axes, points: np.ndarray, labels: np.ndarray, limits: Limits) -> None:
    """Write each class's number at its median, unless the medians are so close that numbers would hide the dots.

    Numbers that would touch are pushed apart, and left out if that does not help.
    """
    classes = np.unique(labels)
    if not 2 <= len(classes) <= NUMBERS:
        return
    low, size = np.array([limits.x[0], limits.y[0]]), np.array([np.diff(limits.x)[0], np.diff(limits.y)[0]])
    medians = (np.array([np.median(points[labels == label], axis=0) for label in classes]) - low) / size
    if np.ptp(medians, axis=0).max() < 0.12:
        return
    side = axes.get_window_extent().width
    moved, kept = apart.pushed(medians * side, NUMBER_ROOM)
    halo: list[patheffects.AbstractPathEffect] = [patheffects.withStroke(linewidth=3, foreground="white")]
    for label, (x, y) in zip(classes[kept], moved[kept] / side, strict=True):
        if 0 <= x <= 1 and 0 <= y <= 1:
            drawn = axes.text(
                x,
                y,
                str(label),
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
