"""summary.md: the table, the checks and one picture, for places that show no HTML."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

from markupsafe import Markup

from mmdvae.files import write_text
from mmdvae.record.result import Run
from reports import table, text
from reports.drawing import pictures
from reports.sections import heatmap, summary, verdicts
from reports.sections.dispersion import dispersion
from reports.sections.header.header import title
from reports.stored_arrays import Store

LONGEST_TABLE = 40  # rows
LONGEST_TEXT = 500  # characters of an explanation
LARGEST = 148_000  # bytes; Prefect stores an artifact up to three times, and a ticket or a mail has limits, too


def write(run: Run, store: Store, path: Path, missing: list[str]) -> None:
    """Write the summary; `missing` names what could not be made."""
    d = dispersion.latent_dim(run, store)
    before, after = [*_opening(run), "", *_table(run, d), ""], [""]
    picture, shown = _hero(run, d)
    if picture:
        after += [f"![{plain(' '.join(shown))}]({picture})", ""]
    room = LARGEST - _size(before) - _size(after)
    write_text(path, "\n".join([*before, *_fitting(list(_notes(run, missing)), room), *after]))


def artifact(page: Path) -> str:
    """The summary beside a page, with the page's path, which is no part of the summary because that may travel."""
    path = page.with_name("summary.md")
    text = path.read_text(encoding="utf-8") if path.is_file() else "The summary could not be written; the log says why."
    return f"{text}\nThe whole report: {plain(str(page))}\n"


def _fitting(notes: list[str], room: int) -> list[str]:
    """The notes, or as many of the first as there is room for and how many more there are."""
    if _size(notes) <= room:
        return notes
    fitting = []
    for note in notes:
        room -= _size([note])
        if room < 100:  # the last line's
            break
        fitting.append(note)
    return [*fitting, f"- {len(notes) - len(fitting)} more notes are in the report."]


def _size(lines: list[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)


def _opening(run: Run) -> list[str]:
    finished = f"{len(run.finished)} of {text.count(len(run.variants), 'variant')} finished"
    return [
        f"# {plain(title(run))}",
        "",
        f"Run {plain(run.id)}, {plain(text.moment(run.created))}: {finished}, recipe {plain(run.recipe)}, "
        f"{text.count(len(run.seeds), 'seed')}. The whole report is `report.html` in the same folder.",
    ]


def _notes(run: Run, missing: list[str]) -> Iterator[str]:
    """One line for everything that a reader must know beside the numbers."""
    for variant in run.unfinished:
        yield _note(variant.name, f"{variant.status}: {variant.error or 'no reason was recorded'}")
    for name in missing:
        yield _note(name, "could not be made; the log says why")
    for verdict in run.verdicts:
        card = verdicts.card(verdict)
        yield _note(card.word, f"{verdict.code}: {verdict.claim}") + plain(_evidence(card))
    for check in run.checks:
        if check.state != "passed":
            yield _note(check.state, f"{check.code}, {check.title}: {check.explanation}")


def _note(what: str, why: str) -> str:
    return f"- **{plain(what)}** {plain(why[:LONGEST_TEXT])}"


def _evidence(card: verdicts.Card) -> str:
    """Effect, quantity, interval and seeds in brackets; nothing where nothing was measured."""
    if not card.effect:
        return ""
    quantity = card.verdict.quantity[:LONGEST_TEXT]
    return f" [{', '.join(filter(None, (f'{card.effect} {quantity}'.strip(), card.interval, card.seeds)))}]"


def _table(run: Run, d: int | None) -> list[str]:
    columns = summary.columns(run)
    rows = summary.table(run, latent_dim=d)
    lines = [
        "| variant | kernel | " + " | ".join(f"{column.title} ({column.unit})" for column in columns) + " |",
        "|---|---|" + "---:|" * len(columns),
    ]
    for row in rows[:LONGEST_TABLE]:
        cells = [_cell(row, cell) for cell in row.cells]
        lines.append(f"| {plain(row.name)} | {plain(row.kernel or text.MISSING)} | " + " | ".join(cells) + " |")
    if len(rows) > LONGEST_TABLE:
        lines += ["", f"{len(rows) - LONGEST_TABLE} more rows are in the report."]
    return lines


def _cell(row: table.Row, cell: table.Cell) -> str:
    if cell.value is None:
        return row.gap
    shown = f"{cell.text} {cell.spread}".strip()
    return f"**{shown}** best" if cell.best else shown


def _hero(run: Run, d: int | None) -> tuple[Markup | None, list[str]]:
    """Total variance and BCE against sigma, and what they show; no picture where no variant has a sigma."""
    panels, shown = [], []
    for metric in heatmap.METRICS[:2]:
        by_alpha = heatmap.by_alpha(run, metric.name)
        lines = [
            (
                f"α {text.setting(alpha)}",
                [variant.sigma or 1.0 for variant in variants],
                [variant.mean(metric.name) or 0.0 for variant in variants],
            )
            for alpha, variants in by_alpha.items()
        ]
        if lines:
            panels.append((metric.title, lines, metric.prior(d)))
            shown.append(dispersion.finding(metric, by_alpha, []))
    return (pictures.trend(panels) if panels else None), shown


def plain(untrusted: str) -> str:
    """Text that Markdown and HTML take as text: one line, without control characters, everything active escaped."""
    one_line = re.sub(r"[\x00-\x1f\x7f]+", " ", untrusted)
    return re.sub(r"([\\`*_\[\]|~#!{}()])", r"\\\1", html.escape(one_line, quote=False))
