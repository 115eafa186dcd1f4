"""One metric over alpha and sigma: as data for line charts, and as a table of coloured numbers."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from mmdvae.record.result import Report, VariantResult
from reports import metrics, text
from reports.drawing import pictures
from reports.metrics import Metric
from reports.table import spread_text

Colour = Callable[[float], tuple[str, str]]  # value -> background and text colour

METRICS = tuple(
    replace(metrics.of(name), title=title)  # there is room for longer titles than in a column header
    for name, title in (
        ("total_variance", "Total variance of the codes"),
        ("bce", "Test BCE, nats per pixel"),
        ("mmd2", "MMD² to the prior, fixed kernel"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    """One number with its colours; a variant that was not run has no colours."""

    text: str
    spread: str = ""
    background: str = ""
    ink: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatRow:
    """One alpha."""

    alpha: str
    cells: list[HeatCell]
    across: bool = False  # a single cell spans all sigmas


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """One metric over alpha (rows) and sigma (columns)."""

    title: str
    caption: str
    sigmas: list[str]
    rows: list[HeatRow]
    others: list[tuple[str, HeatCell]]  # variants beside the grid


def build(report: Report, metric: Metric) -> HeatMap | None:
    lines = by_alpha(report, metric.name)
    others = beside_grid(report, metric.name)
    if not lines:
        return None
    grid = [variant for variants in lines.values() for variant in variants]
    colour = colouring([abs(variant.mean(metric.name) or 0.0) for variant in [*grid, *others]], log=metric.log)
    sigmas = sorted({variant.sigma for variant in grid if variant.sigma is not None})
    rows = [
        HeatRow(alpha="0 (no penalty, any σ)", cells=[_heat_cell(variant, metric, colour)], across=True)
        for variant in others
        if variant.is_plain
    ]
    for alpha, variants in lines.items():
        at = {variant.sigma: variant for variant in variants}
        cells = [
            _heat_cell(at[sigma], metric, colour) if sigma in at else HeatCell(text=text.MISSING) for sigma in sigmas
        ]
        rows.append(HeatRow(alpha=text.setting(alpha), cells=cells))
    return HeatMap(
        title=metric.title,
        caption=f"{metric.title}, by α (rows) and σ (columns)",
        sigmas=[text.setting(sigma) for sigma in sigmas],
        rows=rows,
        others=[(v.settings, _heat_cell(v, metric, colour)) for v in others if not v.is_plain],
    )


def colouring(values: list[float], *, log: bool) -> Colour:
    """A function giving a value's colours: palest at the smallest of `values`, deepest at the largest."""
    log = log and min(values) > 0
    scaled = [math.log(value) if log else value for value in values]
    low, high = min(scaled), max(scaled)

    def colour(value: float) -> tuple[str, str]:
        share = (math.log(value) if log else value) - low
        return pictures.heat(share / (high - low) if high > low else 0.5)

    return colour


def _heat_cell(variant: VariantResult, metric: Metric, colour: Colour) -> HeatCell:
    statistic = variant.summary[metric.name]
    background, ink = colour(abs(statistic.mean))
    return HeatCell(
        text=metric.show(statistic.mean),
        spread=spread_text(metric, statistic),
        background=background,
        ink=ink,
    )


def by_alpha(report: Report, metric: str) -> dict[float, list[VariantResult]]:
    """The finished variants of the grid that have the metric, by alpha, then by rising sigma."""
    lines: dict[float, list[VariantResult]] = {}
    for variant in sorted(report.finished, key=lambda variant: (variant.alpha or 0.0, variant.sigma or 0.0)):
        if _in_grid(variant) and variant.mean(metric) is not None:
            lines.setdefault(variant.alpha or 0.0, []).append(variant)
    return lines


def beside_grid(report: Report, metric: str) -> list[VariantResult]:
    """The other finished variants that have the metric: unregularised, IMQ, KL, and those with normalised codes."""
    return [variant for variant in report.finished if not _in_grid(variant) and variant.mean(metric) is not None]


def _in_grid(variant: VariantResult) -> bool:
    return variant.sigma is not None and not variant.normalised
