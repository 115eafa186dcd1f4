"""The small pictures of the contact sheet: samples, reconstructions and codes of each variant."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from mmdvae.record.result import VariantResult
from reports import dot_colours, text
from reports.dot_colours import DotColours
from reports.drawing import pictures
from reports.drawing.pictures import Picture
from reports.sections.codes import frames
from reports.stored_arrays import StoredArrays
from reports.views import Views

QUALITY = 70
DOTS = 500
PIXELS = 168  # side of the picture of the codes
CLOSE = 8.0  # codes that reach no farther, four times the outer ring, share a scale that shows the rings


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnails:
    """Pictures by id; a variant without stored arrays has none."""

    samples: dict[str, Picture] = field(default_factory=dict)
    reconstructions: dict[str, Picture] = field(default_factory=dict)
    codes: dict[str, Picture] = field(default_factory=dict)
    originals: Picture | None = None
    codes_reading: str = ""


def build(store: StoredArrays, shown: Sequence[VariantResult]) -> Thumbnails:
    """The pictures of these variants: the fewer there are, the more images each has."""
    found = {one.name: views for one in shown if (views := store.first(one)) is not None}
    if not found:
        return Thumbnails()
    columns, rows = _grid(len(shown))
    count = columns if columns > 4 else 2 * columns  # of reconstructions
    index = next(iter(found.values())).reconstruction_index
    near = {name for name, views in found.items() if frames.reach([views.pca]) <= CLOSE}
    ends = {kind: frames.reach([found[name].pca for name in found if (name in near) == kind]) for kind in (True, False)}
    colours = dot_colours.of(shown, store)
    return Thumbnails(
        samples={name: samples(views, columns, rows) for name, views in found.items()},
        reconstructions={
            name: tiles(views.reconstructions[:count], columns, f"{count} reconstructions")
            for name, views in found.items()
            if np.array_equal(views.reconstruction_index, index)
        },
        codes={name: _codes(views, colours, ends[name in near]) for name, views in found.items()},
        originals=tiles(store.thumbnails(index[:count]), columns, f"The {count} originals"),
        codes_reading=_reading(ends, near, found),
    )


def samples(views: Views, columns: int, rows: int) -> Picture:
    """The first samples, decoded from the same draws for all variants."""
    count = columns * rows
    return tiles(views.samples[:count], columns, f"{min(count, len(views.samples))} samples")


def tiles(images: np.ndarray, columns: int, what: str) -> Picture:
    """Images (k, h, w[, 3]) uint8 side by side without gaps, as wide as their place."""
    k, height, width = images.shape[:3]
    columns = min(columns, k)
    bright = text.percent(float(images.mean()) / 255, 0)
    return Picture(
        source=pictures.webp(pictures.sheet(images, columns=columns), quality=QUALITY),
        width=columns * width,
        height=-(-k // columns) * height,
        alt=f"{what}, mean brightness {bright}.",
    )


def _grid(count: int) -> tuple[int, int]:
    """Columns and rows of samples in one picture."""
    return (8, 4) if count <= 4 else (6, 3) if count <= 7 else (4, 3)


def _codes(views: Views, colours: DotColours, end: float) -> Picture:
    shown = views.tsne_index[:DOTS]
    return Picture(
        source=pictures.scatter(
            views.cloud[shown],
            colours.of(views)[shown],
            frames.limits(end, line=views.on_a_line),
            colours=colours.colours,
            line=views.on_a_line,
            pixels=PIXELS,
        ),
        width=PIXELS,
        height=PIXELS,
        alt=f"Codes of {text.count(len(shown), 'test image')}: {_spread(views)}, the prior has 1.",
    )


def _spread(views: Views) -> str:
    first, second = (text.significant(float(sd)) for sd in views.pca.std(axis=0))
    return f"standard deviation {first}" + (
        "" if views.on_a_line else f" and {second} along the first two principal axes"
    )


def _reading(ends: dict[bool, float], near: set[str], found: dict[str, Views]) -> str:
    """What the pictures of the codes show: their axes, and how far those reach."""
    line = all(views.on_a_line for views in found.values())
    drawn = "one dimension, heights at random; lines" if line else "first principal axes; rings"
    close, far = (f"±{text.significant(ends[kind], 2)}" for kind in (True, False))
    scale = close if near >= found.keys() else far if not near else f"{far}, near the prior {close}"
    return f"{drawn}: the prior’s 1 and 2 sd; {scale}"
