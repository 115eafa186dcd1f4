"""The difference between runs as lines for a terminal."""

import textwrap
from collections.abc import Iterator, Sequence

from reports import text
from reports.looks import Look
from reports.run_index.diff import WORDS, Diff
from reports.run_index.pairs import Pair, Row

WIDTH = 100  # characters
GAP = "  "


def lines(diff: Diff, *, everything: bool) -> Iterator[str]:
    """First line, runs, settings that differ, then for each other run its variants and, if asked, all metrics."""
    yield diff.first_line
    yield ""
    for letter, title, id_ in zip(diff.letters, diff.titles, diff.ids, strict=True):
        yield from _wrapped(f"{letter} {title}, {id_}", indent="  ")
    yield ""
    if diff.settings:
        yield from _table([(WORDS["settings"], *diff.letters), *((name, *values) for name, values in diff.settings)])
    else:
        yield WORDS["no_settings"]
    for pair in diff.pairs:
        yield from _pair(pair, everything)


def _pair(pair: Pair, everything: bool) -> Iterator[str]:
    if pair.rows:
        yield ""
        for line in pair.sure:
            yield from _wrapped(line)
        yield ""
        table = [(pair.difference, *(column.title for column in pair.columns)), *_block(pair)]
        yield from _table(table, right=True)
    if pair.rest:
        yield ""
        for line in pair.rest:
            yield from _wrapped(line, indent="  ")
    for row in pair.everything if everything else ():
        yield ""
        yield from _wrapped(f"{row.first.title}: {_states(row)}")
        head = (WORDS["everything"].format(pair.difference), *pair.letters, pair.difference)
        yield from _table(
            [head, *((name, one.first, one.other, f"{one.text} {pair.sign(one)}") for name, one in row.everything)]
        )


def _block(pair: Pair) -> Iterator[tuple[str, ...]]:
    """Three lines for each variant: the differences, and the values of both runs."""
    for row in pair.rows:
        # A star hangs out on the right, so that the digits above and below each other are of one place.
        yield row.first.title, *(f"{one.text}{pair.sign(one) or ' '}" for one in row.changes)
        yield _of(pair.letters[0], row.first), *(f"{one.first} " for one in row.changes)
        yield _of(pair.letters[1], row.other), *(f"{one.other} " for one in row.changes)


def _of(letter: str, look: Look) -> str:
    return f"  {letter} {look.sign} {look.word}"


def _states(row: Row) -> str:
    return row.first.word if row.same_state else f"{row.first.word} → {row.other.word}"


def _wrapped(line: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text.one_line(line), WIDTH, subsequent_indent=indent)


def _table(rows: Sequence[Sequence[str]], *, right: bool = False) -> Iterator[str]:
    """Columns as wide as their widest cell, and no wider than their share of the terminal; longer cells are wrapped."""
    table = [[text.one_line(cell) for cell in row] for row in rows]
    widths = _widths([max(map(len, column)) for column in zip(*table, strict=True)])
    for row in table:
        cells = [_cell(cell, width) for cell, width in zip(row, widths, strict=True)]
        for n in range(max(map(len, cells))):
            parts = [cell[n] if n < len(cell) else "" for cell in cells]
            first, *others = zip(parts, widths, strict=True)
            aligned = [part.rjust(width) if right else part.ljust(width) for part, width in others]
            yield GAP.join([first[0].ljust(first[1]), *aligned]).rstrip()


def _cell(cell: str, width: int) -> list[str]:
    return [cell] if len(cell) <= width else textwrap.wrap(cell, width) or [""]


def _widths(wanted: list[int]) -> list[int]:
    """Those wanted, the widest cut down until all fit the terminal."""
    widths = list(wanted)
    room = WIDTH - len(GAP) * (len(widths) - 1)
    while sum(widths) > room and max(widths) > 1:
        widths[widths.index(max(widths))] -= 1
    return widths
