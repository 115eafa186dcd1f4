"""A claim's interval as a small picture: where it lies against the threshold, and where the claim would hold."""

import math

from markupsafe import Markup

from mmdvae.conclusions.claims import CLAIMS, Claim
from mmdvae.record.result import Verdict
from reports import text
from reports.drawing import svg

WIDTH, HEIGHT, EDGE, AXIS = 260, 42, 34, 24
HOLDS = "#dcebe1"
COLOURS = {"supported": "#1f6b3a", "refuted": "#a3201a"}
LONG = 4.0  # an interval's end farther out than this many times the span of all else leaves the picture


def draw(verdict: Verdict, word: str) -> Markup:
    """The picture; empty without an interval. Ratios are on a logarithmic axis.

    The threshold is that of today's claim of this code, if the verdict was reached by its rule; else there is none.
    """
    if verdict.interval is None or verdict.effect is None:
        return Markup("")
    claim = next((one for one in CLAIMS if one.code == verdict.code and one.rule == verdict.rule), None)
    scale = _Scale(verdict, _borders(claim))
    low, high = (scale.x(end) for end in verdict.interval)
    colour = COLOURS.get(word, svg.MUTED)
    return svg.picture(
        WIDTH,
        HEIGHT,
        *([_region(claim, scale)] if claim else []),
        svg.element("path", d=f"M4 {AXIS}H{WIDTH - 4}M{scale.x(scale.none):.1f} {AXIS - 4}v8", stroke=svg.MUTED),
        _text(f"{scale.none:g} no effect", scale.x(scale.none), HEIGHT - 3),
        svg.element("path", d=f"M{low:.1f} {AXIS}H{high:.1f}", stroke=colour, stroke_width=5, stroke_linecap="butt"),
        svg.element("circle", cx=round(scale.x(verdict.effect), 1), cy=AXIS, r=4.5, fill=colour, stroke="#ffffff"),
        alt=_alt(verdict, claim, word),
    )


class _Scale:
    """From effects to pixels."""

    def __init__(self, verdict: Verdict, borders: list[float]):
        self.log = verdict.scale == "ratio"
        self.none = 1.0 if self.log else 0.0  # no effect
        core = [self._own(value) for value in (*borders, self.none, verdict.effect or self.none)]
        span = max(max(core) - min(core), 0.05)
        ends = [self._own(end) for end in verdict.interval or ()]
        low = max(min(core + ends), min(core) - LONG * span)
        high = min(max(core + ends), max(core) + LONG * span)
        pad = 0.12 * (high - low)
        self.low, self.high = low - pad, high + pad

    def x(self, value: float) -> float:
        """The pixel of an effect, at most at the edge."""
        share = (self._own(value) - self.low) / (self.high - self.low)
        return EDGE + (WIDTH - 2 * EDGE) * min(max(share, 0.0), 1.0)

    def _own(self, value: float) -> float:
        return math.log(max(value, 1e-300)) if self.log else value


def _borders(claim: Claim | None) -> list[float]:
    if claim is None:
        return []
    return {"above": [claim.high], "below": [claim.low], "within": [claim.low, claim.high]}[claim.test]


def _region(claim: Claim, scale: _Scale) -> Markup:
    """Where the claim holds, with its thresholds as dashed lines."""
    borders = [scale.x(border) for border in _borders(claim)]
    left = 4 if claim.test == "below" else borders[0]
    right = WIDTH - 4 if claim.test == "above" else borders[-1]
    lines = "".join(f"M{x:.1f} 2V{HEIGHT - 13}" for x in borders)
    outside = {"above": [-1], "below": [1], "within": [-1, 1]}[claim.test]  # the side of each label
    return svg.element(
        "g",
        svg.element("rect", x=round(left, 1), y=2, width=round(right - left, 1), height=HEIGHT - 15, fill=HOLDS),
        svg.element("path", d=lines, stroke=svg.INK, stroke_dasharray="3 2"),
        *(
            _text(f"{border:.3g}", x + 4 * side, 11, "start" if side > 0 else "end")
            for border, x, side in zip(_borders(claim), borders, outside, strict=True)
        ),
    )


def _text(words: str, x: float, y: float, anchor: str = "middle") -> Markup:
    """A label that stays within the picture."""
    half = 3.2 * len(words)
    if anchor == "middle":
        x = min(max(x, half), WIDTH - half)
    return svg.caption(words, round(x, 1), y, anchor=anchor)


def _alt(verdict: Verdict, claim: Claim | None, word: str) -> str:
    ends = text.span(verdict.interval or (), text.significant)
    where = f"; it holds {claim.rule.partition('every comparison is ')[2].partition(';')[0]}" if claim else ""
    return f"{verdict.code}, {word}: {text.significant(verdict.effect)}, interval {ends}{where}."
