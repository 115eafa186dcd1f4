"""The drawing of the figure over sigma: columns, zones, and a panel for each metric."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from mmdvae.conclusions import groups
from mmdvae.record.result import Report, VariantResult
from reports import looks, metrics, text
from reports.drawing import scales
from reports.drawing.line_chart import spread
from reports.drawing.scales import Scale
from reports.drawing.svg import GRID, INK, MUTED, caption, element, picture
from reports.looks import COLOURS, HUES, Look

WIDTH, LEFT, RIGHT, TOP = 1200, 128, 74, 56  # pixels
PANELS = (("sliced_w2", "Distance", "sliced W2, log", 150), ("mse", "Error", "MSE × 1,000", 120))  # with heights
GAP = 30  # between the panels
ZONES = {"dead: too narrow": "#efe6da", "dead: too wide": "#efe6da", "half-way": "#f7f3ea"}
LOG = "sliced_w2"
MIXED = "by α"  # the zone of a sigma whose state depends on alpha


@dataclass(frozen=True, slots=True)
class Place:
    """One column: a sigma with its alphas, or one variant without a sigma; no variants if only another part has it."""

    title: str
    detail: str  # a second line of the title
    zone: str  # empty beside the grid
    variants: list[VariantResult]
    strong: bool = False  # whether such a kernel pulls strongly at the prior, known before training


class Drawing:
    """Converts values to pixels and draws the parts of the figure."""

    def __init__(self, report: Report, places: list[Place], seen: dict[str, Look]):
        self.report, self.places, self.seen = report, places, seen
        self.alphas = looks.hues(report.variants)
        self.step = (WIDTH - LEFT - RIGHT) / len(places)
        self.tops = [TOP + sum(panel[3] + GAP for panel in PANELS[:number]) for number in range(len(PANELS))]
        self.base = self.tops[-1] + PANELS[-1][3]

    def svg(self) -> Markup:
        """The whole figure."""
        parts = [*self._zones(), *self._heads(), *self._strong()]
        for (metric, title, unit, height), top in zip(PANELS, self.tops, strict=True):
            parts += self._panel(metric, title, unit, top, height)
        return picture(
            WIDTH,
            self.base + 26,
            *parts,
            alt=self._finding(),
            font_size=12,
        )

    def _x(self, place: int, alpha: float | None = None) -> float:
        """The middle of a column, or the place in it of one alpha of several."""
        here = [one.alpha for one in self.places[place].variants]
        shift = (here.index(alpha) - (len(here) - 1) / 2) * min(14.0, self.step / 6) if alpha in here else 0.0
        return LEFT + (place + 0.5) * self.step + shift

    def _zones(self) -> list[Markup]:
        """Runs of columns in one state, shaded unless alive, each with its name."""
        parts = []
        for zone, run in groupby(range(len(self.places)), key=lambda number: self.places[number].zone):
            numbers = list(run)
            left, width = LEFT + numbers[0] * self.step, len(numbers) * self.step
            if zone in ZONES:
                parts.append(
                    element("path", d=f"M{left:.1f} 20h{width:.1f}V{self.base}h{-width:.1f}z", fill=ZONES[zone])
                )
            if zone:
                first = self.seen[self.places[numbers[0]].variants[0].name]
                colour = COLOURS["a0"] if zone == "alive" else COLOURS["none"] if zone == MIXED else first.colour
                words = zone if width > 104 else zone.replace("dead: ", "")
                parts.append(caption(words, left + width / 2, 44, anchor="middle", fill=colour, font_weight="bold"))
        return parts

    def _heads(self) -> list[Markup]:
        size = 12 if self.step > 74 else 10
        most = int(self.step / (0.58 * size))
        parts = []
        for number, place in enumerate(self.places):
            x = self._x(number)
            parts.append(
                caption(
                    _cut(place.title, most),
                    x,
                    15,
                    anchor="middle",
                    fill=INK if place.variants else MUTED,
                    font_weight="bold",
                    font_size=size,
                )
            )
            if place.detail:
                parts.append(caption(_cut(place.detail, most), x, 30, anchor="middle", font_size=size))
        return parts

    def _strong(self) -> list[Markup]:
        """A line below the columns whose kernel pulls strongly at the prior."""
        numbers = [number for number, place in enumerate(self.places) if place.strong]
        if not numbers:
            return []
        left, right = LEFT + numbers[0] * self.step + 6, LEFT + (numbers[-1] + 1) * self.step - 6
        y = self.base + 8
        words = "pulls strongly at the prior: known before training"
        return [
            element("path", d=f"M{left:.1f} {y}H{right:.1f}", stroke=COLOURS["a0"], stroke_width=3),
            caption(words, (left + right) / 2, y + 15, anchor="middle"),
        ]

    def _panel(self, metric: str, title: str, unit: str, top: int, height: int) -> list[Markup]:
        y = self._scale(metric, top, height)
        parts = [
            caption(title, 8, top + 14, fill=INK, font_weight="bold", font_size=13),
            caption(unit, 8, top + 29),
            *self._grid(y[1], y[0]),
            *self._reference(metric, y[0]),
        ]
        parts += self._lines(metric, y[0], top, height)
        parts += [
            self._variant(one, metric, number, y[0])
            for number, place in enumerate(self.places)
            for one in place.variants
        ]
        return parts

    def _scale(self, metric: str, top: int, height: int) -> tuple[Callable[[float], float], Scale]:
        values = [
            value for place in self.places for one in place.variants for run in one.runs
            if (value := run.number(metric)) is not None
        ]  # fmt: skip
        scale = scales.logarithmic(values) if metric == LOG and min(values) > 0 else scales.linear(values, wanted=4)
        return lambda value: top + height * (1 - scale.share(value)), scale

    def _grid(self, scale: Scale, y: Callable[[float], float]) -> list[Markup]:
        lines = "".join(f"M{LEFT} {y(value):.1f}H{WIDTH - RIGHT}" for value, _ in scale.ticks)
        shown = [(value, label if scale.log else text.significant(1000 * value, 3)) for value, label in scale.ticks]
        return [
            element("path", d=lines, stroke=GRID),
            *(caption(label, LEFT - 6, y(value) + 4, anchor="end") for value, label in shown),
        ]

    def _reference(self, metric: str, y: Callable[[float], float]) -> list[Markup]:
        """The level of no penalty, to compare errors with."""
        plain = groups.plain(self.report.finished)
        level = plain.mean(metric) if plain and metric != LOG else None
        if level is None:
            return []
        d = f"M{LEFT} {y(level):.1f}H{WIDTH - RIGHT}"
        return [
            element("path", d=d, stroke=INK, stroke_dasharray="1 3"),
            caption("no penalty", WIDTH - RIGHT + 4, y(level) + 4),
        ]

    def _lines(self, metric: str, y: Callable[[float], float], top: int, height: int) -> list[Markup]:
        """A line for every alpha through the means of its touched variants, with its label at the right end."""
        parts, ends = [], []
        for alpha in self.alphas:
            colour = COLOURS[f"a{self.alphas.index(alpha) % HUES}"]
            pieces = self._pieces(alpha, metric, y)
            if not pieces:
                continue
            d = "".join("M" + "L".join(f"{x:.1f} {at:.1f}" for x, at in piece) for piece in pieces)
            parts.append(element("path", d=d, fill="none", stroke=colour, stroke_width=1.8))
            ends.append((pieces[-1][-1], alpha, colour))
        if len(ends) > 1:  # one line needs no label
            placed = spread([end[1] for end, _, _ in ends], gap=14, low=top, high=top + height)
            right = max(end[0] for end, _, _ in ends)
            for (_, alpha, colour), at in zip(ends, placed, strict=True):
                parts.append(caption(f"α {text.setting(alpha)}", right + 9, at + 4, fill=colour, font_weight="bold"))
        return parts

    def _pieces(self, alpha: float, metric: str, y: Callable[[float], float]) -> list[list[tuple[float, float]]]:
        """The line's points, (x, y) in pixels, split where a sigma is missing or dead."""
        pieces: list[list[tuple[float, float]]] = [[]]
        for number, place in enumerate(self.places):
            if not place.variants:  # tried with other latent dimensions
                continue
            found = [one for one in place.variants if one.alpha == alpha and place.zone]
            if found and self.seen[found[0].name].state in ("alive", "half-way"):
                pieces[-1].append((self._x(number, alpha), y(found[0].mean(metric) or 0.0)))
            elif pieces[-1]:
                pieces.append([])
        return [piece for piece in pieces if len(piece) > 1]

    def _variant(self, one: VariantResult, metric: str, number: int, y: Callable[[float], float]) -> Markup:
        """A dot for every seed, a bar at their mean."""
        x, look = self._x(number, one.alpha), self.seen[one.name]
        mean = one.mean(metric) or 0.0
        values = [value for run in one.runs if (value := run.number(metric)) is not None]
        dots = "".join(_disc(x, y(value), 2.4 if len(values) > 1 else 3.4) for value in values)
        bar = f"M{x - 6:.1f} {y(mean):.1f}h12" if len(values) > 1 else ""
        shown = metrics.of(metric).show(mean)
        return element(
            "g",
            element("path", d=dots, fill=look.colour, fill_opacity=0.55 if bar else 1),
            *([element("path", d=bar, stroke=look.colour, stroke_width=2.4)] if bar else []),
            data_variant=look.id,
            data_tips=f"{x:.0f} {y(mean):.0f} {look.title}: {metrics.of(metric).title} {shown}",
        )

    def _finding(self) -> str:
        def course(metric: str) -> str:
            means = [
                f"{place.title} {metrics.of(metric).show(sum(values) / len(values))}"
                for place in self.places
                if (values := [mean for one in place.variants if (mean := one.mean(metric)) is not None])
            ]
            return f"{metrics.of(metric).title}: {', '.join(means)}"

        return f"{'; '.join(course(panel[0]) for panel in PANELS)}; means over α."


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _disc(x: float, y: float, r: float) -> str:
    half = f"a{r} {r} 0 1 0 {2 * r:g} 0a{r} {r} 0 1 0 {-2 * r:g} 0"
    return f"M{x - r:.1f} {y:.1f}{half}"
