"""Differences between each variant and a reference, paired by seed, with their intervals."""

from dataclasses import dataclass
from typing import ClassVar

from mmdvae.conclusions.rules import LEVEL, SEEDS_IN_WORDS
from mmdvae.record.result import Difference, Report
from reports import metrics, text
from reports.metrics import Metric

METRICS = tuple(map(metrics.of, ("bce", "mse", "sliced_w2", "mmd2", "knn_accuracy", "fid")))


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceCell:
    """One difference; `sign` and `word` are empty unless the interval excludes 0."""

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

    template: ClassVar[str] = "sections/differences.html"
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
    return Differences(
        how=_how(text.listed(references)),
        reference=text.listed(references),
        columns=columns,
        rows=[_row(name, found.metrics, columns) for name, found in compared],
        without=[variant.name for variant in report.variants if variant.name not in shown],
    )


def _how(reference: str) -> tuple[str, str]:
    return (
        f"Each variant minus {reference}, seed by seed: a pair shares its seed, that is, its initial weights and the "
        "order of its images, so a part of what chance does falls out of the difference. Not all: trainings that "
        "differ in anything drift apart, and what dead kernels show here is such drift. Below each mean: its "
        f"{100 * LEVEL:g} % Student interval.",
        f"▲ and ▼ stand where the interval excludes 0. With fewer than {SEEDS_IN_WORDS} seeds there is no interval, "
        "and a difference may be chance. Of many intervals one in twenty misses the truth, so a lone mark in a large "
        "table proves little.",
    )


def _row(name: str, found: dict[str, Difference], columns: list[Metric]) -> DifferenceRow:
    pairs = [found[column.name].n for column in columns if column.name in found]
    return DifferenceRow(
        name=name,
        seeds=text.count(max(pairs), "pair") if pairs else "",
        cells=[_cell(column, found.get(column.name)) for column in columns],
    )


def _cell(metric: Metric, difference: Difference | None) -> DifferenceCell:
    if difference is None:
        return DifferenceCell(text=text.MISSING, interval="not measured")
    shown = metric.signed(difference.mean)
    if difference.interval is None:
        return DifferenceCell(text=shown, interval="no interval")
    low, high = difference.interval
    interval = text.span(difference.interval, metric.signed)
    if low <= 0 <= high:
        return DifferenceCell(text=shown, interval=interval)
    higher = low > 0
    better = {"high": higher, "low": not higher, "near 0": not higher}.get(metric.better or "")
    return DifferenceCell(
        text=shown,
        interval=interval,
        sign="▲" if higher else "▼",
        word=("higher" if higher else "lower") + {True: ", better", False: ", worse", None: ""}[better],
        tone={True: "good", False: "bad", None: ""}[better],
    )
