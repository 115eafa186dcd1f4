"""Loss curves: unscaled BCE on one axis for all variants; the penalties apart, each on its own axis."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import ClassVar

from markupsafe import Markup

from mmdvae.penalties.lookup import known, title_of
from mmdvae.record.result import Report, VariantResult
from reports import text
from reports.drawing import scales, svg

Band = list[tuple[float, float, float]]
NOTEBOOK = (
    "Validation is measured in training mode there, with augmentation left on, as the notebook really ran; so its "
    "validation BCE is not that of the test table."
)
LEAST_PENALTY = 0.01  # every penalty axis reaches at least this high, so that rounding noise looks flat


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One variant's small chart."""

    name: str
    settings: str
    status: str
    chart: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class LastEpoch:
    """One variant's BCE at the last epoch."""

    name: str
    train: str
    validation: str
    gap: str
    best: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """The section."""

    template: ClassVar[str] = "sections/doubt/curves.html"
    how: tuple[str, str]  # the two paragraphs of "How to read this"
    notebook: str  # a note if validation was measured in training mode; else empty
    bce: list[Panel]
    last: list[LastEpoch]
    penalty: list[Panel]
    penalty_note: str
    without: list[str]  # variants without a history


def build(report: Report) -> Curves:
    """The curves of every variant with a history."""
    shown = [variant for variant in report.variants if _has(variant, "bce") or _has(variant, "val_bce")]
    scales = _bce_scales(shown) if shown else None
    shade = _range(variant for variant in report.finished if _has(variant, "val_bce"))
    return Curves(
        how=_how(len(report.run.seeds)),
        notebook=NOTEBOOK if report.run.recipe_settings.get("training_flag") is False else "",
        bce=[_panel(variant, _bce_chart(variant, *scales, shade)) for variant in shown] if scales else [],
        last=[_last(variant) for variant in shown],
        penalty=[
            _panel(variant, _penalty_chart(variant))
            for variant in shown
            if variant.has_penalty and (_has(variant, "penalty") or _has(variant, "val_penalty"))
        ],
        penalty_note=_penalty_note(report),
        without=[variant.name for variant in report.variants if variant not in shown],
    )


def _how(seeds: int) -> tuple[str, str]:
    means = f" Lines are means over {seeds} seeds, bands run from the lowest to the highest seed." if seeds > 1 else ""
    return (
        "BCE is shown unscaled, in nats per pixel, on the same axis for all variants; the grey area is the range of "
        f"all finished variants' validation BCE.{means}",
        "The training loss itself is (1 − α)·BCE + α·penalty: its scale changes with α, so the same reconstruction "
        "reads lower at a larger α and the losses of two variants cannot be compared.",
    )


def _penalty_note(report: Report) -> str:
    rows = [known(variant.regularizer) for variant in report.variants]
    kinds = dict.fromkeys(f"{row.title}{f', {row.unit}' if row.unit else ''}" for row in rows if row)
    return (
        "Each panel has its own axis, which reaches at least to 0.01. Values of different penalties or kernels cannot "
        f"be compared ({'; '.join(kinds)}): look whether they move, not how high they are. The summary's MMD² uses one "
        "kernel for all."
    )


def seed_mean(variant: VariantResult, series: str) -> list[float | None]:
    """The mean over seeds at each epoch; None where no seed has a finite value."""
    return [sum(column) / len(column) if column else None for column in _epochs(variant, series)]


def seed_band(variant: VariantResult, series: str) -> Band:
    """(epoch, lowest, highest) where at least two seeds have a value."""
    columns = enumerate(_epochs(variant, series), start=1)
    return [(float(epoch), min(column), max(column)) for epoch, column in columns if len(column) > 1]


def _epochs(variant: VariantResult, series: str) -> list[list[float]]:
    histories = [run.history.get(series, []) for run in variant.runs]
    return [[value for value in column if value is not None] for column in zip_longest(*histories)]


def _has(variant: VariantResult, series: str) -> bool:
    return any(value is not None for value in seed_mean(variant, series))


def _values(variants: Sequence[VariantResult], names: Sequence[str]) -> list[float]:
    columns = [column for variant in variants for name in names for column in _epochs(variant, name)]
    return [value for column in columns for value in column]


def _bce_scales(shown: list[VariantResult]) -> tuple[scales.Scale, scales.Scale]:
    """One range for all variants; from 8 epochs on, epoch 1 is ignored and may lie outside the frame."""
    longest = max(len(_epochs(variant, name)) for variant in shown for name in ("bce", "val_bce"))
    values = _values(shown, ("bce", "val_bce"))
    if longest >= 8:
        later = [
            value
            for variant in shown
            for name in ("bce", "val_bce")
            for column in _epochs(variant, name)[1:]
            for value in column
        ]
        values = later or values
    return _epoch_scale(longest), scales.linear(values)


