"""Learning curves: the validation error of all variants in one chart, and how far each penalty fell in another."""

from dataclasses import dataclass

from markupsafe import Markup

from mmdvae.conclusions import vitality
from mmdvae.record.result import Report, VariantResult
from reports import likelihood, looks, text
from reports.drawing import line_chart, scales
from reports.likelihood import Error
from reports.looks import Look
from reports.sections.doubt import histories
from reports.sections.doubt.histories import course, seed_mean

FEW_EPOCHS = 3  # a curve of so few points stays folded
NOTEBOOK = (
    "Validation is measured in training mode here, with augmentation left on, as the notebook really ran; so it is not "
    "the BCE of the test images."
)
BANDS = 4  # up to this many lines have the range over seeds around them
HIGHEST_SHARE = 2.0  # of a penalty's first value; what rises further leaves the frame
ROW = 13  # height of a label in pixels
Scales = tuple[scales.Scale, scales.Scale]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """Both charts."""

    folded: bool
    epochs: str
    warning: str  # if validation was measured in training mode; else empty
    name: str  # of the error
    called: str
    unit: str
    error: Markup
    penalty: Markup | None
    seeds: int
    banded: bool
    without: list[str]  # titles of the variants without a history


def build(report: Report) -> Curves | None:
    """The charts of every variant with a history; None if there is none."""
    error = likelihood.of(report.run)
    with_history = [one for one in report.variants if histories.has(one, f"val_{error.series}")]
    if not with_history:
        return None
    shown = looks.of(report.variants)
    untouched = vitality.untouched(with_history)
    touched = sorted((one for one in with_history if one not in untouched), key=lambda one: shown[one.name].place)
    longest = max(len(seed_mean(one, f"val_{error.series}")) for one in with_history)
    return Curves(
        folded=longest <= FEW_EPOCHS,
        epochs=text.count(longest, "epoch"),
        warning=NOTEBOOK if report.run.recipe_settings.get("training_flag") is False else "",
        name=error.name,
        called=error.called,
        unit=error.unit,
        error=_error_chart(error, touched, untouched, shown, longest),
        penalty=_penalty_chart(touched, shown, longest),
        seeds=len(report.run.seeds),
        banded=len(touched) <= BANDS and len(report.run.seeds) > 1,
        without=[shown[one.name].title for one in report.variants if one not in with_history],
    )


def _error_chart(
    error: Error, touched: list[VariantResult], untouched: list[VariantResult], shown: dict[str, Look], longest: int
) -> Markup:
    dashes, banded, series = _dashes(touched, shown), len(touched) <= BANDS, f"val_{error.series}"
    lines = [_line(one, shown, series, dash=dashes[one.name], banded=banded) for one in touched]
    told = [_told(shown[one.name].title, seed_mean(one, series)) for one in touched]
    if untouched:
        mean = histories.group_mean(untouched, series)
        lines.append(_grey(mean, series, "no penalty" if len(untouched) == 1 else f"untouched ({len(untouched)})"))
        told.append(_told(f"mean of {len(untouched)} untouched by a penalty", mean))
    return _chart(
        f"Validation {error.called} over {text.count(longest, 'epoch')}: {'; '.join(told)}.",
        lines,
        (_epoch_scale(longest), scales.linear(_heights(touched + untouched, series, longest))),
        shade=histories.group_band(untouched, series),
    )


def _penalty_chart(touched: list[VariantResult], shown: dict[str, Look], longest: int) -> Markup | None:
    """Each penalty as a share of its first value; those without one above 0 are left out."""
    lines, told, most, dashes = [], [], 1.0, _dashes(touched, shown)
    for variant in touched:
        series = next((name for name in ("val_penalty", "penalty") if histories.has(variant, name)), "")
        first = (seed_mean(variant, series) or [None])[0] if series and variant.has_penalty else None
        if first is None or first <= 0:
            continue
        lines.append(_line(variant, shown, series, dash=dashes[variant.name], unit=first))
        shares = [value and value / first for value in seed_mean(variant, series)]
        told.append(_told(shown[variant.name].title, shares))
        most = max(most, *(share for _, share in course(shares)))
    if not lines:
        return None
    alt = f"Each penalty as a share of its value after epoch 1: {'; '.join(told)}."
    y = scales.linear([0.0, min(most, HIGHEST_SHARE)], zero=True)
    return _chart(alt, lines, (_epoch_scale(longest), y))


