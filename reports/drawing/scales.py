"""Axes: a range around the values and round ticks, linear or logarithmic."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """An axis: its range, its ticks, linear or logarithmic."""

    low: float
    high: float
    title: str = ""
    log: bool = False
    ticks: Sequence[tuple[float, str]] = ()

    def share(self, value: float) -> float:
        """The position of the value between low (0) and high (1)."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


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
    """A logarithmic scale around positive values; ticks at powers of ten, over at most three decades at 1, 2 and 5
    times these, and at round steps where fewer than two such ticks fit."""
    low, high = min(values), max(values)
    pad = max(high / low, 1.5) ** 0.06
    low, high = low / pad, high * pad
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    decades = last - first
    steps = (1, 2, 5) if decades <= 3 else (1,)
    every = max(1, math.ceil(decades / most)) if len(steps) == 1 else 1
    ticks = [(step * 10.0**power, power_text(step, power)) for power in range(first, last + 1, every) for step in steps]
    inside = [tick for tick in ticks if low <= tick[0] <= high]
    if len(inside) < 2:
        inside = [tick for tick in linear([low, high], wanted=6).ticks if low <= tick[0] <= high]
    return Scale(low=low, high=high, title=title, log=True, ticks=inside)


def power_text(step: int, power: int) -> str:
    """`step` times 10 to the power, for display: 0.05, 500, 10⁴."""
    if -3 <= power <= 3:
        return f"{step * 10.0**power:,.{max(0, -power)}f}"
    raised = "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(digit)] for digit in str(abs(power)))
    sign = "⁻" if power < 0 else ""
    return f"10{sign}{raised}" if step == 1 else f"{step}·10{sign}{raised}"


def _round_step(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= step * 0.999)
