"""Line charts as SVG by hand: attributes instead of CSS, so that they survive previewers that drop styles."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup, escape

INK, MUTED, GRID = "#222222", "#595959", "#e4e4e0"
# At least 3:1 on white, told apart by the colour-blind (least CAM02-UCS distance 18.7).
COLOURS = ("#306689", "#9a4c10", "#1b9eb9", "#641e14", "#b004f9", "#64635c", "#3b129c", "#ba8e06")
DASHES = ("", "6 3", "2 3", "8 3 2 3", "10 4", "4 2 1 2", "1 2", "12 3 3 3")
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"

Point = tuple[float, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """An axis: its range, its ticks, linear or logarithmic."""

    low: float
    high: float
    title: str = ""
    log: bool = False
    ticks: Sequence[tuple[float, str]] = ()

    def share(self, value: float) -> float:
        """Where the value lies between low (0) and high (1)."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line, with a band or dots for the seeds around it."""

    label: str
    points: Sequence[Point]
    colour: str = COLOURS[0]
    dash: str = ""
    band: Sequence[tuple[float, float, float]] = ()  # (x, lowest, highest)
    dots: Sequence[tuple[float, float]] = ()
    mark: bool = False  # a dot on every point
    direct: bool = True  # the label stands at the line's end
    data: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A horizontal line for a value that does not depend on x."""

    value: float
    label: str
    colour: str = MUTED
    dash: str = "2 3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One frame with its lines; `alt` states what it shows, with numbers."""

    alt: str
    x: Scale
    y: Scale
    lines: Sequence[Line]
    references: Sequence[Reference] = ()
    shade: Sequence[tuple[float, float, float]] = ()  # a grey band behind everything
    width: int = 260
    height: int = 170
    label_width: int = 8  # room at the right for direct labels


def element(tag: str, /, *children: Any, **attributes: Any) -> Markup:
    """One SVG element; every text and attribute value is escaped, `_` in a name stands for `-`."""
    named = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(_short(value))}"'
        for name, value in attributes.items()
        if value not in (None, "")
    )
    inner = Markup("").join(children)
    return Markup(f"<{tag}{named}>{inner}</{tag}>" if children else f"<{tag}{named}/>")


def linear(values: Sequence[float], *, title: str = "", zero: bool = False, wanted: int = 4) -> Scale:
    """A scale around the values with round ticks."""
    low, high = min(values), max(values)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < 1e-12:
        low, high = low - max(abs(low), 1e-6) * 0.1, high + max(abs(high), 1e-6) * 0.1
    pad = (high - low) * 0.06
    low, high = (low if zero and low == 0 else low - pad), high + pad
    step = _round_step((high - low) / wanted)
    first = math.ceil(low / step)
    ticks = [number * step for number in range(first, math.floor(high / step) + 1)]
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    tiny = step < 1e-4 or high >= 1e6  # then with an exponent
    return Scale(
        low=low,
        high=high,
        title=title,
        ticks=[(tick, (f"{tick:.0e}" if tiny else f"{tick:,.{digits}f}").replace("-", "−")) for tick in ticks],
    )


def logarithmic(values: Sequence[float], *, title: str = "", most: int = 6) -> Scale:
    """A logarithmic scale around positive values; ticks at powers of ten, or at 1, 2, 5 within few decades."""
    low, high = min(values), max(values)
    pad = max(high / low, 1.5) ** 0.06
    low, high = low / pad, high * pad
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    decades = last - first
    steps = (1, 2, 5) if decades <= 3 else (1,)
    every = max(1, math.ceil(decades / most)) if len(steps) == 1 else 1
    ticks = [(step * 10.0**power, power_text(step, power)) for power in range(first, last + 1, every) for step in steps]
    return Scale(low=low, high=high, title=title, log=True, ticks=[tick for tick in ticks if low <= tick[0] <= high])


def power_text(step: int, power: int) -> str:
    """5 times 10 to the power, as a reader writes it: 0.05, 500, 10⁴."""
    if -3 <= power <= 3:
        return f"{step * 10.0**power:,.{max(0, -power)}f}"
    raised = "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(digit)] for digit in str(abs(power)))
    sign = "⁻" if power < 0 else ""
    return f"10{sign}{raised}" if step == 1 else f"{step}·10{sign}{raised}"


def render(chart: Chart) -> Markup:
    """The chart as one <svg> element."""
    left, top = 46, 10
    bottom = 36 if chart.x.title else 22
    width, height = chart.width - left - chart.label_width, chart.height - top - bottom
    frame = _Frame(chart, left, top, width, height)
    return element(
        "svg",
        element("rect", width=chart.width, height=chart.height, fill="#ffffff"),
        *frame.axes(),
        element(
            "svg",  # an inner frame clips what leaves the range
            *frame.content(),
            x=left,
            y=top,
            width=width,
            height=height,
            viewBox=f"{left} {top} {width} {height}",
            preserveAspectRatio="none",
        ),
        *frame.labels(),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {chart.width} {chart.height}",
        width=chart.width,
        height=chart.height,
        role="img",
        aria_label=chart.alt,
        data_xlim=f"{_short(chart.x.low)} {_short(chart.x.high)}",
        data_ylim=f"{_short(chart.y.low)} {_short(chart.y.high)}",
    )


