"""The main numbers of all variants as one table."""

from dataclasses import dataclass, replace
from typing import ClassVar

from mmdvae.conclusions.rules import LEVEL, SEEDS_IN_WORDS
from mmdvae.record.result import Report
from reports import facets, looks
from reports.metric import Metric
from reports.sections.numbers import bars, finding, references, summary
from reports.sections.numbers.bars import Axis
from reports.sections.numbers.rows import Maker, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One column."""

    name: str  # of its metric
    title: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The section."""

    template: ClassVar[str] = "sections/numbers/section.html"
    title: str
    heads: list[Head]
    marks: str  # where the references lie in the cells, as CSS; empty if rows have their own
    rows: list[Row]
    of_values: str  # the caption
    of_changes: str  # the caption of the differences; empty if there are none
    folds: bool  # whether several variants share one row
    help: list[str]


def build(report: Report) -> Numbers:
    """The table of all variants."""
    columns, parts = summary.columns(report), facets.of(report)
    scales, seen = bars.of(report, columns), looks.of(report.variants)
    made = [Maker(report=one, columns=columns, scales=scales, seen=seen).rows() for one in parts]
    marks = [_marks(one, columns, scales) for one in parts]
    alone = len(parts) == 1
    rows = made[0] if alone else [row for part in map(_headed, parts, made, marks) for row in part]
    return Numbers(
        title=finding.title(report) if alone else f"{finding.NAME} at {facets.named(report.latent_dims, 'and')}",
        heads=[_head(column, scales) for column in columns],
        marks=marks[0] if alone else "",
        rows=rows,
        of_values=_of_values(len(report.run.seeds)),
        of_changes=_of_changes(report),
        folds=any(row.kind == "untouched" for row in rows),
        help=_help(report, rows),
    )


def _headed(report: Report, rows: list[Row], marks: str) -> list[Row]:
    """The rows of one of several numbers of latent dimensions, below one that tells it and what was found."""
    head = Row(title=facets.named([report.run.latent_dim]), detail=finding.title(report), kind="part", cells=[])
    return [head, *(replace(row, marks=marks) for row in rows)]


def _head(column: Metric, scales: dict[str, Axis]) -> Head:
    scale = scales.get(column.name)
    unit = f"{column.unit}, log" if scale and scale.log else column.unit
    return Head(name=column.name, title=column.title, unit=unit)


def _marks(report: Report, columns: list[Metric], scales: dict[str, Axis]) -> str:
    """Where the references of one number of latent dimensions lie in the cells of each column, as CSS variables."""
    return "".join(
        f"--{'best' if one.title == references.BEST else 'pca'}{number}:{axis.place(one.values[column.name])}%;"
        for number, column in enumerate(columns, start=1)
        for one in references.of(report, columns)
        if (axis := scales.get(column.name)) and column.name in one.values
    )


def _of_values(seeds: int) -> str:
    return f"Test images; mean ± standard deviation over {seeds} seeds" if seeds > 1 else "Test images, one seed"


def _of_changes(report: Report) -> str:
    found = [one.differences for one in report.variants if one.differences]
    if not found:
        return ""
    few = finding.few(len(report.run.seeds))
    if few:
        return f"Each minus no penalty; {few}"
    judged = any(difference.p is not None for one in found for difference in one.metrics.values())
    marks = "▲ ▼ where sure among all" if judged else "unmarked: an older report, judge it anew with --judge"
    return f"Each minus no penalty, with its {100 * LEVEL:g} % interval; {marks}"


def _help(report: Report, rows: list[Row]) -> list[str]:
    """Sentences behind a question mark; only of what the table has."""
    names = {column.name for column in summary.columns(report)}
    where = "all rows of one d, as “best” is" if facets.several(report) else "the whole table"
    said = [
        "Bars of a column have one scale. They start at what is best possible where that is known (dark mark), else at "
        "the low end; the light mark is PCA.",
        f"“best”: all alive variants that the best of them does not surely beat ({100 * LEVEL:g} %, corrected for all "
        f"pairs; it needs {SEEDS_IN_WORDS} seeds). ▲ and ▼: sure for {where} (Holm's correction).",
    ]
    if "latent_coverage" in names:
        said.append("Covered: prior draws that have a code nearby; the others lie in holes.")
    if "fid_fitted" in names:
        said.append(
            "Fréchet, fitted: samples drawn where the codes lie instead of from N(0, I). Without a penalty this is the "
            "mark to beat, for it needs none."
        )
    if any(row.kind == "all" for row in rows):
        said.append("Untouched: trainings that no penalty reached. They differ by chance: a yardstick.")
    if any(row.kind == "reference" and row.title.startswith("PCA") for row in rows):
        said.append("PCA's codes have a scale by convention, so their spread, distance and holes say nothing.")
    return said
