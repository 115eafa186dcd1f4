"""Pictures as PNG or WebP data URIs: the same arrays give the same bytes."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from markupsafe import Markup
from PIL import Image

from reports.drawing.palette import CLASS_COLOURS, Column, Limits
from reports.drawing.picture_cache import cached

BLUE, MIDDLE, ORANGE = (0.60, 0.78, 0.92), (0.97, 0.97, 0.96), (0.99, 0.72, 0.50)  # RGB, all pale
PIXELS = 300  # side of a scatter panel
ARRAYS = ("samples", "codes", "groups")  # of a column; the cache takes arrays only as arguments of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An <img>: its data URI, displayed size and alternative text."""

    source: Markup
    width: int  # CSS pixels
    height: int
    alt: str


@cached
def scatter(
    points: np.ndarray,
    groups: np.ndarray,
    limits: Limits,
    *,
    colours: tuple[str, ...] = CLASS_COLOURS,
    marks: Sequence[str] = (),
    line: bool = False,
    pixels: int = PIXELS,
) -> Markup:
    """Points (n, 2) in the colours of their groups (n,), with the prior's 1 and 2 sigma rings.

    `marks` are written at the medians of the groups. If the points lie on a `line`, their second coordinate says
    nothing, and the prior's sigmas are lines across it.
    """
    from reports.drawing import matplotlib_plots  # imports matplotlib, which takes a quarter of a second

    drawn = matplotlib_plots.scatter(points, groups, limits, colours=colours, marks=marks, line=line, pixels=pixels)
    return png(drawn, colours=64)


def contact_sheet(columns: Sequence[Column]) -> Markup:
    """Samples above codes, a column per variant, for summary.md."""
    arrays = [getattr(column, name) for column in columns for name in ARRAYS]
    others = [{one.name: getattr(column, one.name) for one in fields(Column)} for column in columns]
    return _contact_sheet([{name: one[name] for name in one if name not in ARRAYS} for one in others], *arrays)


@cached
def _contact_sheet(others: list[dict[str, Any]], *arrays: np.ndarray) -> Markup:
    from reports.drawing import matplotlib_plots

    parts: list[dict[str, Any]] = [
        dict(zip(ARRAYS, arrays[at : at + len(ARRAYS)], strict=True)) for at in range(0, len(arrays), len(ARRAYS))
    ]
    columns = [Column(**other, **part) for other, part in zip(others, parts, strict=True)]
    return png(matplotlib_plots.contact_sheet(columns), colours=64)


@cached
def compressed(pixels: np.ndarray) -> Markup:
    """A picture (h, w[, 3]) uint8 as a data URI: WebP of quality 70, or what has no loss to see where that is smaller.

    That is a PNG of 64 levels of grey, and in colour a WebP without any loss.
    """
    exact = png(pixels, colours=64) if pixels.ndim == 2 else _webp(pixels, lossless=True)
    return min(_webp(pixels, quality=70), exact, key=len)


def sheet(images: np.ndarray, *, columns: int) -> np.ndarray:
    """Images (k, h, w[, 3]) uint8 in rows of `columns` without gaps, as the pixels of one picture."""
    k, height, width, *channels = images.shape
    rows = -(-k // columns)
    pixels = np.zeros((rows * columns, height, width, *channels), np.uint8)
    pixels[:k] = images
    grid = pixels.reshape(rows, columns, height, width, *channels)
    return grid.swapaxes(1, 2).reshape(rows * height, columns * width, *channels)


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
    return _webp(pixels, quality=quality)


def _webp(pixels: np.ndarray, **how: int) -> Markup:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", method=6, **how)
    return Markup("data:image/webp;base64,{}").format(base64.b64encode(buffer.getvalue()).decode())


def diverging(share: float) -> tuple[str, str]:
    """Background and text colour of a table's cell: blue at −1, almost white at 0, orange at 1, all of them pale."""
    share = min(max(share, -1.0), 1.0)
    end = ORANGE if share > 0 else BLUE
    rgb = [middle + abs(share) * (far - middle) for middle, far in zip(MIDDLE, end, strict=True)]
    return "#" + "".join(f"{round(255 * c):02x}" for c in rgb), "#1d1f21"
