"""What to doubt: checks that found something, learning curves, and the claims with their evidence."""

from dataclasses import dataclass
from typing import ClassVar

from mmdvae.conclusions.rules import MIN_SEEDS
from mmdvae.record.result import Report
from reports import facets, text
from reports.sections.doubt import checks, curves, verdicts
from reports.sections.doubt.checks import Checks
from reports.sections.doubt.curves import Curves
from reports.sections.doubt.verdicts import Claims


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """The section."""

    template: ClassVar[str] = "sections/doubt/section.html"
    title: str
    checks: Checks | None
    curves: list[tuple[str, Curves]]  # of each number of latent dimensions, with its words if there are several
    claims: Claims | None


def build(report: Report) -> Doubt:
    """Checks, curves and claims, under a heading that says how much there is to doubt."""
    found, claims = checks.build(report), verdicts.build(report)
    return Doubt(
        title=_title(report, found, claims),
        checks=found,
        curves=[
            (facets.named([one.advice.latent_dim]) if facets.several(report) else "", made)
            for one in facets.of(report)
            if (made := curves.build(one))
        ],
        claims=claims,
    )


def _title(report: Report, found: Checks | None, claims: Claims | None) -> str:
    if not report.finished:
        return "No variant finished, so there is nothing to compare"
    told = []
    if len(report.run.seeds) < MIN_SEEDS:
        seeds = {1: "One seed", 2: "Two seeds"}.get(len(report.run.seeds), "No seed")
        told.append(f"{seeds}: nothing here has an interval")
    if found:
        flagged = len(found.flagged)
        told.append(f"{text.count(flagged, 'check')} found something" if flagged else "every check passed")
    if claims and claims.decidable:
        each = ", counted at each d" if facets.several(report) else ""
        told.append(f"{claims.decided} of {len(claims.decidable)} claims are decided{each}")
    words = "; ".join(told) or "nothing was checked"
    return words[0].upper() + words[1:]
