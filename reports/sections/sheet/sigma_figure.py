"""Distance from the prior and error over sigma, a column for every sigma that was tried, zones named in the plot.

The axis is ordinal: tried sigmas span eight decades, of which the live ones fill a small part.
"""

from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from mmdvae.record.result import Report, VariantResult
from reports import looks, text
from reports.looks import Look
from reports.sections.sheet.sigma_drawing import MIXED, PANELS, Drawing, Place

LEAST = 3  # sigmas; two points and a line prove nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class SigmaFigure:
    """The figure with its title and a line of reading help."""

    title: str
    reading: str
    drawing: Markup


def build(report: Report) -> SigmaFigure | None:
    """The figure of the finished variants; None with fewer than three sigmas."""
    measured = [one for one in report.finished if all(one.mean(panel[0]) is not None for panel in PANELS)]
    grid = [one for one in measured if one.sigma is not None and not one.normalised]
    if len({one.sigma for one in grid}) < LEAST:
        return None
    seen = looks.of(report.variants)
    places = _places(report, measured, grid, seen)
    return SigmaFigure(
        title="Distance from the prior, and error, by σ.",
        reading="Every σ that was tried has its own column"
        + ("; dots are seeds, bars their means." if _several(grid) else "."),
        drawing=Drawing(report, places, seen).svg(),
    )


def _places(
    report: Report, measured: list[VariantResult], grid: list[VariantResult], seen: dict[str, Look]
) -> list[Place]:
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


def _several(variants: list[VariantResult]) -> bool:
    return any(len(one.runs) > 1 for one in variants)
