"""Dispersion and reconstruction against the kernel's width: lines, a table over alpha and sigma, the spectrum."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from markupsafe import Markup

from reports import figures, selection, svg, text
from reports.arrays import Store
from reports.inputs import Run, VariantResult
from reports.summary import COLUMNS


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    """One number with its colours; a hole in the grid has no colours."""

    text: str
    spread: str = ""
    background: str = ""
    ink: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatRow:
    """One alpha."""

    alpha: str
    cells: list[HeatCell]
    across: bool = False  # one cell for all sigmas


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """One metric over alpha (rows) and sigma (columns)."""

    title: str
    caption: str
    sigmas: list[str]
    rows: list[HeatRow]
    others: list[tuple[str, HeatCell]]  # variants without a sigma


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispersion:
    """The section; `charts` is empty where no variant has a sigma."""

    template: ClassVar[str] = "dispersion.html"
    charts: list[tuple[str, Markup]]
    maps: list[HeatMap]
    spectrum: Markup | None
    seed_note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Metric:
    name: str
    title: str
    log: bool
    prior: Callable[[int | None], float | None]
    show: Callable[[float | None], str]


_BY_NAME = {column.metric: column for column in COLUMNS}
METRICS = tuple(
    _Metric(name=name, title=title, log=log, prior=_BY_NAME[name].prior, show=_BY_NAME[name].show)
    for name, title, log in (
        ("total_variance", "Total variance of the codes", True),
        ("bce", "Test BCE, nats per pixel", False),
        ("mmd2", "MMD² to the prior, fixed kernel", False),
    )
)


def build(run: Run, store: Store) -> Dispersion:
    """Everything that depends on sigma, of the finished variants."""
    d = latent_dim(run, store)
    return Dispersion(
        charts=[(metric.title, chart) for metric in METRICS[:2] if (chart := _chart(run, metric, metric.prior(d)))],
        maps=[heat_map for metric in METRICS if (heat_map := _heat_map(run, metric))],
        spectrum=_spectrum(run, store),
        seed_note="the dots are the seeds" if len(run.seeds) > 1 else "one seed",
    )


def latent_dim(run: Run, store: Store) -> int | None:
    """The number of latent dimensions, from the report or else from the codes."""
    if run.latent_dim:
        return run.latent_dim
    return next((len(views.eigenvalues) for variant in run.variants if (views := store.first(variant))), None)


def by_alpha(run: Run, metric: str) -> dict[float, list[VariantResult]]:
    """The finished Gaussian variants that have the metric, by alpha, each by rising sigma."""
    lines: dict[float, list[VariantResult]] = {}
    for variant in sorted(run.finished, key=lambda variant: (variant.alpha or 0.0, variant.sigma or 0.0)):
        if variant.sigma is not None and variant.mean(metric) is not None:
            lines.setdefault(variant.alpha or 0.0, []).append(variant)
    return lines


def without_sigma(run: Run, metric: str) -> list[VariantResult]:
    """The finished variants that no sigma describes: unregularised, IMQ, KL."""
    return [variant for variant in run.finished if variant.sigma is None and variant.mean(metric) is not None]


def _chart(run: Run, metric: _Metric, prior: float | None) -> Markup | None:
    lines = by_alpha(run, metric.name)
    if not lines:
        return None
    references = [
        svg.Reference(value=variant.mean(metric.name) or 0.0, label=variant.settings, colour=colour, dash=dash)
        for variant, colour, dash in zip(
            without_sigma(run, metric.name), svg.COLOURS[1:] * 9, svg.DASHES[1:] * 9, strict=False
        )
    ]
    if prior is not None:
        references.append(svg.Reference(value=prior, label="prior", dash="1 3", colour=svg.INK))
    seeds = [run.metrics[metric.name] for v in run.finished for run in v.runs if metric.name in run.metrics]
    values = [
        *seeds,
        *(reference.value for reference in references),
        *(v.mean(metric.name) for v in sum(lines.values(), [])),
    ]
    positive = [value for value in values if value is not None and value > 0]
    log = metric.log and len(positive) == len(values)
    sigmas = [variant.sigma for variants in lines.values() for variant in variants if variant.sigma]
    return svg.render(
        svg.Chart(
            alt=_finding(metric, lines, references),
            x=svg.logarithmic(sigmas, title="σ, latent units (log)"),
            y=svg.logarithmic(positive) if log else svg.linear([value for value in values if value is not None]),
            lines=[_line(alpha, variants, metric.name, i) for i, (alpha, variants) in enumerate(lines.items())],
            references=references,
            width=470,
            height=290,
            label_width=112,
        )
    )


def _line(alpha: float, variants: list[VariantResult], metric: str, number: int) -> svg.Line:
    statistics = [(variant.sigma or 1.0, variant.summary[metric]) for variant in variants]
    return svg.Line(
        label=f"α {text.setting(alpha)}",
        points=[(sigma, statistic.mean) for sigma, statistic in statistics],
        band=[(sigma, s.min, s.max) for sigma, s in statistics] if any(s.n > 1 for _, s in statistics) else [],
        dots=[
            (variant.sigma or 1.0, run.metrics[metric])
            for variant in variants
            if len(variant.runs) > 1
            for run in variant.runs
            if metric in run.metrics
        ],
        colour=svg.COLOURS[number * 3 % len(svg.COLOURS)],
        dash=svg.DASHES[number % len(svg.DASHES)],
        mark=True,
        data={"metric": metric, "alpha": text.setting(alpha)},
    )


def _finding(metric: _Metric, lines: dict[float, list[VariantResult]], references: list[svg.Reference]) -> str:
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


def _heat_map(run: Run, metric: _Metric) -> HeatMap | None:
    lines = by_alpha(run, metric.name)
    others = without_sigma(run, metric.name)
    if not lines:
        return None
    grid = [variant for variants in lines.values() for variant in variants]
    colour = _colouring([abs(variant.mean(metric.name) or 0.0) for variant in [*grid, *others]], log=metric.log)
    sigmas = sorted({variant.sigma for variant in grid if variant.sigma is not None})
    rows = [
        HeatRow(alpha="0 (no penalty, any σ)", cells=[_heat_cell(variant, metric, colour)], across=True)
        for variant in others
        if variant.regularizer == "none"
    ]
    for alpha, variants in lines.items():
        at = {variant.sigma: variant for variant in variants}
        cells = [
            _heat_cell(at[sigma], metric, colour) if sigma in at else HeatCell(text=text.MISSING) for sigma in sigmas
        ]
        rows.append(HeatRow(alpha=text.setting(alpha), cells=cells))
    return HeatMap(
        title=metric.title,
        caption=f"{metric.title}, by α (rows) and σ (columns)",
        sigmas=[text.setting(sigma) for sigma in sigmas],
        rows=rows,
        others=[(v.settings, _heat_cell(v, metric, colour)) for v in others if v.regularizer != "none"],
    )


def _colouring(values: list[float], *, log: bool) -> Callable[[float], tuple[str, str]]:
    log = log and min(values) > 0
    scaled = [math.log(value) if log else value for value in values]
    low, high = min(scaled), max(scaled)

    def colour(value: float) -> tuple[str, str]:
        share = (math.log(value) if log else value) - low
        return figures.heat(share / (high - low) if high > low else 0.5)

    return colour


def _heat_cell(variant: VariantResult, metric: _Metric, colour: Callable[[float], tuple[str, str]]) -> HeatCell:
    statistic = variant.summary[metric.name]
    background, ink = colour(abs(statistic.mean))
    return HeatCell(
        text=metric.show(statistic.mean),
        spread="" if statistic.sd is None or statistic.n == 1 else f"± {metric.show(statistic.sd)}",
        background=background,
        ink=ink,
    )


def _spectrum(run: Run, store: Store) -> Markup | None:
    found = [(variant, views.eigenvalues) for variant in run.variants if (views := store.first(variant)) is not None]
    full = {variant.name for variant in selection.full_panels([variant for variant, _ in found])}
    spectra = [
        (variant, [float(value) for value in np.asarray(values, np.float64)])
        for variant, values in found
        if variant.name in full and np.all(np.isfinite(values)) and np.all(np.asarray(values) > 0)
    ]
    if not spectra:
        return None
    longest = max(len(values) for _, values in spectra)
    every = [value for _, values in spectra for value in values]
    return svg.render(
        svg.Chart(
            alt="Eigenvalues of Cov(z), largest and smallest: "
            + "; ".join(f"{v.name} {text.significant(e[0])} to {text.significant(e[-1])}" for v, e in spectra)
            + "; the prior has 1 throughout.",
            x=svg.Scale(
                low=0.8,
                high=longest + 0.2,
                title="eigenvalue, largest first",
                ticks=[(number, str(number)) for number in range(1, longest + 1, -(-longest // 12))],
            ),
            y=svg.logarithmic([*every, 1.0]),
            lines=[
                svg.Line(
                    label=variant.settings,
                    points=[(float(number), value) for number, value in enumerate(values, start=1)],
                    colour=svg.COLOURS[i % len(svg.COLOURS)],
                    dash=svg.DASHES[i % len(svg.DASHES)],
                    mark=True,
                    data={"variant": variant.name},
                )
                for i, (variant, values) in enumerate(spectra)
            ],
            references=[svg.Reference(value=1.0, label="prior: 1", colour=svg.INK, dash="1 3")],
            width=620,
            height=320,
            label_width=130,
        )
    )
