"""Error against distance from the prior: what each setting gives up in one to gain in the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from markupsafe import Markup

from mmdvae.conclusions import vitality
from mmdvae.record.result import Report, VariantResult
from reports import looks, metrics, text
from reports.drawing import scales, svg
from reports.looks import Look
from reports.metric import Fixed, Metric

WIDTH, HEIGHT = 560, 400
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 24, 40
NEARBY = 1.6  # codes up to this many times farther away than those of any penalty that is alive are in the frame
LETTER, LINE, DOT = 5.8, 12.0, 4.0  # width and height of a label's letters and radius of a dot, in pixels

Place = tuple[float, float]  # in pixels
Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels
Axes = tuple[scales.Scale, scales.Scale]


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeOff:
    """The plot and what it leaves out."""

    template: ClassVar[str] = "sections/more/trade_off.html"
    x: Metric
    y: Metric
    plot: Markup
    outside: list[str]  # titles of the variants beyond the frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One variant: means over seeds, in the units of the axes."""

    look: Look
    label: str
    x: float
    y: float


def build(report: Report) -> TradeOff | None:
    """The plot of the two metrics of report.advice.pareto; None with fewer than two α that a penalty was tried with."""
    x, y = metrics.of(report.advice.pareto.x), metrics.of(report.advice.pareto.y)
    shown, untouched = looks.of(report.variants), vitality.untouched(report.variants)
    touched = [one for one in report.finished if one not in untouched]
    touched.sort(key=lambda one: shown[one.name].place)
    dots = [dot for one in touched if (dot := _dot(one, shown, x, y))]
    near = [dot for dot in dots if dot.look.state == "alive"]
    if not near or len({one.alpha for one in touched if one.has_penalty}) < 2:
        return None
    grey = [dot for one in untouched if (dot := _dot(one, shown, x, y))]
    farthest = NEARBY * max(dot.y for dot in near)
    heights = [dot.y for dot in dots if dot.y <= farthest]
    room = 0.15 * (max(heights) - min(heights))  # above the dots, for those beyond the frame
    axes = (
        _axis([dot.x for dot in near + grey], x),
        _axis([*heights, max(heights) + room], y),
    )
    inside = [
        dot for dot in dots if all(0 <= axis.share(at) <= 1 for axis, at in zip(axes, (dot.x, dot.y), strict=True))
    ]
    return TradeOff(
        x=x,
        y=y,
        plot=_plot(inside, grey, axes, x, y),
        outside=[f"{dot.look.title} ({y.show(dot.y)})" for dot in dots if dot not in inside],
    )


def _axis(values: list[float], metric: Metric) -> scales.Scale:
    """A linear axis whose ticks are in the metric's unit."""
    factor = metric.show.factor if isinstance(metric.show, Fixed) else 1.0
    shown = scales.linear([factor * value for value in values], title=f"{metric.title}, {metric.unit}")
    ticks = [(at / factor, words) for at, words in shown.ticks]
    return replace(shown, low=shown.low / factor, high=shown.high / factor, ticks=ticks)


def _dot(variant: VariantResult, shown: dict[str, Look], x: Metric, y: Metric) -> Dot | None:
    right, up = variant.mean(x.name), variant.mean(y.name)
    if right is None or up is None:
        return None
    look, alpha = shown[variant.name], text.setting(variant.alpha)
    brief = variant.has_penalty and not variant.normalised
    return Dot(look=look, label=f"α\u00a0{alpha.lstrip('0')} {look.label}" if brief else look.title, x=right, y=up)


def _plot(dots: list[Dot], grey: list[Dot], axes: Axes, x: Metric, y: Metric) -> Markup:
    places = [(_across(axes[0], dot.x), _up(axes[1], dot.y)) for dot in dots]
    boxes = _boxes(places, [dot.label for dot in dots])
    told = "; ".join(f"{dot.look.title} {x.show(dot.x)} and {y.show(dot.y)}" for dot in dots)
    return svg.picture(
        WIDTH,
        HEIGHT,
        *_frame(axes),
        *_blob(grey, axes, y),
        *(_drawn(dot, place, box, x, y) for dot, place, box in zip(dots, places, boxes, strict=True)),
        alt=f"{x.title} and {y.title}: {told}; {_reach(grey, y)}.",
        font_size=12,
    )


