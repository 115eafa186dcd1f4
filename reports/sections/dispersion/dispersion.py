"""Dispersion and reconstruction against the kernel's width: lines, a table over alpha and sigma, the spectrum."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from markupsafe import Markup

from mmdvae.record.result import Report, Statistic, VariantResult
from reports import metrics, text
from reports.drawing import scales, svg
from reports.metrics import Metric
from reports.sections import heatmap, panel_choice
from reports.sections.dispersion import pareto
from reports.sections.dispersion.pareto import TradeOff
from reports.sections.heatmap import METRICS, HeatMap, by_alpha, without_sigma
from reports.stored_arrays import Store
from reports.table import spread_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispersion:
    """The section; `charts` is empty where no variant has a sigma."""

    template: ClassVar[str] = "sections/dispersion/dispersion.html"
    how: tuple[str, str]  # to read it
    charts: list[tuple[str, Markup]]
    maps: list[HeatMap]
    trade_off: TradeOff | None
    spectrum: Markup | None


def build(report: Report, store: Store) -> Dispersion:
    """Everything that depends on sigma, of the finished variants."""
    d = report.run.latent_dim
    return Dispersion(
        how=_how(report),
        charts=[(metric.title, chart) for metric in METRICS[:2] if (chart := _chart(report, metric, metric.prior(d)))],
        maps=[heat_map for metric in METRICS if (heat_map := heatmap.build(report, metric))],
        trade_off=pareto.build(report),
        spectrum=_spectrum(report, store),
    )


def _how(report: Report) -> tuple[str, str]:
    seeds = "the dots are the seeds" if len(report.run.seeds) > 1 else "one seed"
    return (
        "Total variance is the trace of Cov(z): how far the codes spread. A dotted line marks what the prior would "
        "have; other horizontal lines are variants that have no σ. Shaded: σ outside of "
        f"{_words(_alive(report))}, where a kernel is dead on draws of the prior. Where a line is but a row of dots, "
        "over more than a decade, no σ was tried.",
        "A kernel acts only where σ is near the distances between codes: at the far left and right the lines should "
        f"meet the unregularised variant ({seeds}).",
    )


def _chart(report: Report, metric: Metric, prior: float | None) -> Markup | None:
    lines = by_alpha(report, metric.name)
    if not lines:
        return None
    references = [
        svg.Reference(value=variant.mean(metric.name) or 0.0, label=variant.settings, colour=colour, dash=dash)
        for variant, colour, dash in zip(
            without_sigma(report, metric.name), svg.COLOURS[1:] * 9, svg.DASHES[1:] * 9, strict=False
        )
    ]
    if prior is not None:
        references.append(svg.Reference(value=prior, label="prior", dash="1 3", colour=svg.INK))
    runs = [run for variant in report.finished for run in variant.runs]
    seeds = [value for run in runs if (value := run.number(metric.name)) is not None]
    values = [
        *seeds,
        *(reference.value for reference in references),
        *(v.mean(metric.name) for v in sum(lines.values(), [])),
    ]
    positive = [value for value in values if value is not None and value > 0]
    log = metric.log and len(positive) == len(values)
    sigmas = [variant.sigma for variants in lines.values() for variant in variants if variant.sigma]
    x, alive = scales.logarithmic(sigmas, title="σ, latent units (log)"), _alive(report)
    return svg.render(
        svg.Chart(
            alt=finding(metric, lines, references) + f" A kernel is alive on the prior for σ {_words(alive)}.",
            x=x,
            y=scales.logarithmic(positive) if log else scales.linear([value for value in values if value is not None]),
            lines=[_line(alpha, variants, metric.name, i) for i, (alpha, variants) in enumerate(lines.items())],
            references=references,
            zones=[
                (low, high)
                for low, high in ((x.low, min(alive[0], x.high)), (max(alive[1], x.low), x.high))
                if low < high
            ],
            width=420,
            height=270,
            label_width=118,
        )
    )


def _alive(report: Report) -> tuple[float, float]:
    """From which σ to which a kernel is alive on draws of the prior."""
    low, high = report.advice.sigma.prior
    return low, high


def _words(alive: tuple[float, float]) -> str:
    return text.span(alive, text.significant)


def _line(alpha: float, variants: list[VariantResult], metric: str, number: int) -> svg.Line:
    statistics = [(variant.sigma or 1.0, variant.summary[metric]) for variant in variants]
    return svg.Line(
        label=f"α {text.setting(alpha)}",
        points=[(sigma, statistic.mean) for sigma, statistic in statistics],
        band=[(sigma, s.min, s.max) for sigma, s in statistics] if any(s.n > 1 for _, s in statistics) else [],
        dots=[
            (variant.sigma or 1.0, value)
            for variant in variants
            if len(variant.runs) > 1
            for run in variant.runs
            if (value := run.number(metric)) is not None
        ],
        colour=svg.COLOURS[number * 3 % len(svg.COLOURS)],
        dash=svg.DASHES[number % len(svg.DASHES)],
        mark=True,
        far=scales.FAR,
        tips=[
            (sigma, s.mean, f"α {text.setting(alpha)}, σ {text.setting(sigma)}: {_with_spread(metric, s)}")
            for sigma, s in statistics
        ],
        data={"metric": metric, "alpha": text.setting(alpha)},
    )


def _with_spread(name: str, statistic: Statistic) -> str:
    metric = metrics.of(name)
    return f"{metric.show(statistic.mean)} {spread_text(metric, statistic)}".strip()


def finding(metric: Metric, lines: dict[float, list[VariantResult]], references: list[svg.Reference]) -> str:
    """What the chart shows, with its numbers."""
    parts = []
    for alpha, variants in lines.items():
        ranked = sorted(variants, key=lambda variant: variant.mean(metric.name) or 0.0)
        lowest, highest = (
            f"{metric.show(variant.mean(metric.name))} at σ {text.setting(variant.sigma)}"
            for variant in (ranked[0], ranked[-1])
        )
        parts.append(f"with α {text.setting(alpha)} from {lowest} to {highest}")
    parts += [f"{reference.label} {metric.show(reference.value)}" for reference in references]
    return f"{metric.title}: {'; '.join(parts)}."


def _spectrum(report: Report, store: Store) -> Markup | None:
    found = [(variant, views.eigenvalues) for variant in report.variants if (views := store.first(variant)) is not None]
    full = {variant.name for variant in panel_choice.full_panels([variant for variant, _ in found])}
    spectra = [
        (variant, [value if value > 0 else None for value in np.asarray(values, np.float64).tolist()])
        for variant, values in found
        if variant.name in full and np.any(np.asarray(values) > 0)
    ]
    if not spectra:
        return None
    longest = max(len(values) for _, values in spectra)
    every = [value for _, values in spectra for value in values if value is not None]
    return svg.render(
        svg.Chart(
            alt="Eigenvalues of Cov(z), largest and smallest: "
            + "; ".join(f"{v.name} {text.significant(e[0])} to {text.significant(e[-1])}" for v, e in spectra)
            + "; the prior has 1 throughout.",
            x=scales.Scale(
                low=0.8,
                high=longest + 0.2,
                title="eigenvalue, largest first",
                ticks=[(number, str(number)) for number in range(1, longest + 1, -(-longest // 12))],
            ),
            y=scales.logarithmic([*every, 1.0]),
            lines=[
                svg.Line(
                    label=variant.settings,
                    points=[(float(number), value) for number, value in enumerate(values, start=1)],
                    colour=svg.COLOURS[i % len(svg.COLOURS)],
                    dash=svg.DASHES[i % len(svg.DASHES)],
                    mark=True,
                    tips=[
                        (number, value, f"{variant.name}, eigenvalue {number}: {text.significant(value)}")
                        for number, value in enumerate(values, start=1)
                        if value is not None
                    ],
                    data={"variant": variant.name},
                )
                for i, (variant, values) in enumerate(spectra)
            ],
            references=[svg.Reference(value=1.0, label="prior: 1", colour=svg.INK, dash="1 3")],
            width=480,
            height=300,
            label_width=134,
        )
    )
