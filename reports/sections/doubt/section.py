"""What to doubt: checks that found something, learning curves, and the claims with their evidence."""

from dataclasses import dataclass
from typing import ClassVar

from mmdvae.record.result import Report
from reports.sections.doubt import curves, verdicts
from reports.sections.doubt.curves import Curves
from reports.sections.doubt.verdicts import Findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """The section."""

    template: ClassVar[str] = "sections/doubt/section.html"
    title: str
    findings: Findings | None
    curves: Curves


def build(report: Report) -> Doubt:
    """Checks, curves and claims."""
    return Doubt(title="What to doubt", findings=verdicts.build(report), curves=curves.build(report))