def _epoch_scale(longest: int) -> scales.Scale:
    step = max(1, next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000) if longest / step <= 6 or step == 1000))
    ticks = sorted({1, *range(step, longest + 1, step)} if step > 2 else set(range(1, longest + 1, step)))
    return scales.Scale(low=0.7, high=max(longest, 1) + 0.3, ticks=[(tick, str(tick)) for tick in ticks], title="epoch")


def _range(variants: Iterable[VariantResult]) -> Band:
    """The range of the variants' mean validation BCE at each epoch: (epoch, lowest, highest)."""
    means = [seed_mean(variant, "val_bce") for variant in variants]
    columns = [[value for value in column if value is not None] for column in zip_longest(*means)]
    return [(float(epoch), min(column), max(column)) for epoch, column in enumerate(columns, start=1) if column]


def _panel(variant: VariantResult, chart: Markup) -> Panel:
    return Panel(name=variant.name, settings=variant.settings, status=variant.status, chart=chart)


def _bce_chart(variant: VariantResult, x: scales.Scale, y: scales.Scale, shade: Band) -> Markup:
    train, validation = seed_mean(variant, "bce"), seed_mean(variant, "val_bce")
    return svg.render(
        svg.Chart(
            alt=f"{variant.name}: {_course('validation BCE', validation)}; {_course('training BCE', train)}.",
            x=x,
            y=y,
            shade=shade,
            lines=[
                _line(variant, "bce", "train", svg.COLOURS[1], "5 3"),
                _line(variant, "val_bce", "validation", svg.COLOURS[0], ""),
            ],
            label_width=92,
            width=340,
            height=200,
        )
    )


def _penalty_chart(variant: VariantResult) -> Markup:
    train, validation = seed_mean(variant, "penalty"), seed_mean(variant, "val_penalty")
    what = f"{title_of(variant.regularizer)} penalty"
    longest = max(len(train), len(validation))
    return svg.render(
        svg.Chart(
            alt=f"{variant.name}: {_course(f'validation {what}', validation)}; {_course(f'training {what}', train)}.",
            x=_epoch_scale(longest),
            y=scales.linear([*_values([variant], ("penalty", "val_penalty")), LEAST_PENALTY], zero=True, wanted=3),
            lines=[
                _line(variant, "penalty", "train", svg.COLOURS[1], "5 3"),
                _line(variant, "val_penalty", "validation", svg.COLOURS[0], ""),
            ],
            label_width=92,
            width=340,
            height=170,
        )
    )


def _line(variant: VariantResult, series: str, label: str, colour: str, dash: str) -> svg.Line:
    mean = seed_mean(variant, series)
    return svg.Line(
        label=label,
        points=[(float(epoch), value) for epoch, value in enumerate(mean, start=1)],
        band=seed_band(variant, series),
        colour=colour,
        dash=dash,
        mark=len(mean) <= 5,
        tips=[
            (epoch, value, f"{label}, epoch {epoch}: {text.significant(value, 4)}")
            for epoch, value in enumerate(mean, start=1)
            if value is not None
        ],
        data={
            "variant": variant.name,
            "series": series,
            "values": " ".join("none" if value is None else repr(value) for value in mean),
        },
    )


def _course(what: str, values: list[float | None]) -> str:
    known = [(epoch, value) for epoch, value in enumerate(values, start=1) if value is not None]
    if not known:
        return f"{what} was not recorded"
    (_, first), (epoch, last) = known[0], known[-1]
    if len(known) == 1:
        return f"{what} is {text.significant(last, 4)} after epoch {epoch}"
    verb = "falls" if last < first else "rises" if last > first else "stays"
    return f"{what} {verb} from {text.significant(first, 4)} to {text.significant(last, 4)} at epoch {epoch}"


def _last(variant: VariantResult) -> LastEpoch:
    train, validation = seed_mean(variant, "bce"), seed_mean(variant, "val_bce")
    end_train, end = (values[-1] if values else None for values in (train, validation))
    known = [(value, epoch) for epoch, value in enumerate(validation, start=1) if value is not None]
    return LastEpoch(
        name=variant.name,
        train=text.fixed(end_train, 4),
        validation=text.fixed(end, 4),
        gap=text.fixed(None if end is None or end_train is None else end - end_train, 4),
        best=f"{text.fixed(min(known)[0], 4)} at {min(known)[1]}" if known else text.MISSING,
    )
