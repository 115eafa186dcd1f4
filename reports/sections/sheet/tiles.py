"""Samples of many variants as tiles: alpha by sigma, then the variants beside that grid, the untouched ones as one."""

from dataclasses import dataclass

from mmdvae.conclusions import groups, vitality
from mmdvae.record.result import Report, VariantResult
from reports import looks, text
from reports.drawing.pictures import Picture
from reports.looks import Look
from reports.sections.answer import headline
from reports.sections.sheet import thumbnails
from reports.stored_arrays import StoredArrays

COLUMNS, ROWS = 6, 3  # samples in a tile
MOST = 24  # tiles; each takes some 4 kB


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One variant, or the untouched ones represented by one."""

    look: Look
    name: str
    numbers: str  # its price and distance
    badge: str  # on the setting to use
    picture: Picture | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TileRow:
    """The tiles of one alpha, or those beside the grid."""

    title: str
    tiles: list[Tile]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    """The sheet; `title` says what it leaves out."""

    title: str
    rows: list[TileRow]


def build(report: Report, store: StoredArrays) -> Tiles:
    """Touched variants by alpha and sigma, then the others; those nearest to the prior if there are too many."""
    seen = looks.of(report.variants)
    untouched = {one.name for one in vitality.untouched(report.variants)}
    touched = [one for one in report.variants if one.name not in untouched and one.status == "ok"]
    kept = {one.name for one in sorted(touched, key=_distance)[: MOST - 1]}
    ordered = sorted((one for one in touched if one.name in kept), key=lambda one: seen[one.name].place)
    grid: dict[float, list[VariantResult]] = {}
    for one in ordered:
        if one.sigma is not None and not one.normalised:
            grid.setdefault(one.alpha, []).append(one)
    inside = {one.name for group in grid.values() for one in group}
    beside = [_tile(report, store, seen, one, seen[one.name].title) for one in ordered if one.name not in inside]
    rows = [
        TileRow(
            title=f"α\u00a0{text.setting(alpha)}",
            tiles=[_tile(report, store, seen, one, seen[one.name].label) for one in group],
        )
        for alpha, group in sorted(grid.items())
    ]
    beside += _untouched(report, store, seen)
    left = len(touched) - len(kept)
    return Tiles(
        title="Samples: the same draws of the prior, decoded"
        + (f"; {left} variants farther from it are left out" if left else ""),
        rows=[*rows, *([TileRow(title="others", tiles=beside)] if beside else [])],
    )


def _untouched(report: Report, store: StoredArrays, seen: dict[str, Look]) -> list[Tile]:
    """One tile for all trainings that no penalty touched: the plain autoencoder, or the first of them."""
    every = vitality.untouched(report.variants)
    if not every:
        return []
    shown = groups.plain(every) or every[0]
    dead = len(every) - (1 if shown.is_plain else 0)
    name = seen[shown.name].label + (f" (as {text.count(dead, 'dead kernel')})" if dead and shown.is_plain else "")
    return [_tile(report, store, seen, shown, name)]


def _tile(report: Report, store: StoredArrays, seen: dict[str, Look], one: VariantResult, name: str) -> Tile:
    views, paid, distance = store.first(one), headline.cost(report, one), one.mean("sliced_w2")
    numbers = [
        f"{text.change(paid.mean)} error" if paid else "",
        f"W2 {text.significant(distance, 2)}" if distance is not None else "",
    ]
    return Tile(
        look=seen[one.name],
        name=name,
        numbers=", ".join(filter(None, numbers)),
        badge=headline.badge(report, one),
        picture=thumbnails.samples(views, COLUMNS, ROWS) if views else None,
    )


def _distance(one: VariantResult) -> float:
    distance = one.mean("sliced_w2")
    return float("inf") if distance is None else distance
