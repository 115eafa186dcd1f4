"""A difference of runs as lines for a terminal."""

from collections.abc import Iterator, Sequence

from reports import text
from reports.run_index.diff import LEGEND, LETTERS, Diff, Row


def lines(diff: Diff, *, everything: bool) -> Iterator[str]:
    """The sentence to read first, the runs, their settings, a table per variant; the summary's metrics or all."""
    letters = LETTERS[: len(diff.ids)]
    yield diff.first_line
    yield ""
    yield from map(" ".join, zip(letters, map(text.one_line, diff.ids), strict=True))
    yield ""
    if diff.settings:
        yield from _table(("Settings that differ", *letters), [(name, *values) for name, values in diff.settings])
    else:
        yield "No setting differs."
    heads = (*letters, *(cell for letter in letters[1:] for cell in (f"{letter} − {letters[0]}", "")))
    for name, rows in diff.variants:
        yield ""
        yield from _table((name, *heads), [_cells(row) for row in rows if everything or row.main])
    if diff.elsewhere:
        yield ""
        yield from (text.one_line(f"{name}: only in {having}") for name, having in diff.elsewhere)
    if diff.variants:
        yield ""
        yield LEGEND


def _cells(row: Row) -> Sequence[str]:
    return (row.title, *row.values, *(cell for change in row.changes for cell in (change.text, change.word)))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns as wide as their widest cell, two blanks apart."""
    table = [[text.one_line(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
