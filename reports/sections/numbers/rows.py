"""The rows of the table of numbers: variants by what the penalty did to them, then the references."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mmdvae.conclusions import groups, vitality
from mmdvae.record.result import Report, VariantResult
from reports import table, text
from reports.looks import Look
from reports.metric import Metric
from reports.sections.answer import headline
from reports.sections.numbers import changes, references
from reports.sections.numbers.bars import Axis
from reports.sections.numbers.changes import Change

NOTHING = Change(text=text.MISSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One number, as a value and as a difference from no penalty."""

    exact: float | None = None  # in the unit of the column's head, for sorting and copying
    text: str = text.MISSING
    small: str = ""  # ± standard deviation over seeds, or a range, or why there is no number
    best: bool = False
    change: Change = NOTHING
    bar: tuple[float, float] | None = None  # left end and width, percent of the cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row; only variants have a look."""

    title: str
    detail: str = ""
    look: Look | None = None
    kind: str  # variant, untouched (a variant that is also in the row of all untouched), all, reference or part
    first: bool = False  # of its group
    error: str = ""  # why there are no cells
    marks: str = ""  # where the references lie in its cells, as CSS; empty if they are those of the whole table
    cells: list[Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Makes rows of a report for some columns; of a report for one number of latent dimensions."""

    report: Report
    columns: Sequence[Metric]
    scales: Mapping[str, Axis]  # of the columns that have one, by metric
    seen: Mapping[str, Look]  # of the whole run

    def rows(self) -> list[Row]:
        """All rows in the order of the table."""
        seen = self.seen
        ordered = sorted(self.report.variants, key=lambda one: seen[one.name].place)
        untouched, alive = vitality.untouched(ordered), vitality.alive(ordered)
        plain = groups.plain(untouched)
        folded = [one for one in untouched if one is not plain] if len(untouched) > 1 else []
        if len(folded) == 1:  # nothing to fold
            folded = []
        half = [one for one in ordered if one.status == "ok" and vitality.of(one) == "half-way"]
        parts = [alive, half, [one for one in ordered if one not in [*alive, *half, *untouched]]]
        parts.append([one for one in untouched if one not in folded])
        make = self._variants()
        rows = [make(one, "variant", place == 0) for part in parts for place, one in enumerate(part)]
        return [
            *rows,
            *([self._all(untouched)] if folded else []),
            *(make(one, "untouched", False) for one in folded),
            *self._references(),
        ]

    def _base(self) -> dict[str, float]:
        plain = groups.plain(self.report.variants)
        return {name: statistic.mean for name, statistic in plain.summary.items()} if plain else {}

    def _variants(self) -> Callable[[VariantResult, str, bool], Row]:
        axes, base, seen = self.scales, self._base(), self.seen
        winners = {column.name: table.winners(self.report, column) for column in self.columns}
        found = changes.of(self.report, self.columns, base)
        seeds = len(self.report.run.seeds)

        def cell(one: VariantResult, column: Metric) -> Cell:
            statistic = one.summary.get(column.name)
            if statistic is None:
                return Cell(small="not measured" if one.status == "ok" else "")
            same = Change(text="0") if one.is_plain else NOTHING
            axis = axes.get(column.name)
            return Cell(
                exact=column.factor * statistic.mean,
                text=column.show(statistic.mean),
                small=table.spread_text(column, statistic),
                best=one.name in winners[column.name],
                change=found.get((one.name, column.name), same),
                bar=axis.bar(statistic.mean) if axis else None,
            )

        def make(one: VariantResult, kind: str, first: bool) -> Row:
            said = table.seeds_of(one, seeds)
            lost = said if " of " in said and one.summary else ""
            return Row(
                title=seen[one.name].title,
                detail=", ".join(filter(None, (headline.badge(self.report, one), lost))),
                look=seen[one.name],
                kind=kind,
                first=first,
                error=(one.error or "no reason was recorded") if one.status != "ok" and not one.summary else "",
                cells=[cell(one, column) for column in self.columns],
            )

        return make

    def _all(self, untouched: list[VariantResult]) -> Row:
        """All trainings that no penalty touched: how far they differ by chance."""
        dead = [one for one in untouched if one.has_penalty]
        kinds = ["no penalty"] if len(dead) < len(untouched) else []
        kinds.append(text.count(len(dead), "dead kernel"))
        trainings = sum(len(one.runs) for one in untouched)
        return Row(
            title=f"untouched: {text.count(trainings, 'training')}",
            detail=f"{', '.join(kinds)}; range",
            kind="all",
            cells=[self._range(column, untouched) for column in self.columns],
        )

    def _range(self, column: Metric, variants: Iterable[VariantResult]) -> Cell:
        values = [value for one in variants for run in one.runs if (value := run.number(column.name)) is not None]
        if not values:
            return Cell()
        mean, ends, base = sum(values) / len(values), (min(values), max(values)), self._base().get(column.name)
        axis = self.scales.get(column.name)
        away = NOTHING
        if base is not None:
            away = Change(
                text=column.signed(mean - base), interval=text.span([end - base for end in ends], column.signed)
            )
        return Cell(
            exact=column.factor * mean,
            text=column.show(mean),
            small="–".join(dict.fromkeys(map(column.show, ends))),
            change=away,
            bar=axis.span(*ends) if axis else None,
        )

    def _references(self) -> list[Row]:
        base = self._base()

        def cell(column: Metric, value: float | None) -> Cell:
            if value is None:
                return Cell()
            of = base.get(column.name)
            change = NOTHING if of is None else changes.plain(column, value - of, of)
            return Cell(exact=column.factor * value, text=column.show(value), change=change)

        return [
            Row(
                title=one.title,
                detail=one.detail,
                kind="reference",
                first=place == 0,
                cells=[cell(column, one.values.get(column.name)) for column in self.columns],
            )
            for place, one in enumerate(references.of(self.report, self.columns))
        ]
