"""The main numbers of all variants as one table."""

from dataclasses import dataclass
from typing import ClassVar

from mmdvae.conclusions.rules import LEVEL, SEEDS_IN_WORDS
from mmdvae.record.result import Report
from reports.sections.numbers import finding, references, summary
from reports.sections.numbers.rows import Maker, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One column."""

    name: str  # of its metric
    title: str
    unit: str
    marks: list[tuple[str, float]]  # where the references lie in its cells: CSS variable, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The section."""

    template: ClassVar[str] = "sections/numbers/section.html"
    title: str
    heads: list[Head]
    rows: list[Row]
    of_values: str  # the caption
    of_changes: str  # the caption of the differences; empty if there are none
    folds: bool  # whether several variants share one row
    help: list[str]


def build(report: Report) -> Numbers:
    """The table of all variants."""
    columns = summary.columns(report)
    maker = Maker(report=report, columns=columns)
    rows, axes = maker.rows(), maker.axes()
    known = references.of(report, columns)
    heads = []
    for column in columns:
        axis = axes.get(column.name)
        marks = [
            ("--best" if one.title == references.BEST else "--pca", axis.place(one.values[column.name]))
            for one in known
            if axis and column.name in one.values
        ]
        unit = f"{column.unit}, log" if axis and axis.log else column.unit
        heads.append(Head(name=column.name, title=column.title, unit=unit, marks=marks))
    return Numbers(
        title=finding.title(report),
        heads=heads,
        rows=rows,
        of_values=_of_values(len(report.run.seeds)),
        of_changes=_of_changes(report),
        folds=any(row.kind == "untouched" for row in rows),
        help=_help(report, [one.title for one in known], folds=any(row.kind == "all" for row in rows)),
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


def _help(report: Report, known: list[str], *, folds: bool) -> list[str]:
    """Sentences behind a question mark; only of what the table has."""
    names = {column.name for column in summary.columns(report)}
    said = [
        "Bars of a column have one scale. They start at what is best possible where that is known (dark mark), else at "
        "the low end; the light mark is PCA.",
        f"“best”: all alive variants that the best of them does not surely beat ({100 * LEVEL:g} %, corrected for all "
        f"pairs; it needs {SEEDS_IN_WORDS} seeds). ▲ and ▼: sure for the whole table (Holm's correction).",
    ]
    if "latent_coverage" in names:
        said.append("Covered: prior draws that have a code nearby; the others lie in holes.")
    if "fid_fitted" in names:
        said.append(
            "Fréchet, fitted: samples drawn where the codes lie instead of from N(0, I). Without a penalty this is the "
            "mark to beat, for it needs none."
        )
    if folds:
        said.append("Untouched: trainings that no penalty reached. They differ by chance: a yardstick.")
    if any(name.startswith("PCA") for name in known):
        said.append("PCA's codes have a scale by convention, so their spread, distance and holes say nothing.")
    return said
