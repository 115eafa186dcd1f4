"""The summary table as data: for the page, Markdown and the terminal."""

from dataclasses import dataclass
from typing import ClassVar

from mmdvae.conclusions.rules import SEEDS_IN_WORDS
from mmdvae.record.result import Report
from reports import metrics, text
from reports.metrics import Metric
from reports.table import Row, measured, rows

COLUMNS = tuple(
    map(
        metrics.of,
        (
            *("bce", "mse", "ssim", "total_variance", "sliced_w2", "sliced_w2_white", "latent_coverage", "mmd2"),
            *("knn_accuracy", "fid", "fid_fitted", "train_seconds"),
        ),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The section."""

    template: ClassVar[str] = "sections/numbers/summary.html"
    how: tuple[str, str]  # the two paragraphs of "How to read this"
    columns: list[Metric]
    rows: list[Row]
    several: bool  # more than one seed


def build(report: Report) -> Summary:
    """The table as a section of the page."""
    return Summary(how=_how(report), columns=columns(report), rows=table(report), several=len(report.run.seeds) > 1)


def _how(report: Report) -> tuple[str, str]:
    names = {column.name for column in columns(report)}
    match = (
        "sliced W2 and MMD² (one fixed kernel for all)" if "sliced_w2" in names else "MMD² (one fixed kernel for all)"
    )
    fid = (
        "; Fréchet distance how far decoded draws are from real images, by a small classifier of this data set, so "
        "compare it within this report only."
    )
    marks = (
        "“best” marks, among the variants whose codes came near the prior, all that the best does not surely beat "
        f"(95 %, corrected for all pairs; it needs {SEEDS_IN_WORDS} seeds)."
    )
    return (
        "Every number is of the test images. BCE, MSE and SSIM say how well images are reconstructed; total variance "
        f"how far the codes z spread; {match} how far they are from the prior N(0, I){fid if 'fid' in names else '.'}",
        f"{marks} “Affine map” and “fitted normal” are what a rescaling of a variant's own codes gives: where none has "
        "as good a number there as a variant has without, the rescaling did it and not the penalty. Below the "
        "variants, a dash stands where a number has no meaning.",
    )


def columns(report: Report) -> list[Metric]:
    """The columns that any variant or baseline has a value for; all of them if nothing was measured."""
    found = measured(report)
    return [column for column in COLUMNS if column.name in found] or list(COLUMNS)


def table(report: Report) -> list[Row]:
    """The rows of the summary."""
    return rows(report, columns(report))


def records(report: Report) -> list[dict[str, str]]:
    """The rows as plain text by column title, for callers that lay out tables themselves."""
    named = columns(report)
    return [
        {"variant": row.name, "kernel": row.kernel or text.MISSING}
        | {
            f"{column.title} ({column.unit})": f"{cell.text} {cell.spread}".strip()
            if cell.value is not None
            else row.gap
            for column, cell in zip(named, row.cells, strict=True)
        }
        for row in rows(report, named)
    ]
