"""Two metrics against each other, a dot for every seed: what one costs in the other."""

from markupsafe import Markup

from reports import scales, svg, text
from reports.metrics import Metric
from reports.records import FrontMember, VariantResult

LONGEST_LABEL = 18  # characters
LINE = 13  # pixels of height for each label

Dots = list[tuple[float, float]]


def plot(variants: list[VariantResult], x: Metric, y: Metric, front: list[FrontMember]) -> Markup | None:
    """Both axes logarithmic, members of the front filled; None where no variant has both metrics."""
    found = {variant.name: dots for variant in variants if (dots := _dots(variant, x, y))}
    if not found:
        return None
    on_front = {member.name for member in front if member.seeds}
    every = [dot for dots in found.values() for dot in dots]
    return svg.render(
        svg.Chart(
            alt=_finding(found, x, y, front),
            x=scales.logarithmic([dot[0] for dot in every], title=f"{x.title}, {x.unit} (log)"),
            y=scales.logarithmic([dot[1] for dot in every]),
            lines=[
                svg.Line(
                    label=_label(name, on_front=name in on_front),
                    points=[],
                    dots=dots,
                    filled=name in on_front,
                    colour=svg.COLOURS[number % len(svg.COLOURS)],
                    data={"variant": name},
                )
                for number, (name, dots) in enumerate(found.items())
            ],
            width=480,
            height=max(300, LINE * len(found) + 46),
            label_width=178,
        )
    )


def _dots(variant: VariantResult, x: Metric, y: Metric) -> Dots:
    """The seeds that have both metrics above 0, as a logarithmic axis needs."""
    pairs = [(run.metrics.get(x.name, 0.0), run.metrics.get(y.name, 0.0)) for run in variant.runs]
    return [pair for pair in pairs if min(pair) > 0]


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
