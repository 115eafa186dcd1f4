"""Distance from the prior and error over sigma, a column for every sigma that was tried, zones named in the plot.

The axis is ordinal: tried sigmas span eight decades, of which the live ones fill a small part.
"""

import math
from dataclasses import dataclass, replace
from itertools import groupby

from markupsafe import Markup

from mmdvae.record.result import Report
from reports import facets, looks, roots, text
from reports.sections.sheet.sigma_drawing import MIXED, PANELS, Drawing, Place

LEAST = 3  # sigmas; two points and a line prove nothing

WIDE = 14  # columns with room for a unit in their heads
Column = tuple[int, float, str]  # beside the grid or in it, σ / √d, the words of one beside the grid


@dataclass(frozen=True, slots=True, kw_only=True)
class SigmaFigure:
    """The figure with its title and a line of reading help."""

    title: str
    reading: str
    drawing: Markup


def build(report: Report) -> SigmaFigure | None:
    """The figure of the finished variants; None with fewer than three sigmas."""
    places = _places(report)
    if not places:
        return None
    return SigmaFigure(
        title="Distance from the prior, and error, by σ.",
        reading="Every σ that was tried has its own column" + _seeds(places),
        drawing=Drawing(report, places, looks.of(report.variants)).svg(),
    )


def of_each(report: Report) -> list[SigmaFigure]:
    """A figure for each number of latent dimensions, with the same columns in all: σ in units of √d."""
    grid = [one for one in report.finished if not one.normalised]
    width = {one.name: width for width, group in roots.widths(grid).items() for one in group}
    parts = [(one, places) for one in facets.of(report) if (places := _places(one))]
    columns = [{_column(place, width): place for place in places} for _, places in parts]
    every: dict[Column, Place] = {}
    for one in columns:
        every = one | every
    order = sorted(every, key=lambda column: column[:2])
    narrow = len(order) > WIDE
    return [
        SigmaFigure(
            title=f"{facets.named([one.advice.latent_dim])}.",
            reading="Distance from the prior, and error, by σ in units of √d" + _seeds(own),
            drawing=Drawing(
                one,
                [_aligned(column, places.get(column), every[column], one, narrow=narrow) for column in order],
                looks.of(one.variants),
            ).svg(),
        )
        for (one, own), places in zip(parts, columns, strict=True)
    ]


def _column(place: Place, width: dict[str, float]) -> Column:
    """Where a column stands: no penalty, then σ by its width, then the others."""
    first = place.variants[0]
    if place.zone:
        return (1, width[first.name], "")
    return (0 if first.is_plain else 2, 0.0, f"{place.title} {place.detail}")


def _aligned(column: Column, place: Place | None, like: Place, report: Report, *, narrow: bool) -> Place:
    """The column as this figure has it; without variants if its σ was not tried here."""
    if not like.zone:
        return place or replace(like, variants=[])
    low, high = report.advice.sigma.strong or (1.0, 0.0)
    sigma = column[1] * math.sqrt(report.advice.latent_dim)
    own = place or replace(like, title="", zone="", variants=[], strong=low <= sigma <= high)
    title = text.setting(column[1]) if narrow else roots.label(column[1])
    return replace(own, title=title, detail=own.title)


def _places(report: Report) -> list[Place]:
    """The columns: no penalty, each σ, the others; empty with fewer than three sigmas."""
    measured = [one for one in report.finished if all(one.mean(panel[0]) is not None for panel in PANELS)]
    grid = [one for one in measured if one.sigma is not None and not one.normalised]
    if len({one.sigma for one in grid}) < LEAST:
        return []
    seen = looks.of(report.variants)
    beside = sorted((one for one in measured if one not in grid), key=lambda one: seen[one.name].place)
    first = [Place(seen[one.name].label, "", "", [one]) for one in beside if one.is_plain]
    columns = []
    for sigma, found in groupby(
        sorted(grid, key=lambda one: (one.sigma or 0, one.alpha)), key=lambda one: one.sigma or 0
    ):
        variants = list(found)
        words = {seen[one.name].word for one in variants}
        zone = words.pop() if len(words) == 1 else MIXED
        low, high = report.advice.sigma.strong or (1.0, 0.0)
        columns.append(Place(f"σ {text.setting(sigma)}", "", zone, variants, low <= sigma <= high))
    last = [
        Place(seen[one.name].label, "normalised" if one.normalised else seen[one.name].detail, "", [one])
        for one in beside
        if not one.is_plain
    ]
    return [*first, *columns, *last]


def _seeds(places: list[Place]) -> str:
    several = any(len(one.runs) > 1 for place in places if place.zone for one in place.variants)
    return "; dots are seeds, bars their means." if several else "."
