"""The main metrics as a table."""

from dataclasses import dataclass
from typing import ClassVar

from mmdvae.record.result import Report
from reports.sections.numbers import differences, summary
from reports.sections.numbers.differences import Differences
from reports.sections.numbers.summary import Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The section."""

    template: ClassVar[str] = "sections/numbers/section.html"
    title: str
    summary: Summary
    differences: Differences | None


def build(report: Report) -> Numbers:
    """The table of all variants."""
    return Numbers(title="Numbers", summary=summary.build(report), differences=differences.build(report))
