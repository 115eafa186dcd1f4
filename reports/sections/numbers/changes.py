"""Differences between each variant and no penalty, with their intervals, corrected for their number."""

from collections.abc import Sequence
from dataclasses import dataclass

from mmdvae.conclusions.effects import holm
from mmdvae.conclusions.rules import LEVEL
from mmdvae.record.result import Difference, Report
from reports import text
from reports.metric import Metric

IN_PERCENT = "mse"  # also as a share of the reference's value

Place = tuple[str, str]  # id of a variant, name of a metric


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference; `sign` and `word` are empty unless it is sure among all differences of the table."""

    text: str
    interval: str = ""  # empty with fewer than three seeds
    sign: str = ""
    word: str = ""
    tone: str = ""  # good or bad, as a CSS class; `word` says the same


def of(report: Report, columns: Sequence[Metric], base: dict[str, float]) -> dict[Place, Change]:
    """The changes of all variants that were compared; `base` holds the reference's means."""
    table = {
        (variant.name, column.name): (column, found)
        for variant in report.variants
        if variant.differences
        for column in columns
        if (found := variant.differences.metrics.get(column.name))
    }
    sure = _sure({place: found for place, (_, found) in table.items()})
    return {
        place: _change(column, found, place in sure, base.get(column.name)) for place, (column, found) in table.items()
    }


def plain(metric: Metric, difference: float, base: float | None) -> Change:
    """A difference that has no interval."""
    return Change(text=_shown(metric, difference, base))


def _sure(table: dict[Place, Difference]) -> set[Place]:
    """The places whose difference is sure at 95 % for the whole table, by Holm's correction."""
    p_values = {place: found.p for place, found in table.items() if found.p is not None}
    adjusted = holm(list(p_values.values()))
    return {place for place, p in zip(p_values, adjusted, strict=True) if p < 1 - LEVEL}


def _shown(metric: Metric, difference: float, base: float | None) -> str:
    shown = metric.signed(difference)
    return f"{shown}, {text.change(difference / base)}" if metric.name == IN_PERCENT and base else shown


def _change(metric: Metric, found: Difference, sure: bool, base: float | None) -> Change:
    shown = _shown(metric, found.mean, base)
    if found.interval is None:
        return Change(text=shown)
    interval = text.span(found.interval, metric.signed)
    if not sure:
        return Change(text=shown, interval=interval)
    higher = found.mean > 0
    better = {"high": higher, "low": not higher}.get(metric.better or "")  # None: neither side is better
    return Change(
        text=shown,
        interval=interval,
        sign="▲" if higher else "▼",
        word={True: "better", False: "worse", None: "higher" if higher else "lower"}[better],
        tone={True: "good", False: "bad", None: ""}[better],
    )