def _frame(axes: Axes) -> list[Markup]:
    base, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    columns = [(_across(axes[0], at), words) for at, words in axes[0].ticks]
    rows = [(_up(axes[1], at), words) for at, words in axes[1].ticks]
    grid = "".join(f"M{LEFT} {height:.1f}H{right}" for height, _ in rows)
    marks = "".join(f"M{across:.1f} {base}v4" for across, _ in columns)
    return [
        svg.element("path", d=grid, stroke=svg.GRID),
        svg.element("path", d=f"M{LEFT} {base}H{right}{marks}", stroke=svg.MUTED, fill="none"),
        *(_text(words, across, base + 16, "middle") for across, words in columns),
        *(_text(words, LEFT - 6, height + 4, "end") for height, words in rows),
        _text(axes[0].title, (LEFT + right) / 2, base + 32, "middle"),
    ]


def _blob(grey: list[Dot], axes: Axes, y: Metric) -> list[Markup]:
    """All variants that no penalty touched as one grey area, at the upper edge if they lie beyond it."""
    if not grey:
        return []
    ends = [_across(axes[0], end([dot.x for dot in grey])) for end in (min, max)]
    heights = [max(_up(axes[1], end([dot.y for dot in grey])), TOP + 10.0) for end in (max, min)]
    left, right = ends[0] - 7, ends[1] + 7
    words, half = _reach(grey, y), LETTER * len(_reach(grey, y)) / 2
    middle = min(max((left + right) / 2, LEFT + half), WIDTH - RIGHT - half)
    box = {"x": left, "y": heights[0] - 7, "width": right - left, "height": heights[1] - heights[0] + 14}
    return [
        svg.element("rect", **box, rx=7, fill=looks.COLOURS["none"], fill_opacity=0.35),
        _text(words, middle, heights[0] - 11, "middle"),
    ]


def _drawn(dot: Dot, place: Place, box: Box, x: Metric, y: Metric) -> Markup:
    tip = f"{place[0]:.0f} {place[1]:.0f} {dot.look.title}: {x.title} {x.show(dot.x)}, {y.title} {y.show(dot.y)}"
    return svg.element(
        "g",
        svg.element("circle", cx=place[0], cy=place[1], r=DOT, fill=dot.look.colour),
        svg.element("text", dot.label, x=round(box[0], 1), y=round(box[3] - 2.5, 1), fill=dot.look.colour),
        data_variant=dot.look.id,
        data_tips=tip,
    )


def _boxes(places: Sequence[Place], labels: Sequence[str]) -> list[Box]:
    """Room for each label beside its dot: the side where it covers least of the dots and of the labels before it."""
    taken: list[Box] = [(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in places]
    placed = []
    for place, label in zip(places, labels, strict=True):
        box = min(_sides(place, LETTER * len(label)), key=lambda one: sum(_shared(one, other) for other in taken))
        placed.append(box)
        taken.append(box)
    return placed


def _sides(place: Place, width: float) -> list[Box]:
    """Right, left, above, below and the corners, as far as they lie within the frame; in that order of preference."""
    (x, y), half, far = place, LINE / 2, DOT + 3
    corners = [
        *((x + far, y - half), (x - far - width, y - half), (x - width / 2, y - far - LINE), (x - width / 2, y + far)),
        *((x + far, y - LINE - 2), (x + far, y + 2), (x - far - width, y - LINE - 2), (x - far - width, y + 2)),
    ]
    boxes = [(left, top, left + width, top + LINE) for left, top in corners]
    return [one for one in boxes if one[0] >= LEFT and one[2] <= WIDTH and one[1] >= TOP] or boxes[:1]


def _shared(one: Box, other: Box) -> float:
    """The area that two boxes share."""
    across, up = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    return max(across, 0.0) * max(up, 0.0)


def _reach(grey: list[Dot], y: Metric) -> str:
    """Where those lie that no penalty touched, in words; empty if there are none."""
    if not grey:
        return ""
    low, high = (y.show(end([dot.y for dot in grey])) for end in (min, max))
    return f"untouched ({len(grey)}): {y.title} {low}{'' if low == high else f' to {high}'}"


def _across(axis: scales.Scale, value: float) -> float:
    return round(LEFT + (WIDTH - RIGHT - LEFT) * axis.share(value), 1)


def _up(axis: scales.Scale, value: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * axis.share(value), 1)


def _text(words: str, x: float, y: float, anchor: str) -> Markup:
    return svg.caption(words, round(x, 1), round(y, 1), anchor=anchor)
