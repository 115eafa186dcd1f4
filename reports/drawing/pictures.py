"""Pictures as PNG or WebP data URIs: the same arrays give the same bytes."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup
from PIL import Image

from reports.drawing.palette import Column, Limits
from reports.drawing.picture_cache import cached

BLUE, MIDDLE, ORANGE = (0.60, 0.78, 0.92), (0.97, 0.97, 0.96), (0.99, 0.72, 0.50)  # RGB, all pale
PIXELS = 300  # side of a scatter panel


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An <img>: its data URI, displayed size and alternative text."""

    source: Markup
    width: int  # CSS pixels
    height: int
    alt: str


@cached
def scatter(
    points: np.ndarray, labels: np.ndarray, limits: Limits, *, rings: bool, numbers: bool = True, pixels: int = PIXELS
) -> Markup:
    """Points coloured by class; optionally each class's number at its median, and the prior's 1 and 2 sigma rings."""
    from reports.drawing import matplotlib_plots  # imports matplotlib, which takes a quarter of a second

    return png(
        matplotlib_plots.scatter(points, labels, limits, rings=rings, numbers=numbers, pixels=pixels), colours=64
    )


def contact_sheet(columns: Sequence[Column]) -> Markup:
    """Samples above codes, a column per variant, for summary.md."""
    arrays = [array for column in columns for array in (column.samples, column.codes, column.labels)]
    words = [[column.title, column.state, column.numbers, column.colour, column.reach] for column in columns]
    return _contact_sheet(words, *arrays)


@cached
def _contact_sheet(words: list[list[Any]], *arrays: np.ndarray) -> Markup:
    from reports.drawing import matplotlib_plots

    names = ("title", "state", "numbers", "colour", "reach")
    parts = zip(words, arrays[::3], arrays[1::3], arrays[2::3], strict=True)
    columns = [
        Column(**dict(zip(names, said, strict=True)), samples=samples, codes=codes, labels=labels)
        for said, samples, codes, labels in parts
    ]
    return png(matplotlib_plots.contact_sheet(columns), colours=64)


@cached
def grey(pixels: np.ndarray) -> Markup:
    """A grey picture (h, w) uint8 as a data URI: WebP of quality 70, or a PNG of 64 levels where that is smaller."""
    return min(_webp(pixels, 70), png(pixels, colours=64), key=len)


def sheet(images: np.ndarray, *, columns: int) -> np.ndarray:
    """Grey images (k, h, w) uint8 in rows of `columns` without gaps, as the pixels of one picture."""
    k, height, width = images.shape
    rows = -(-k // columns)
    pixels = np.zeros((rows * columns, height, width), np.uint8)
    pixels[:k] = images
    return pixels.reshape(rows, columns, height, width).swapaxes(1, 2).reshape(rows * height, columns * width)


def png(pixels: np.ndarray, *, colours: int) -> Markup:
    """A PNG with at most `colours` colours, without dithering, as a data URI."""
    image = Image.fromarray(pixels)
    if image.mode == "L":
        palette = image.convert("P", palette=Image.Palette.ADAPTIVE, colors=colours)
    else:
        palette = image.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    palette.save(buffer, "PNG", optimize=True)
    return Markup("data:image/png;base64,{}").format(base64.b64encode(buffer.getvalue()).decode())


@cached
def webp(pixels: np.ndarray, *, quality: int) -> Markup:
    """A lossy WebP as a data URI: a third of the size of a PNG for many small photographs."""
    return _webp(pixels, quality)


def _webp(pixels: np.ndarray, quality: int) -> Markup:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", quality=quality, method=6)
    return Markup("data:image/webp;base64,{}").format(base64.b64encode(buffer.getvalue()).decode())


def diverging(share: float) -> tuple[str, str]:
    """Background and text colour of a table's cell: blue at −1, almost white at 0, orange at 1, all of them pale."""
    share = min(max(share, -1.0), 1.0)
    end = ORANGE if share > 0 else BLUE
    rgb = [middle + abs(share) * (far - middle) for middle, far in zip(MIDDLE, end, strict=True)]
    return "#" + "".join(f"{round(255 * c):02x}" for c in rgb), "#1d1f21"
