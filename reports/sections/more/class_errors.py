"""Squared error by class: which kinds of image a variant reconstructs badly."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from mmdvae.record.result import Report, Statistic
from reports import text
from reports.sections import heatmap
from reports.sections.heatmap import HeatCell
from reports.stored_arrays import StoredArrays

METRIC = re.compile(r"mse_class_(\d+)")
FACTOR = 1000  # errors are shown times 1000, as below the reconstructions

Errors = dict[int, Statistic]  # by class number


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """One variant or baseline."""

    name: str
    kind: str
    cells: list[HeatCell]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassErrors:
    """The table."""

    template: ClassVar[str] = "sections/more/class_errors.html"
    classes: list[str]
    rows: list[ClassRow]
    finding: str


def build(report: Report, store: StoredArrays) -> ClassErrors | None:
    """Variants, then baselines, by class; None if no variant was measured by class."""
    variants = {variant.name: errors for variant in report.variants if (errors := _errors(variant.summary.items()))}
    baselines = {row.name: errors for row in report.baselines if (errors := _errors(_alone(row.numbers)))}
    if not variants:
        return None
    labels = sorted({label for errors in (*variants.values(), *baselines.values()) for label in errors})
    # Without the baselines: the mean image's error is so large that on its scale all variants would look alike.
    colour = heatmap.colouring([error.mean for errors in variants.values() for error in errors.values()], log=False)

    def row(name: str, kind: str, errors: Errors) -> ClassRow:
        return ClassRow(name=name, kind=kind, cells=[_cell(errors.get(label), colour) for label in labels])

    titles = [store.class_name(label) for label in labels]
    return ClassErrors(
        classes=titles,
        rows=[
            *(row(name, "variant", errors) for name, errors in variants.items()),
            *(row(name, "baseline", errors) for name, errors in baselines.items()),
        ],
        finding=_finding(list(variants.values()), dict(zip(labels, titles, strict=True))),
    )


def _errors(metrics: Iterable[tuple[str, Statistic]]) -> Errors:
    return {int(match[1]): error for name, error in metrics if (match := METRIC.fullmatch(name))}


def _alone(metrics: dict[str, float]) -> Iterable[tuple[str, Statistic]]:
    return ((name, Statistic(mean=value, sd=None, min=value, max=value, n=1)) for name, value in metrics.items())


def _cell(error: Statistic | None, colour: heatmap.Colour) -> HeatCell:
    if error is None:
        return HeatCell(text=text.MISSING)
    background, ink = colour(error.mean)
    spread = "" if error.sd is None or error.n == 1 else f"± {text.fixed(FACTOR * error.sd, 1)}"
    return HeatCell(text=text.fixed(FACTOR * error.mean, 1), spread=spread, background=background, ink=ink)


def _finding(variants: list[Errors], titles: dict[int, str]) -> str:
    """A sentence on the class most often with the largest error, and the one most often with the smallest."""
    ranked = [sorted(errors, key=lambda label: errors[label].mean) for errors in variants]
    (worst, bad), (easiest, good) = (Counter(order[end] for order in ranked).most_common(1)[0] for end in (-1, 0))
    of = f"of {text.count(len(variants), 'variant')}"
    return f"{titles[worst]} has the largest error in {bad} {of}, {titles[easiest]} the smallest in {good} {of}."
