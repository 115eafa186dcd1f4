"""The contact sheet: a column per variant, what the penalty did to the codes above what the decoder makes of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mmdvae.conclusions import groups, vitality
from mmdvae.conclusions.rules import NEAR
from mmdvae.record.result import Report, VariantResult
from reports import data_words, looks, metrics, text
from reports.drawing.pictures import Picture
from reports.looks import Look
from reports.sections.answer import headline
from reports.sections.sheet import thumbnails
from reports.sections.sheet.dots import Axis
from reports.stored_arrays import StoredArrays

MOST = 10  # columns that are wide enough for pictures on a screen of 1,280 pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One number of one variant; `note` is said after it, `dot` shows it among those of the others."""

    text: str
    note: str = ""
    dot: Markup | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One metric of all variants, by id; `reading` explains it in a few words."""

    title: str
    reading: str
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One variant."""

    look: Look
    badge: str  # on the setting to use
    error: str  # why it did not finish; empty if it did
    samples: Picture | None
    reconstructions: Picture | None
    codes: Picture | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSheet:
    """All columns, their rows of numbers, and the pictures that the row heads show."""

    columns: list[Column]
    rows: list[Row]
    originals: Picture | None
    codes_reading: str
    legend: str  # the words that the columns use


def build(report: Report, store: StoredArrays, shown: Sequence[VariantResult]) -> ContactSheet:
    """The contact sheet of these variants, in the order of the page."""
    seen = looks.of(report.variants)
    ordered = sorted(shown, key=lambda one: seen[one.name].place)
    pictures = thumbnails.build(store, ordered)
    return ContactSheet(
        columns=[
            Column(
                look=seen[one.name],
                badge=headline.badge(report, one),
                error="" if one.status == "ok" else one.error or "no reason was recorded",
                samples=pictures.samples.get(one.name),
                reconstructions=pictures.reconstructions.get(one.name),
                codes=pictures.codes.get(one.name),
            )
            for one in ordered
        ],
        rows=[row for make in (_spread, _error, _frechet, _holes) if (row := make(report, ordered, seen)).cells],
        originals=pictures.originals,
        codes_reading=pictures.codes_reading,
        legend=_legend(report, [seen[one.name] for one in ordered], ordered),
    )


def _legend(report: Report, shown: list[Look], variants: list[VariantResult]) -> str:
    """What the words of these columns mean."""
    states = {look.state for look in shown}
    said = [
        f"Alive: the codes reach the prior, which is a sliced W2 (W2) of at most {NEAR:g} with every seed."
        if "alive" in states
        else "",
        f"Half-way: the penalty moved them, and they stay farther away than {NEAR:g}." if "half-way" in states else "",
        "Dead: the kernel is about 0, or about 1, for all pairs of codes, and pulls at none."
        if states & {*vitality.DEAD_WAYS.values()}
        else "",
        "Normalised codes: batch normalisation gives each coordinate mean 0 and variance 1."
        if any(one.normalised for one in variants)
        else "",
        "Rescaled: shifted and stretched to the prior's mean and covariance after training, which costs nothing.",
        f"Fréchet: distance of samples from test images in the features of a classifier {_judge(report)}.",
    ]
    return " ".join(filter(None, said))


def _judge(report: Report) -> str:
    judge = report.run.classifier
    turned = judge is not None and judge.task != "classes"
    return f"that tells {data_words.told_apart(judge)}" if judge and turned else "of the same data"


def _spread(report: Report, shown: list[VariantResult], seen: dict[str, Look]) -> Row:
    d = report.advice.latent_dim

    def distance(one: VariantResult) -> str:
        value = one.mean("sliced_w2")
        return "" if value is None else f"W2\u00a0{_two(value)}"

    return _row(
        "Spread of codes",
        f"log; tick: the prior’s {d}; W2: distance from it",
        "total_variance",
        shown,
        seen,
        mark=float(d),
        log=True,
        note=distance,
    )


def _error(report: Report, shown: list[VariantResult], seen: dict[str, Look]) -> Row:
    plain = groups.plain(report.finished)

    def against(one: VariantResult) -> str:
        paid = headline.cost(report, one)
        return text.change(paid.mean) if paid else ""

    return _row(
        "Error",
        f"MSE × 1,000{'; tick: no penalty' if plain else ''}",
        "mse",
        shown,
        seen,
        mark=plain.mean("mse") if plain else None,
        show=lambda value: text.fixed(1000 * value, 1),
        note=against,
    )


def _frechet(report: Report, shown: list[VariantResult], seen: dict[str, Look]) -> Row:
    """Samples from N(0, I), and beside them those from a normal fitted to the variant's own codes."""
    plain = groups.plain(report.finished)
    mark = plain.mean("fid_fitted") if plain else None

    def fitted(one: VariantResult) -> str:
        value = one.mean("fid_fitted")
        return "" if value is None else f"○\u00a0{_two(value)}"

    return _row(
        "Fréchet",
        "of samples, log; ○ rescaled" + ("" if mark is None else "; tick: no penalty’s, to beat"),
        "fid",
        shown,
        seen,
        mark=mark,
        log=True,
        show=_two,
        note=fitted,
        beside="fid_fitted",
    )


def _holes(report: Report, shown: list[VariantResult], seen: dict[str, Look]) -> Row:
    plain = groups.plain(report.finished)
    mark = plain.mean("latent_coverage_white") if plain else None
    return _row(
        "Prior covered",
        "the rest are holes" + ("" if mark is None else "; tick: no penalty, rescaled"),
        "latent_coverage",
        shown,
        seen,
        mark=mark,
        show=lambda value: text.percent(value, 0),
    )


def _row(
    title: str,
    reading: str,
    metric: str,
    shown: list[VariantResult],
    seen: dict[str, Look],
    *,
    mark: float | None,
    log: bool = False,
    show: Callable[[float], str] | None = None,
    note: Callable[[VariantResult], str] = lambda one: "",
    beside: str = "",
) -> Row:
    show = show or metrics.of(metric).show
    values = {one.name: value for one in shown if (value := one.mean(metric)) is not None}
    second = {one.name: value for one in shown if beside and (value := one.mean(beside)) is not None}
    axis = Axis.around([*values.values(), *second.values()], mark, log=log)
    cells = {
        one.name: Cell(
            text=show(values[one.name]),
            note=note(one),
            dot=axis.draw(values[one.name], seen[one.name].colour, second.get(one.name)) if axis else None,
        )
        for one in shown
        if one.name in values
    }
    return Row(title=title, reading=reading, cells=cells)


def _two(value: float) -> str:
    return text.significant(value, 2 if value < 100 else 3)
