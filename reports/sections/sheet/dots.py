"""A number as a dot on a small axis, beside the numbers of the other variants in the same row."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.drawing.scales import Scale
from reports.drawing.svg import GRID, INK, element

WIDTH, HEIGHT, ROOM = 100, 13, 5  # of the picture and beside its axis, in its own units


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The axis of one row; `mark` is the value to compare with, drawn as a tick."""

    scale: Scale
    mark: float | None

    @classmethod
    def around(cls, values: Sequence[float], mark: float | None, *, log: bool) -> "Axis | None":
        """An axis that holds all the values; None if there are none."""
        every = [*values, *([] if mark is None else [mark])]
        if not values:
            return None
        log = log and min(every) > 0
        low, high = min(every), max(every)
        if low == high:
            low, high = (low / 2, high * 2) if log else (low - 1, high + 1)
        return cls(scale=Scale(low=low, high=high, log=log), mark=mark)

    def draw(self, value: float, colour: str, beside: float | None = None) -> Markup:
        """The value as a disc, joined to the mark; a second value `beside` it as a ring. For the eye alone."""
        y, x = HEIGHT / 2, self._x(value)
        parts = [element("path", d=f"M{ROOM} {y}H{WIDTH - ROOM}", stroke=GRID, stroke_width=1.2)]
        if self.mark is not None:
            tick = self._x(self.mark)
            parts += [
                element("path", d=f"M{tick:.1f} {y}H{x:.1f}", stroke=colour, stroke_width=1.8),
                element("path", d=f"M{tick:.1f} 1V{HEIGHT - 1}", stroke=INK, stroke_width=1.2),
            ]
        if beside is not None:
            parts.append(
                element(
                    "circle", cx=f"{self._x(beside):.1f}", cy=y, r=3.2, fill="#ffffff", stroke=colour, stroke_width=1.4
                )
            )
        parts.append(element("circle", cx=f"{x:.1f}", cy=y, r=3.8, fill=colour))
        size = {"viewBox": f"0 0 {WIDTH} {HEIGHT}", "width": WIDTH, "height": HEIGHT}
        return element("svg", *parts, xmlns="http://www.w3.org/2000/svg", aria_hidden="true", **size)

    def _x(self, value: float) -> float:
        return ROOM + (WIDTH - 2 * ROOM) * self.scale.share(value)
