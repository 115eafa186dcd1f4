"""Pictures as PNG data URIs: the same arrays give the same bytes."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, cycle, repeat

import numpy as np
from markupsafe import Markup
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from PIL import Image

from reports import scales, svg
from reports.svg import COLOURS

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
PALE, DEEP = (0.93, 0.95, 0.97), (0.13, 0.33, 0.50)  # ends of the heat map
PIXELS = 300  # of a scatter panel, shown at half of that


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An <img>: where its bytes are, how large it is shown, and what it says."""

    source: Markup
    width: int  # CSS pixels
    height: int
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The range of a scatter panel."""

    x: tuple[float, float]
    y: tuple[float, float]


def scatter(
    points: np.ndarray, labels: np.ndarray, limits: Limits, *, rings: bool, numbers: bool = True, pixels: int = PIXELS
) -> Markup:
    """Points coloured by class, with each class's number at its median and the prior's rings at 1 and 2 sigma."""
    figure = Figure(figsize=(pixels / 100, pixels / 100), dpi=100)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=limits.x, ylim=limits.y, xticks=[], yticks=[], aspect="equal" if rings else "auto")
    for spine in axes.spines.values():
        spine.set(color="#c8c8c4", linewidth=1)
    axes.axhline(0, color="#ececea", linewidth=1, zorder=0)
    axes.axvline(0, color="#ececea", linewidth=1, zorder=0)
    colours = to_rgba_array(CLASS_COLOURS)[labels % len(CLASS_COLOURS)]  # parsed once, not once for every dot
    axes.scatter(points[:, 0], points[:, 1], s=pixels / 75, c=colours, linewidths=0, rasterized=True)
    if rings:
        for radius, dashes in ((1, "solid"), (2, (0, (4, 2)))):
            axes.add_patch(Circle((0, 0), radius, fill=False, edgecolor="#111111", linewidth=1.1, linestyle=dashes))
    if numbers:
        _number_classes(axes, points, labels, limits)
    return png(_pixels(figure), colours=64)


def trend(panels: Sequence[tuple[str, Sequence[tuple[str, Sequence[float], Sequence[float]]], float | None]]) -> Markup:
    """Line charts over sigma beside each other, for the summary: (title, [(label, sigma, value)], reference)."""
    figure = Figure(figsize=(8, 2.9), dpi=100, layout="constrained")
    for axes, (title, lines, reference) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        for (label, sigmas, values), style, colour in zip(lines, cycle(("-", "--", ":", "-.")), cycle(COLOURS)):
            pieces = svg.segments(list(zip(sigmas, values, strict=True)), scales.FAR)
            for piece, named in zip(pieces, chain((label,), repeat(None)), strict=False):
                axes.plot(*zip(*piece, strict=True), style, color=colour, marker="o", markersize=4, label=named)
        if reference is not None:
            axes.axhline(reference, color="#595959", linewidth=1, linestyle=(0, (1, 2)), label="prior")
        axes.set(title=title, xlabel="σ (latent units)", xscale="log")
        if min(min(values) for _, _, values in lines) > 0 and title.startswith("Total"):
            axes.set_yscale("log")
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#e4e4e0", linewidth=0.8)
        axes.legend(fontsize=8, frameon=False)
    return png(_pixels(figure), colours=64)


def strip(images: np.ndarray, *, columns: int, scale: int = 1, gap: int = 2) -> Markup:
    """Grey images (k, h, w) uint8 in rows of `columns`, 32 levels, a white gap between."""
    pixels = sheet((images // 8) * 8 + (images // 32), columns=columns, gap=gap)
    return png(pixels.repeat(scale, 0).repeat(scale, 1), colours=33)


def sheet(images: np.ndarray, *, columns: int, gap: int = 0) -> np.ndarray:
    """Grey images (k, h, w) uint8 in rows of `columns` on white, as the pixels of one picture."""
    k, height, width = images.shape
    rows = -(-k // columns)
    pixels = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap), 255, np.uint8)
    for number, image in enumerate(images):
        top, left = (number // columns) * (height + gap), (number % columns) * (width + gap)
        pixels[top : top + height, left : left + width] = image
    return pixels


def png(pixels: np.ndarray, *, colours: int) -> Markup:
    """A PNG of so many colours, without dithering, as a data URI."""
    image = Image.fromarray(pixels)
    if image.mode == "L":
        palette = image.convert("P", palette=Image.Palette.ADAPTIVE, colors=colours)
    else:
        palette = image.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    palette.save(buffer, "PNG", optimize=True)
    return Markup("data:image/png;base64,{}").format(base64.b64encode(buffer.getvalue()).decode())


def webp(pixels: np.ndarray, *, quality: int) -> Markup:
    """A lossy WebP as a data URI: for many small photographs a third of a PNG's size."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", quality=quality, method=6)
    return Markup("data:image/webp;base64,{}").format(base64.b64encode(buffer.getvalue()).decode())


def heat(share: float) -> tuple[str, str]:
    """Background and text colour of a heat-map cell: pale to deep blue, and black or white, whichever reads better."""
    share = min(max(share, 0.0), 1.0)
    rgb = [pale + share * (deep - pale) for pale, deep in zip(PALE, DEEP, strict=True)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    luminance = float(np.dot(linear, (0.2126, 0.7152, 0.0722)))
    white_reads_better = 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05  # at least 4.5:1 either way
    return to_hex((rgb[0], rgb[1], rgb[2])), "#ffffff" if white_reads_better else "#000000"


def _number_classes(axes: Axes, points: np.ndarray, labels: np.ndarray, limits: Limits) -> None:
    """Each class's number at its median, unless the medians lie so close that the numbers would hide the dots."""
    medians = {int(label): np.median(points[labels == label], axis=0) for label in np.unique(labels)}
    reach = np.ptp(np.array(list(medians.values())), axis=0) / (np.diff(limits.x)[0], np.diff(limits.y)[0])
    if reach.max() < 0.12:
        return
    halo: list[patheffects.AbstractPathEffect] = [patheffects.withStroke(linewidth=3, foreground="white")]
    for label, (x, y) in medians.items():
        if limits.x[0] <= x <= limits.x[1] and limits.y[0] <= y <= limits.y[1]:
            drawn = axes.text(
                x, y, str(label), fontsize=11, fontweight="bold", ha="center", va="center", color="#111111"
            )
            drawn.set_path_effects(halo)


def _pixels(figure: Figure) -> np.ndarray:
    """The drawn figure, (height, width, 3) uint8."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
