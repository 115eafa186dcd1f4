"""Pareto plot: two metrics against each other, one dot per seed, to show what one costs in the other."""

from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from mmdvae.record.result import FrontMember, Report, VariantResult
from reports import metrics, text
from reports.drawing import scales, svg
from reports.metrics import Metric
from reports.sections import heatmap

NOTE = (
    "What closeness to the prior costs in reconstruction: the best corner is at the lower left. One dot per seed; "
    "discs are of variants on the Pareto front with most of the seeds, rings of others; a thin path joins the σ of one "
    "α in rising order, through the means over seeds."
)
LONGEST_LABEL = 18  # characters
ALL_NAMED = 8  # up to this many variants, all are labelled at their dots
LINE = 13  # height of a label, in pixels

Dots = list[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeOff:
    """The plot and its description."""

    template: ClassVar[str] = "sections/more/trade_off.html"
    x: Metric
    y: Metric
    plot: Markup
    note: str
    unnamed: int  # number of variants whose dots have no label


def build(report: Report) -> TradeOff | None:
    """The plot of the two metrics named in report.advice.pareto; None if no variant has both."""
    x, y = metrics.of(report.advice.pareto.x), metrics.of(report.advice.pareto.y)
    found = {variant.name: dots for variant in report.finished if (dots := _dots(variant, x, y))}
    if not found:
        return None
    members = report.advice.pareto.front
    front = [member.name for member in members if 2 * member.seeds > member.of]
    named = _named(found, front, [variant.name for variant in report.finished if variant.sigma is None])
    chart = _plot(
        found, x, y, front, named, _paths(report, x, y), alt=_finding(found, x, y, report.advice.pareto.front)
    )
    return TradeOff(x=x, y=y, plot=chart, note=NOTE, unnamed=len(found) - len(named))


def _plot(
    found: dict[str, Dots], x: Metric, y: Metric, front: list[str], named: list[str], paths: list[svg.Line], *, alt: str
) -> Markup:
    """Both axes logarithmic, members of the front as filled dots."""
    every = [dot for dots in found.values() for dot in dots]
    colours = {name: svg.COLOURS[number % len(svg.COLOURS)] for number, name in enumerate(named)}
    unnamed_first = sorted(found, key=lambda name: name in colours)  # so that labelled dots are drawn on top
    return svg.render(
        svg.Chart(
            alt=alt,
            x=scales.logarithmic([dot[0] for dot in every], title=f"{x.title}, {x.unit} (log)"),
            y=scales.logarithmic([dot[1] for dot in every]),
            lines=[
                *paths,
                *(
                    svg.Line(
                        label=_label(name, on_front=name in front) if name in colours else "",
                        points=[],
                        dots=found[name],
                        filled=name in front,
                        colour=colours.get(name, svg.MUTED),
                        tips=[
                            (*dot, f"{name}: {x.title} {x.show(dot[0])}, {y.title} {y.show(dot[1])}")
                            for dot in found[name]
                        ],
                        data={"variant": name},
                    )
                    for name in (found if len(named) == len(found) else unnamed_first)
                ),
            ],
            width=480,
            height=max(300, LINE * (len(named) + len(paths)) + 46),
            label_width=178,
        )
    )


def _named(found: dict[str, Dots], front: list[str], without_sigma: list[str]) -> list[str]:
    """The variants with a label: all if few, else the front, the lowest on each axis, and those without a sigma."""
    if len(found) <= ALL_NAMED:
        return list(found)
    lowest = [min(found, key=lambda name: min(dot[axis] for dot in found[name])) for axis in (0, 1)]
    return [name for name in dict.fromkeys([*front, *lowest, *without_sigma]) if name in found][:ALL_NAMED]


def _dots(variant: VariantResult, x: Metric, y: Metric) -> Dots:
    """(x, y) of the seeds with both metrics above 0, as logarithmic axes require."""
    pairs = [(run.number(x.name) or 0.0, run.number(y.name) or 0.0) for run in variant.runs]
    return [pair for pair in pairs if min(pair) > 0]


def _paths(report: Report, x: Metric, y: Metric) -> list[svg.Line]:
    """One path per alpha with at least two sigmas, through the means over seeds, by rising sigma."""
    paths = []
    for number, (alpha, variants) in enumerate(heatmap.by_alpha(report, x.name).items()):
        pairs = [(variant.mean(x.name) or 0.0, variant.mean(y.name) or 0.0) for variant in variants]
        points = [pair for pair in pairs if min(pair) > 0]
        if len(points) > 1:
            label, dash = f"path of α {text.setting(alpha)}", svg.DASHES[number % len(svg.DASHES)]
            data = {"alpha": text.setting(alpha)}
            paths.append(svg.Line(label=label, points=points, colour=svg.MUTED, dash=dash, thin=True, data=data))
    return paths


def _label(name: str, *, on_front: bool) -> str:
    short = name if len(name) <= LONGEST_LABEL else f"{name[: LONGEST_LABEL - 1]}…"
    return f"{short} (front)" if on_front else short


def _finding(found: dict[str, Dots], x: Metric, y: Metric, front: list[FrontMember]) -> str:
    def lowest(axis: int, metric: Metric) -> str:
        value, name = min((dot[axis], name) for name, dots in found.items() for dot in dots)
        return f"lowest {metric.title} {metric.show(value)} by {name}"

    members = [f"{member.name} ({member.seeds} of {text.count(member.of, 'seed')})" for member in front if member.seeds]
    on_front = f"on the front: {', '.join(members)}" if members else "nothing is on the front"
    return f"{y.title} against {x.title}: {on_front}; {lowest(0, x)}, {lowest(1, y)}."
