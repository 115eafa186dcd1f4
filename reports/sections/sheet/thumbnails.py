"""The small pictures of the contact sheet: samples, reconstructions and codes of each variant."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from mmdvae.record.result import VariantResult
from reports import text
from reports.drawing import pictures
from reports.drawing.palette import Limits
from reports.drawing.pictures import Picture
from reports.stored_arrays import StoredArrays, Views

QUALITY = 70
DOTS = 500
PIXELS = 168  # side of the picture of the codes
CLOSE = 8.0  # codes that reach no farther, four times the outer ring, share a scale that shows the rings
INSIDE = 0.995  # quantile of the coordinates that the range of the codes includes


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
    near = {name for name, views in found.items() if reach([views]) <= CLOSE}
    limits = {kind: _limits([found[name] for name in found if (name in near) == kind]) for kind in (True, False)}
    return Thumbnails(
        samples={name: samples(views, columns, rows) for name, views in found.items()},
        reconstructions={
            name: tiles(views.reconstructions[:count], columns, f"{count} reconstructions")
            for name, views in found.items()
            if np.array_equal(views.reconstruction_index, index)
        },
        codes={name: _codes(views, store, limits[name in near]) for name, views in found.items()},
        originals=tiles(store.images[index[:count]], columns, f"The {count} originals"),
        codes_reading=_reading(limits, near, found),
    )


def samples(views: Views, columns: int, rows: int) -> Picture:
    """The first samples, decoded from the same draws for all variants."""
    count = columns * rows
    return tiles(views.samples[:count], columns, f"{min(count, len(views.samples))} samples")


def tiles(images: np.ndarray, columns: int, what: str) -> Picture:
    """Grey images (k, h, w) uint8 side by side without gaps, as wide as their place."""
    k, height, width = images.shape
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


def _codes(views: Views, store: StoredArrays, limits: Limits) -> Picture:
    shown = views.tsne_index[:DOTS]
    spread = views.pca.std(axis=0)
    return Picture(
        source=pictures.scatter(
            views.pca[shown], store.labels[shown], limits, rings=True, numbers=False, pixels=PIXELS
        ),
        width=PIXELS,
        height=PIXELS,
        alt=(
            f"Codes of {text.count(len(shown), 'test image')}: standard deviation {text.significant(float(spread[0]))} "
            f"and {text.significant(float(spread[1]))} along the first two principal axes, the prior has 1."
        ),
    )


def _limits(clouds: list[Views]) -> Limits:
    end = reach(clouds)
    return Limits(x=(-end, end), y=(-end, end))


def reach(clouds: list[Views]) -> float:
    """Half the width of a square around 0 that holds nearly all points of these clouds, and the prior's outer ring."""
    return max([2.2, *(float(np.quantile(np.abs(views.pca), INSIDE)) * 1.05 for views in clouds)])


def _reading(limits: dict[bool, Limits], near: set[str], found: dict[str, Views]) -> str:
    ends = {kind: f"±{text.significant(limit.x[1], 2)}" for kind, limit in limits.items()}
    if near >= found.keys():
        return ends[True]
    return ends[False] if not near else f"{ends[False]}, near the prior {ends[True]}"
