"""One metric against sigma: a line per alpha, a horizontal line per variant beside the grid; weak kernels shaded."""

from collections.abc import Sequence

from markupsafe import Markup

from mmdvae.record.result import Report, Statistic, VariantResult
from reports import metrics, text
from reports.drawing import scales, svg
from reports.metrics import Metric
from reports.sections.heatmap import beside_grid, by_alpha
from reports.table import spread_text


def chart(report: Report, metric: Metric) -> Markup | None:
    """The chart; None if no finished variant has a sigma."""
    lines = by_alpha(report, metric.name)
    if not lines:
        return None
    references = _references(report, metric)
    sigmas = [variant.sigma for variants in lines.values() for variant in variants if variant.sigma]
    x = scales.logarithmic(sigmas, title="σ, latent units (log)")
    return svg.render(
        svg.Chart(
            alt=finding(metric, lines, references) + f" Shaded outside of σ {strong_words(report)}.",
            x=x,
            y=_y_scale(report, metric, references),
            lines=[_line(alpha, variants, metric.name, i) for i, (alpha, variants) in enumerate(lines.items())],
            references=references,
            zones=_shaded(report, x),
            width=420,
            height=270,
            label_width=118,
        )
    )


def strong_words(report: Report) -> str:
    """The range of σ in which a kernel pulls strongly at the prior, as text; in older reports, in which it is alive."""
    return text.span(_unshaded(report), text.significant)


def _unshaded(report: Report) -> Sequence[float]:
    return report.advice.sigma.strong or report.advice.sigma.prior


def _references(report: Report, metric: Metric) -> list[svg.Reference]:
    styles = zip(beside_grid(report, metric.name), svg.COLOURS[1:] * 9, svg.DASHES[1:] * 9, strict=False)
    found = [
        svg.Reference(value=variant.mean(metric.name) or 0.0, label=variant.settings, colour=colour, dash=dash)
        for variant, colour, dash in styles
    ]
    prior = metric.prior(report.run.latent_dim)
    return found if prior is None else [*found, svg.Reference(value=prior, label="prior", dash="1 3", colour=svg.INK)]


def _y_scale(report: Report, metric: Metric, references: list[svg.Reference]) -> scales.Scale:
    """A scale around all seeds and references; logarithmic if the metric spans decades and all values are above 0."""
    seeds = [run.number(metric.name) for variant in report.finished for run in variant.runs]
    means = [variant.mean(metric.name) for variant in report.finished if variant.sigma is not None]
    values = [value for value in (*seeds, *means, *(reference.value for reference in references)) if value is not None]
    return scales.logarithmic(values) if metric.log and min(values) > 0 else scales.linear(values)


def _shaded(report: Report, x: scales.Scale) -> list[tuple[float, float]]:
    low, high = _unshaded(report)
    ends = ((x.low, min(low, x.high)), (max(high, x.low), x.high))
    return [(first, last) for first, last in ends if first < last]


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
    """What the chart shows, with numbers, as a sentence."""
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
