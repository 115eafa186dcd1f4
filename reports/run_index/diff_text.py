"""The difference between runs as lines for a terminal."""

from collections.abc import Iterator, Sequence

from reports import text
from reports.run_index.diff import LEGEND, WORDS, Diff


def lines(diff: Diff, *, everything: bool) -> Iterator[str]:
    """First line, runs, settings that differ, a table per variant with the summary's metrics or all, and the legend."""
    yield diff.first_line
    yield ""
    yield from map(" ".join, zip(diff.letters, map(text.one_line, diff.ids), strict=True))
    yield ""
    if diff.settings:
        yield from _table((WORDS["settings"], *diff.letters), [(name, *values) for name, values in diff.settings])
    else:
        yield WORDS["no_settings"]
    for name, rows in diff.tables(everything=everything):
        yield ""
        yield from _table((name, *diff.head()), rows)
    if diff.elsewhere:
        yield ""
        yield from map(text.one_line, diff.only_in)
    if diff.variants:
        yield ""
        yield LEGEND


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns as wide as their widest cell, two spaces apart."""
    table = [[text.one_line(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
