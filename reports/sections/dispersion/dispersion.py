"""Dispersion and reconstruction against sigma: line charts, heat maps over alpha and sigma, Pareto plot, spectrum."""

from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from mmdvae.record.result import Report
from reports.sections import heatmap
from reports.sections.dispersion import pareto, sigma_chart, spectrum
from reports.sections.dispersion.pareto import TradeOff
from reports.sections.heatmap import METRICS, HeatMap
from reports.stored_arrays import StoredArrays


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispersion:
    """The section; `charts` is empty if no variant has a sigma."""

    template: ClassVar[str] = "sections/dispersion/dispersion.html"
    how: tuple[str, str]  # the two paragraphs of "How to read this"
    charts: list[tuple[str, Markup]]
    maps: list[HeatMap]
    trade_off: TradeOff | None
    spectrum: Markup | None


def build(report: Report, store: StoredArrays) -> Dispersion:
    """The charts and tables of the finished variants."""
    return Dispersion(
        how=_how(report),
        charts=[(metric.title, chart) for metric in METRICS[:2] if (chart := sigma_chart.chart(report, metric))],
        maps=[heat_map for metric in METRICS if (heat_map := heatmap.build(report, metric))],
        trade_off=pareto.build(report),
        spectrum=spectrum.chart(report, store),
    )


def _how(report: Report) -> tuple[str, str]:
    seeds = "the dots are the seeds" if len(report.run.seeds) > 1 else "one seed"
    return (
        "Total variance is the trace of Cov(z): how far the codes spread. A dotted line marks what the prior would "
        "have; other horizontal lines are variants that have no σ or normalised codes. Shaded: σ outside of "
        f"{sigma_chart.strong_words(report)}, where a kernel pulls weakly at the prior or not at all. Where a "
        "line is but a row of dots, over more than a decade, no σ was tried.",
        "A total variance like the prior's is necessary, not sufficient: an affine map gives it to any codes. A kernel "
        "acts only where σ is near the distances between codes: at the far left and right the lines should "
        f"meet the unregularised variant ({seeds}).",
    )
