"""Bars in the cells of a column: all of its rows on one scale, with marks for the references."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mmdvae.record.result import Report
from reports import facets
from reports.metric import Metric
from reports.sections.numbers import references

DECADE = 10.0  # columns whose values differ by at least this factor have a logarithmic scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The scale of one column; places are percent of the cell's width."""

    low: float
    high: float
    log: bool
    start: float  # where bars start: the best possible value, or the low end

    def place(self, value: float) -> float:
        """Where a value lies, 0 to 100."""
        low, high, at = (math.log(v) if self.log else v for v in (self.low, self.high, max(value, self.low)))
        return round(100 * min(1.0, (at - low) / (high - low)), 1)

    def bar(self, value: float) -> tuple[float, float]:
        """Left end and width of the bar of a value; wide enough to be seen."""
        return self.span(self.start, value)

    def span(self, one: float, other: float) -> tuple[float, float]:
        """The same of what lies between two values."""
        ends = sorted((self.place(one), self.place(other)))
        width = round(max(1.0, ends[1] - ends[0]), 1)
        return min(ends[0], round(100 - width, 1)), width


def axis(values: Sequence[float], *, best: float | None, others: Sequence[float] = (), share: bool) -> Axis | None:
    """The scale for the values of variants, the best possible value and other marks; None if all are the same.

    `share`: they are shares of 1, so that the scale is 0 to 1.
    """
    if share:
        return Axis(low=0.0, high=1.0, log=False, start=0.0)
    marks = [*values, *others, *([] if best is None else [best])]
    if not values or max(marks) <= min(marks):
        return None
    if min(values) > 0 and max(values) >= DECADE * min(values):
        known = [value for value in marks if value > 0]
        low = min(known) if best and best <= min(known) else min(known) / 1.3  # or the shortest bar could not be seen
        return Axis(low=low, high=max(known), log=True, start=best if best and best > 0 else low)
    low = min(marks) if best is not None else min(0.0, *marks)
    return Axis(low=low, high=max(marks), log=False, start=low if best is None else best)


def of(report: Report, columns: Sequence[Metric]) -> dict[str, Axis]:
    """The scales of the columns that have one, by metric: one for all latent dimensions, so that bars compare.

    What is best possible is where bars start, unless it depends on these dimensions.
    """
    known = [one for part in facets.of(report) for one in references.of(part, columns)]
    found = {}
    for column in columns:
        values = [value for one in report.variants if (value := one.mean(column.name)) is not None]
        marks = [(one.title == references.BEST, one.values[column.name]) for one in known if column.name in one.values]
        bests = {value for is_best, value in marks if is_best}
        best = bests.pop() if len(bests) == 1 else None
        others = [value for is_best, value in marks if not is_best or best is None]
        scale = axis(values, best=best, others=others, share=column.factor == 100)
        if scale:
            found[column.name] = scale
    return found
