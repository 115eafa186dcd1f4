"""What a report says of one metric: title, unit, number format, which values are better."""

from collections.abc import Callable
from dataclasses import dataclass

from mmdvae.record import directions
from mmdvae.record.directions import Better
from reports import text

Show = Callable[[float | None], str]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A formatter: multiplies a number by `factor` and shows it with `digits` decimals."""

    digits: int
    factor: float = 1

    def __call__(self, value: float | None) -> str:
        return text.fixed(None if value is None else self.factor * value, self.digits)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric; `prior(d)` is its value for N(0, I) in d dimensions."""

    name: str  # in report.json and metrics.csv
    title: str
    unit: str
    group: str
    show: Show
    meaning: str  # one sentence
    prior: Callable[[int | None], float | None] = lambda d: None
    log: bool = False  # spans decades, so it is plotted on a logarithmic axis

    @property
    def better(self) -> Better | None:
        """Which values are better; None if none are."""
        return directions.of(self.name)

    @property
    def direction(self) -> str:
        """Which values are better, in words; empty if none are."""
        return {"low": "lower is better", "high": "higher is better", "near 0": "nearer to 0 is better"}.get(
            self.better or "", ""
        )

    @property
    def factor(self) -> float:
        """What numbers are multiplied by to be shown: 100 for percentages."""
        return self.show.factor if isinstance(self.show, Fixed) else 1.0

    def spread(self, sd: float) -> str:
        """A standard deviation in the metric's format: the same number of decimals, or two significant digits."""
        return text.significant(sd, 2) if self.show is text.significant else self.show(sd)

    def signed(self, difference: float) -> str:
        """A difference with its sign: +0.0071, −0.0071, 0.0000."""
        shown = self.show(difference)
        return f"+{shown}" if difference > 0 and shown.strip("0.") else shown


def fixed(digits: int, *, factor: float = 1) -> Show:
    """The formatter of these settings."""
    return Fixed(digits, factor)