def _chart(alt: str, lines: list[line_chart.Line], axes: Scales, shade: histories.Band | None = None) -> Markup:
    return line_chart.render(
        line_chart.Chart(
            alt=alt,
            x=axes[0],
            y=axes[1],
            lines=lines,
            shade=shade or [],
            width=270 + line_chart.label_width(lines),
            height=max(230, ROW * len(lines) + 50),
            label_width=line_chart.label_width(lines),
        )
    )


def _line(
    variant: VariantResult,
    shown: dict[str, Look],
    series: str,
    *,
    dash: str,
    banded: bool = False,
    unit: float = 1.0,
) -> line_chart.Line:
    """A variant's mean over seeds in its colour, divided by `unit`."""
    look, mean = shown[variant.name], seed_mean(variant, series)
    points = [(float(epoch), None if value is None else value / unit) for epoch, value in enumerate(mean, start=1)]
    return line_chart.Line(
        label=look.title if look.status == "ok" else f"{look.title}, {look.status}",
        points=points,
        band=histories.seed_band(variant, series) if banded else (),
        colour=look.colour,
        dash=dash,
        mark=len(mean) <= FEW_EPOCHS,
        tips=[
            (epoch, value, f"{look.title}, epoch {epoch:g}: {text.significant(value, 4)}")
            for epoch, value in points
            if value is not None
        ],
        data={"variant": look.id, "series": series, "values": histories.exactly(mean)},
    )


def _dashes(variants: list[VariantResult], shown: dict[str, Look]) -> dict[str, str]:
    """Dashes by variant, which tell those of one colour apart."""
    kinds = [shown[one.name].kind for one in variants]
    numbers = [kinds[:place].count(kind) for place, kind in enumerate(kinds)]
    return {
        one.name: line_chart.DASHES[number % len(line_chart.DASHES)]
        for one, number in zip(variants, numbers, strict=True)
    }


def _grey(mean: list[float | None], series: str, label: str) -> line_chart.Line:
    """The mean of the variants that no penalty touched."""
    return line_chart.Line(
        label=label,
        points=[(float(epoch), value) for epoch, value in enumerate(mean, start=1)],
        colour=looks.COLOURS["none"],
        mark=len(mean) <= FEW_EPOCHS,
        data={"series": series, "values": histories.exactly(mean)},
    )


def _heights(variants: list[VariantResult], series: str, longest: int) -> list[float]:
    """Of finished variants, if there are any; from 8 epochs on without epoch 1, which may leave the frame."""
    counted = [one for one in variants if one.status == "ok"] or variants
    columns = [column for one in counted for column in histories.epochs(one, series)[longest >= 8 :]]
    return [value for column in columns for value in column]


def _epoch_scale(longest: int) -> scales.Scale:
    step = max(1, next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000) if longest / step <= 6 or step == 1000))
    ticks = sorted({1, *range(step, longest + 1, step)} if step > 2 else set(range(1, longest + 1, step)))
    return scales.Scale(low=0.7, high=max(longest, 1) + 0.3, ticks=[(tick, str(tick)) for tick in ticks], title="epoch")


def _told(who: str, values: list[float | None]) -> str:
    known = course(values)
    if not known:
        return f"{who} was not recorded"
    (_, first), (epoch, last) = known[0], known[-1]
    if len(known) == 1:
        return f"{who} {text.significant(last, 4)} after epoch {epoch:g}"
    return f"{who} {text.significant(first, 4)} to {text.significant(last, 4)}"
