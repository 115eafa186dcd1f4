"""One metric of one variant in two runs: both values, their difference, and whether that is more than chance."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from mmdvae.conclusions.rules import MIN_SEEDS
from mmdvae.record.result import Statistic, VariantResult
from reports import metrics, table, text
from reports.metric import Metric, fixed

# Beyond or within the range over the seeds of either run, too few of them to say, or 0 in all digits that are shown.
Mark = Literal["beyond", "within", "few", "equal", "unmeasured"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One of the metrics that every row shows."""

    name: str
    title: str
    unit: str
    metric: Metric
    relative: bool = False  # the difference is shown in percent of the first run's value

    @property
    def direction(self) -> str:
        """Which values are better."""
        return self.metric.direction


COLUMNS = (
    Column(name="mse", title="error", unit="MSE", metric=metrics.of("mse"), relative=True),
    Column(name="bce", title="BCE", unit="nats/pixel", metric=metrics.of("bce")),
    Column(name="sliced_w2", title="sliced W2", unit="latent units", metric=metrics.of("sliced_w2")),
    Column(
        name="latent_coverage",
        title="prior covered",
        unit="%",
        metric=Metric("latent_coverage", "Prior covered", "%", "holes", fixed(1, factor=100), ""),
    ),
    Column(name="fid", title="Fréchet", unit="from N(0, I)", metric=metrics.of("fid")),
    Column(name="knn_accuracy", title="kNN", unit="%", metric=metrics.of("knn_accuracy")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value minus that of the first run, and what the difference means."""

    first: str
    other: str
    text: str
    mark: Mark
    difference: float | None  # None if either was not measured
    seeds: int  # of the run with fewer; 0 if either was not measured


def of(column: Column, first: VariantResult, other: VariantResult) -> Change:
    """A column's metric, without the spread over seeds."""
    ends = first.summary.get(column.name), other.summary.get(column.name)
    shown = [column.metric.show(end.mean if end else None) for end in ends]
    return _change(column.metric, *ends, shown, relative=column.relative)


def in_full(metric: Metric, first: VariantResult, other: VariantResult) -> Change:
    """Any metric, each value with its standard deviation over seeds."""
    ends = first.summary.get(metric.name), other.summary.get(metric.name)
    shown = [
        f"{metric.show(end.mean)} {table.spread_text(metric, end)}".strip() if end else text.MISSING for end in ends
    ]
    return _change(metric, *ends, shown)


def measured(variants: Iterable[VariantResult]) -> list[Column]:
    """The columns that any of the variants has a number for."""
    found = {name for variant in variants for name in variant.summary}
    return [column for column in COLUMNS if column.name in found]


def _change(
    metric: Metric, first: Statistic | None, other: Statistic | None, shown: list[str], *, relative: bool = False
) -> Change:
    if first is None or other is None:
        return Change(first=shown[0], other=shown[1], text=text.MISSING, mark="unmeasured", difference=None, seeds=0)
    difference = other.mean - first.mean
    words = _percent(difference / first.mean) if relative and first.mean else _signed(metric, first.mean, other.mean)
    return Change(
        first=shown[0],
        other=shown[1],
        text=words,
        mark=_mark(abs(difference), first, other) if words.startswith(("+", "−")) else "equal",
        difference=difference,
        seeds=min(first.n, other.n),
    )


def _percent(share: float) -> str:
    shown = text.percent(share)
    return f"+{shown}" if share > 0 and shown != text.percent(0) else shown


def _signed(metric: Metric, first: float, other: float) -> str:
    """The difference with as many decimals as the larger of its ends: of 8.03 and 8.03 it is 0.00, not 0.0000276."""
    larger = max(first, other, key=abs)
    if metric.show is not text.significant or not 1e-4 <= abs(larger) < 1e6:
        return metric.signed(other - first)
    _, _, decimals = text.significant(larger).partition(".")
    shown = text.fixed(other - first, len(decimals))
    return f"+{shown}" if other > first and shown.strip("0.") else shown


def _mark(size: float, first: Statistic, other: Statistic) -> Mark:
    if min(first.n, other.n) < MIN_SEEDS:  # the range of fewer values says almost nothing about the spread
        return "few"
    return "beyond" if size > max(first.max - first.min, other.max - other.min) else "within"