class _Frame:
    """The chart's values in pixels."""

    def __init__(self, chart: Chart, left: int, top: int, width: int, height: int):
        self.chart, self.left, self.top, self.width, self.height = chart, left, top, width, height

    def x(self, value: float) -> float:
        return self.left + self.width * self.chart.x.share(value)

    def y(self, value: float) -> float:
        return self.top + self.height * (1 - self.chart.y.share(value))

    def axes(self) -> list[Markup]:
        right, base = self.left + self.width, self.top + self.height
        parts = []
        for value, label in self.chart.y.ticks:
            y = self.y(value)
            parts += [
                element("line", x1=self.left, x2=right, y1=y, y2=y, stroke=GRID),
                _text(label, self.left - 5, y + 3.5, anchor="end"),
            ]
        for value, label in self.chart.x.ticks:
            x = self.x(value)
            parts += [
                element("line", x1=x, x2=x, y1=base, y2=base + 4, stroke=MUTED),
                _text(label, x, base + 15, anchor="middle"),
            ]
        parts.append(element("line", x1=self.left, x2=right, y1=base, y2=base, stroke=MUTED))
        if self.chart.x.title:
            parts.append(_text(self.chart.x.title, self.left + self.width / 2, base + 30, anchor="middle"))
        return parts

    def content(self) -> list[Markup]:
        parts = [self._area(self.chart.shade, "#efefec", 1)] if self.chart.shade else []
        for reference in self.chart.references:
            y = self.y(reference.value)
            parts.append(
                element(
                    "line",
                    x1=self.left,
                    x2=self.left + self.width,
                    y1=y,
                    y2=y,
                    stroke=reference.colour,
                    stroke_width=1.2,
                    stroke_dasharray=reference.dash,
                )
            )
        for line in self.chart.lines:
            parts.append(self._line(line))
        return parts

    def labels(self) -> list[Markup]:
        """Direct labels at the right, pushed apart where they would touch."""
        wanted = [(self.y(reference.value), reference.label) for reference in self.chart.references if reference.label]
        for line in self.chart.lines:
            ends = [value for _, value in line.points if value is not None]
            if line.direct and line.label and ends:
                wanted.append((self.y(ends[-1]), line.label))
        placed = spread([y for y, _ in wanted], gap=11.5, low=self.top + 4, high=self.top + self.height + 4)
        x = self.left + self.width + 5
        return [
            part
            for (y, label), at in zip(wanted, placed, strict=True)
            for part in (
                element(
                    "line",
                    x1=x - 5,
                    y1=min(max(y, self.top), self.top + self.height),
                    x2=x + 3,
                    y2=at,
                    stroke=MUTED,
                    stroke_width=0.7,
                ),
                _text(label, x + 6, at + 3.5, fill=INK),
            )
        ]

    def _line(self, line: Line) -> Markup:
        parts = [self._area(line.band, line.colour, 0.16)] if line.band else []
        for segment in _segments(line.points):
            parts.append(
                element(
                    "polyline",
                    points=" ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in segment),
                    fill="none",
                    stroke=line.colour,
                    stroke_width=1.8,
                    stroke_dasharray=line.dash,
                    stroke_linejoin="round",
                    stroke_linecap="round" if len(segment) == 1 else None,
                )
            )
            if line.mark or len(segment) == 1:
                parts += [element("circle", cx=self.x(x), cy=self.y(y), r=2.6, fill=line.colour) for x, y in segment]
        parts += [
            element("circle", cx=self.x(x), cy=self.y(y), r=1.8, fill="none", stroke=line.colour) for x, y in line.dots
        ]
        return element("g", *parts, **{f"data_{name}": value for name, value in line.data.items()})

    def _area(self, band: Sequence[tuple[float, float, float]], fill: str, opacity: float) -> Markup:
        upper = [f"{self.x(x):.1f},{self.y(high):.1f}" for x, _, high in band]
        lower = [f"{self.x(x):.1f},{self.y(low):.1f}" for x, low, _ in reversed(band)]
        return element("polygon", points=" ".join(upper + lower), fill=fill, fill_opacity=opacity)


def spread(wanted: Sequence[float], *, gap: float, low: float, high: float) -> list[float]:
    """Positions near the wanted ones, at least `gap` apart, within [low, high] as far as they fit."""
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    placed = [0.0] * len(wanted)
    floor = low
    for i in order:
        placed[i] = max(wanted[i], floor)
        floor = placed[i] + gap
    ceiling = high
    for i in reversed(order):
        placed[i] = min(placed[i], ceiling)
        ceiling = placed[i] - gap
    return placed


def _segments(points: Sequence[Point]) -> list[list[tuple[float, float]]]:
    """The runs of points that have a value: a gap stays a gap."""
    segments: list[list[tuple[float, float]]] = [[]]
    for x, y in points:
        if y is None:
            segments.append([])
        else:
            segments[-1].append((x, y))
    return [segment for segment in segments if segment]


def _text(content: str, x: float, y: float, *, anchor: str = "start", fill: str = MUTED) -> Markup:
    return element("text", content, x=x, y=y, font_size=10.5, font_family=FONT, text_anchor=anchor, fill=fill)


def _round_step(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= step * 0.999)


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
