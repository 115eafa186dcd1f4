"""Pictures as PNG or WebP data URIs: the same arrays give the same bytes."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from PIL import Image

from reports.drawing.palette import Limits, Panel
from reports.drawing.picture_cache import cached

PALE, DEEP = (0.93, 0.95, 0.97), (0.13, 0.33, 0.50)  # RGB at the ends of the heat-map scale
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


@cached
def trend(panels: Sequence[Panel]) -> Markup:
    """Line charts over sigma side by side, for summary.md."""
    from reports.drawing import matplotlib_plots

    return png(matplotlib_plots.trend(panels), colours=64)


@cached
def strip(images: np.ndarray, *, columns: int, scale: int = 1, gap: int = 2) -> Markup:
    """Grey images (k, h, w) uint8 in rows of `columns`, reduced to 32 levels, with white gaps between."""
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
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", quality=quality, method=6)
    return Markup("data:image/webp;base64,{}").format(base64.b64encode(buffer.getvalue()).decode())


def heat(share: float) -> tuple[str, str]:
    """Background (pale to deep blue) and text colour (black or white, the more legible) of a heat-map cell."""
    share = min(max(share, 0.0), 1.0)
    rgb = [pale + share * (deep - pale) for pale, deep in zip(PALE, DEEP, strict=True)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    luminance = float(np.dot(linear, (0.2126, 0.7152, 0.0722)))
    white_reads_better = 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05  # contrast is at least 4.5:1 either way
    background = "#" + "".join(f"{round(255 * c):02x}" for c in rgb)
    return background, "#ffffff" if white_reads_better else "#000000"
