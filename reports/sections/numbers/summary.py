"""The main metrics as columns of a table, and that table as data for Markdown and Prefect's UI."""

from dataclasses import replace

from mmdvae.record.result import Report
from reports import facets, looks, metrics, text
from reports.metric import Metric, fixed
from reports.sections.numbers import references
from reports.table import Row, measured, rows


def _column(name: str, title: str, unit: str) -> Metric:
    return replace(metrics.of(name), title=title, unit=unit)


COLUMNS = (
    _column("mse", "Error", "MSE × 1000"),
    _column("bce", "BCE", "nats/pixel"),
    _column("total_variance", "Spread", "total variance"),
    _column("sliced_w2", "Distance", "sliced W2"),
    replace(_column("latent_coverage", "Covered", "% of the prior"), show=fixed(1, factor=100)),
    _column("fid", "Fréchet", "from N(0, I)"),
    _column("fid_fitted", "Fréchet", "from fitted codes"),
    _column("knn_accuracy", "kNN", "% right"),
    _column("train_seconds", "Training", "seconds"),
)


def columns(report: Report) -> list[Metric]:
    """The columns that any variant or baseline has a value for; all of them if nothing was measured."""
    found = measured(report)
    return [column for column in COLUMNS if column.name in found] or list(COLUMNS)


def table(report: Report) -> list[Row]:
    """A row for every variant, the prior and every baseline."""
    return rows(report, columns(report))


def records(report: Report) -> list[dict[str, str]]:
    """All variants and both references as plain text by column title, for callers that lay out tables themselves."""
    named = columns(report)
    seen = looks.of(report.variants)
    variants = [
        {"variant": row.title, "id": row.name, "state": seen[row.name].word}
        | {
            head(column): f"{cell.text} {cell.spread}".strip() if cell.value is not None else row.gap
            for column, cell in zip(named, row.cells, strict=True)
        }
        for row in rows(report, named)
        if row.kind == "variant"
    ]
    return variants + [
        {
            "variant": ", ".join([found.title, *([facets.named([one.run.latent_dim])] if one is not report else [])]),
            "id": text.MISSING,
            "state": "reference",
        }
        | {head(column): column.show(found.values.get(column.name)) for column in named}
        for one in facets.of(report)
        for found in references.of(one, named)
    ]


def head(column: Metric) -> str:
    """A column's title with its unit."""
    return f"{column.title} ({column.unit})"
