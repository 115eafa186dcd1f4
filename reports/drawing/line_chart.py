"""Line charts as hand-written SVG: attributes instead of CSS, because some previewers drop styles."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from markupsafe import Markup

from reports import text
from reports.drawing.scales import Scale
from reports.drawing.svg import GRID, INK, MUTED, caption, element, picture, short

DASHES = ("", "6 3", "2 3", "8 3 2 3", "10 4", "4 2 1 2", "1 2", "12 3 3 3")

Point = tuple[float, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line, with a band for the individual seeds."""

    label: str
    points: Sequence[Point]
    colour: str = INK
    dash: str = ""
    band: Sequence[tuple[float, float, float]] = ()  # (x, lowest, highest)
    mark: bool = False  # a dot on every point
    tips: Sequence[tuple[float, float, str]] = ()  # (x, y, the text that the script shows at the point)
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
    """One chart; `alt` states in words and numbers what it shows."""

    alt: str
    x: Scale
    y: Scale
    lines: Sequence[Line]
    references: Sequence[Reference] = ()
    shade: Sequence[tuple[float, float, float]] = ()  # a grey band behind everything
    width: int = 260
    height: int = 170
    label_width: int = 8  # pixels at the right for direct labels


def label_width(lines: Sequence[Line]) -> int:
    """Pixels for the longest label of the lines, with the sample of its line."""
    return 32 + round(5.8 * max((len(line.label) for line in lines), default=0))


def render(chart: Chart) -> Markup:
    """The chart as one <svg> element."""
    left, top = 46, 10
    bottom = 36 if chart.x.title else 22
    width, height = chart.width - left - chart.label_width, chart.height - top - bottom
    frame = _Frame(chart, left, top, width, height)
    return picture(
        chart.width,
        chart.height,
        *frame.axes(),
        element(
            "svg",  # a nested svg clips whatever leaves the axis ranges
            *frame.content(),
            x=left,
            y=top,
            width=width,
            height=height,
            viewBox=f"{left} {top} {width} {height}",
            preserveAspectRatio="none",
        ),
        *frame.labels(),
        alt=chart.alt,
        font_size=10.5,
        data_xlim=f"{short(chart.x.low)} {short(chart.x.high)}",
        data_ylim=f"{short(chart.y.low)} {short(chart.y.high)}",
    )


class _Label(NamedTuple):
    value: float
    text: str
    colour: str
    dash: str
    variant: str  # hiding this variant hides the label


class _Frame:
    """Converts the chart's values to pixels and draws its parts."""

    def __init__(self, chart: Chart, left: int, top: int, width: int, height: int):
        self.chart, self.left, self.top, self.width, self.height = chart, left, top, width, height

    def x(self, value: float) -> float:
        return self.left + self.width * self.chart.x.share(value)

    def y(self, value: float) -> float:
        return self.top + self.height * (1 - self.chart.y.share(value))

    def axes(self) -> list[Markup]:
        base = self.top + self.height
        rows = [(self.y(value), label) for value, label in self.chart.y.ticks]
        columns = [(self.x(value), label) for value, label in self.chart.x.ticks]
        grid = "".join(f"M{self.left} {y:.1f}h{self.width}" for y, _ in rows)
        ticks = "".join(f"M{x:.1f} {base}v4" for x, _ in columns)
        parts = [
            element("path", d=grid, stroke=GRID) if grid else Markup(""),
            element("path", d=f"M{self.left} {base}h{self.width}{ticks}", fill="none", stroke=MUTED),
            *(caption(label, self.left - 5, y + 3.5, anchor="end") for y, label in rows),
            *(caption(label, x, base + 15, anchor="middle") for x, label in columns),
        ]
        if self.chart.x.title:
            parts.append(caption(self.chart.x.title, self.left + self.width / 2, base + 30, anchor="middle"))
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
        """Direct labels at the right, each with a sample of its line, pushed apart where they would overlap."""
        x = float(self.left + self.width + 3)
        wanted = [_Label(r.value, r.label, r.colour, r.dash, "") for r in self.chart.references if r.label]
        for line in self.chart.lines:
            end = line.points[-1][1] if line.points else None
            if line.label and end is not None:  # a line without a last value has no right end to label
                wanted.append(_Label(end, line.label, line.colour, line.dash, line.data.get("variant", "")))
        top, base = self.top, self.top + self.height
        ends = [min(max(self.y(label.value), top), base) for label in wanted]
        placed = spread(ends, gap=12, low=top + 4, high=base + 4)
        leaders: dict[str, str] = {}  # by variant; leaders without a variant share one path
        parts = []
        for label, end, at in zip(wanted, ends, placed, strict=True):
            own = {"data_variant": label.variant}
            leader = f"M{x:.1f} {end:.1f}L{x + 8:.1f} {at:.1f}"
            leaders[label.variant] = leaders.get(label.variant, "") + leader
            sample = f"M{x + 9:.1f} {at:.1f}h16"
            parts += [
                element("path", d=sample, stroke=label.colour, stroke_width=1.8, stroke_dasharray=label.dash, **own),
                caption(label.text, x + 29, at + 3.5, fill=INK, **own),
            ]
        lead = {"fill": "none", "stroke": MUTED, "stroke_width": 0.6}
        return [*(element("path", d=path, **lead, data_variant=variant) for variant, path in leaders.items()), *parts]

    def _line(self, line: Line) -> Markup:
        pieces = segments(line.points)
        parts = [self._bands(line)] if line.band else []
        if pieces:
            style = {"fill": "none", "stroke": line.colour, "stroke_linejoin": "round"}
            drawn = "".join(self._polyline(segment) for segment in pieces)
            parts.append(element("path", d=drawn, stroke_width=1.8, stroke_dasharray=line.dash, **style))
            marked = [point for segment in pieces for point in segment if line.mark or len(segment) == 1]
            if marked:
                parts.append(element("path", d=self._discs(marked, 2.6), fill=line.colour))
        tips = "\n".join(f"{self.x(x):.0f} {self.y(y):.0f} {text.one_line(words)}" for x, y, words in line.tips)
        return element("g", *parts, data_tips=tips, **{f"data_{name}": value for name, value in line.data.items()})

    def _polyline(self, points: Sequence[tuple[float, float]]) -> str:
        return "M" + "L".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)

    def _bands(self, line: Line) -> Markup:
        """The band, with the same gaps as the line."""
        ends = {(x, part): y for x, low, high in line.band for part, y in (("low", low), ("high", high))}
        pieces = []
        for segment in segments([(x, low) for x, low, _ in line.band]):
            xs = [x for x, _ in segment]
            outline = [*((x, ends[x, "high"]) for x in xs), *((x, ends[x, "low"]) for x in reversed(xs))]
            pieces.append(self._polyline(outline) + "z")
        return element("path", d="".join(pieces), fill=line.colour, fill_opacity=0.16)

    def _discs(self, points: Sequence[tuple[float, float]], r: float) -> str:
        """Circles as one path: hundreds of elements fewer, so the page loads and scrolls faster."""
        half = f"a{r} {r} 0 1 0 {2 * r:g} 0a{r} {r} 0 1 0 {-2 * r:g} 0"
        return "".join(f"M{self.x(x) - r:.2f} {self.y(y):.2f}{half}" for x, y in points)

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


def segments(points: Sequence[Point]) -> list[list[tuple[float, float]]]:
    """The points split at missing values."""
    found: list[list[tuple[float, float]]] = [[]]
    for x, y in points:
        if y is None:
            found.append([])
        else:
            found[-1].append((x, y))
    return [segment for segment in found if segment]
