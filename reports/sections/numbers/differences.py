"""Differences between each variant and a reference, with their intervals, corrected for their number."""

from dataclasses import dataclass
from typing import ClassVar

from mmdvae.conclusions.effects import holm
from mmdvae.conclusions.rules import LEVEL, SEEDS_IN_WORDS
from mmdvae.record.result import Difference, Report
from reports import metrics, text
from reports.metrics import Metric

METRICS = tuple(map(metrics.of, ("bce", "mse", "sliced_w2", "latent_coverage", "mmd2", "knn_accuracy", "fid")))


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceCell:
    """One difference; `sign` and `word` are empty unless it is sure among all differences of the table."""

    text: str
    interval: str = ""
    sign: str = ""
    word: str = ""
    tone: str = ""  # good or bad, as a CSS class; `word` says the same


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceRow:
    """One variant."""

    name: str
    seeds: str
    cells: list[DifferenceCell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """The section."""

    template: ClassVar[str] = "sections/numbers/differences.html"
    how: tuple[str, str]  # the two paragraphs of "How to read this"
    reference: str
    columns: list[Metric]
    rows: list[DifferenceRow]
    without: list[str]


def build(report: Report) -> Differences | None:
    """One row per variant that was compared; None if there is none."""
    compared = [(variant.name, variant.differences) for variant in report.variants if variant.differences]
    columns = [metric for metric in METRICS if any(metric.name in found.metrics for _, found in compared)]
    if not columns:
        return None
    references = list(dict.fromkeys(found.reference for _, found in compared))
    shown = {name for name, _ in compared} | set(references)
    sure = _sure(
        {(name, column.name): found.metrics.get(column.name) for name, found in compared for column in columns}
    )
    return Differences(
        how=_how(text.listed(references), judged=any(d.p is not None for _, f in compared for d in f.metrics.values())),
        reference=text.listed(references),
        columns=columns,
        rows=[_row(name, found.metrics, columns, sure) for name, found in compared],
        without=[variant.name for variant in report.variants if variant.name not in shown],
    )


def _sure(table: dict[tuple[str, str], Difference | None]) -> set[tuple[str, str]]:
    """The cells (variant, metric) whose difference is sure at 95 % for the whole table, by Holm's correction."""
    p_values = {place: cell.p for place, cell in table.items() if cell and cell.p is not None}
    adjusted = holm(list(p_values.values()))
    return {place for place, p in zip(p_values, adjusted, strict=True) if p < 1 - LEVEL}


def _how(reference: str, *, judged: bool) -> tuple[str, str]:
    few = f"With fewer than {SEEDS_IN_WORDS} seeds there is no interval, and a difference may be chance."
    if not judged:
        return (
            f"Each variant minus {reference}. Below each mean: its {100 * LEVEL:g} % Student interval over the seeds, "
            "where there is one.",
            f"{few} Intervals of an older report are unmarked: `mmdvae report RUN --judge` makes them anew.",
        )
    return (
        f"Each variant minus {reference}. Below each mean: its {100 * LEVEL:g} % Student interval, from an analysis of "
        "variant and seed: what a seed does to all variants of a kind falls out where it does so, and the rest is "
        "pooled over the kind. Trainings that differ in anything drift apart, and what dead kernels show here is such "
        "drift.",
        f"▲ and ▼ stand where the difference is sure at {100 * LEVEL:g} % for the whole table (Holm's correction), so "
        "an interval may exclude 0 and have no mark: of many intervals one in twenty misses the truth. With fewer "
        f"than {SEEDS_IN_WORDS} seeds there is no interval, and a difference may be chance.",
    )


def _row(name: str, found: dict[str, Difference], columns: list[Metric], sure: set[tuple[str, str]]) -> DifferenceRow:
    pairs = [found[column.name].n for column in columns if column.name in found]
    return DifferenceRow(
        name=name,
        seeds=text.count(max(pairs), "seed") if pairs else "",
        cells=[_cell(column, found.get(column.name), (name, column.name) in sure) for column in columns],
    )


def _cell(metric: Metric, difference: Difference | None, sure: bool) -> DifferenceCell:
    if difference is None:
        return DifferenceCell(text=text.MISSING, interval="not measured")
    shown = metric.signed(difference.mean)
    if difference.interval is None:
        return DifferenceCell(text=shown, interval="no interval")
    interval = text.span(difference.interval, metric.signed)
    if not sure:
        return DifferenceCell(text=shown, interval=interval)
    higher = difference.mean > 0
    better = {"high": higher, "low": not higher}.get(metric.better or "")  # near 0, either side may be better
    return DifferenceCell(
        text=shown,
        interval=interval,
        sign="▲" if higher else "▼",
        word=("higher" if higher else "lower") + {True: ", better", False: ", worse", None: ""}[better],
        tone={True: "good", False: "bad", None: ""}[better],
    )
