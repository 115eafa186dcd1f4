"""Plots drawn by matplotlib, as pixels, independent of the user's matplotlibrc and environment."""

import functools
import os
from collections.abc import Callable, Sequence
from itertools import chain, cycle, repeat
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

from reports.drawing import apart, scales, svg
from reports.drawing.palette import CLASS_COLOURS, Limits, Panel
from reports.drawing.svg import COLOURS

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
def trend(panels: Sequence[Panel]) -> np.ndarray:
    """The pixels for pictures.trend."""
    figure = Figure(figsize=(8, 2.9), dpi=100, layout="constrained")
    for axes, (title, lines, reference, log) in zip(
        figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True
    ):
        for (label, sigmas, values), style, colour in zip(lines, cycle(("-", "--", ":", "-.")), cycle(COLOURS)):
            pieces = svg.segments(list(zip(sigmas, values, strict=True)), scales.FAR)
            for piece, named in zip(pieces, chain((label,), repeat(None)), strict=False):
                axes.plot(*zip(*piece, strict=True), style, color=colour, marker="o", markersize=4, label=named)
        if reference is not None:
            axes.axhline(reference, color="#595959", linewidth=1, linestyle=(0, (1, 2)), label="prior")
        axes.set(title=title, xlabel="σ (latent units)", xscale="log")
        if log and min(min(values) for _, _, values in lines) > 0:
            axes.set_yscale("log")
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#e4e4e0", linewidth=0.8)
        axes.legend(fontsize=8, frameon=False)
    return _pixels(figure)


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
