"""summary.md: the summary table, verdicts and checks, and one picture, for viewers without HTML."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

from markupsafe import Markup

from mmdvae.files import write_text
from mmdvae.record.result import Report
from reports import table, text
from reports.drawing import pictures
from reports.sections import heatmap
from reports.sections.doubt import verdicts
from reports.sections.numbers import summary
from reports.sections.sheet import sigma_figure
from reports.sections.answer.answer import title
from reports.stored_arrays import StoredArrays

LONGEST_TABLE = 40  # rows
LONGEST_TEXT = 500  # characters of an explanation
LARGEST = 148_000  # bytes; Prefect stores an artifact up to three times, and issue trackers and mail have limits


def write(report: Report, store: StoredArrays, path: Path, missing: list[str]) -> None:
    """Write the summary; `missing` names the sections and files that could not be made."""
    d = report.run.latent_dim
    before, after = [*_opening(report), "", *_table(report, d), ""], [""]
    picture, shown = _hero(report, d)
    if picture:
        after += [f"![{plain(' '.join(shown))}]({picture})", ""]
    room = LARGEST - _size(before) - _size(after)
    write_text(path, "\n".join([*before, *_fitting(list(_notes(report, missing)), room), *after]))


def artifact(page: Path) -> str:
    """The summary beside a page, plus the page's path, which is not in summary.md because that may be copied away."""
    path = page.with_name("summary.md")
    text = path.read_text(encoding="utf-8") if path.is_file() else "The summary could not be written; the log says why."
    return f"{text}\nThe whole report: {plain(str(page))}\n"


def _fitting(notes: list[str], room: int) -> list[str]:
    """The notes; if they exceed `room` bytes, the first that fit and the number of those left out."""
    if _size(notes) <= room:
        return notes
    fitting = []
    for note in notes:
        room -= _size([note])
        if room < 100:  # bytes reserved for the last line
            break
        fitting.append(note)
    return [*fitting, f"- {len(notes) - len(fitting)} more notes are in the report."]


def _size(lines: list[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)


def _opening(report: Report) -> list[str]:
    finished = f"{len(report.finished)} of {text.count(len(report.variants), 'variant')} finished"
    return [
        f"# {plain(title(report))}",
        "",
        f"Run {plain(report.run.id)}, {plain(text.moment(report.run.created))}: {finished}, "
        f"recipe {plain(report.run.recipe)}, {text.count(len(report.run.seeds), 'seed')}. "
        "The whole report is `report.html` in the same folder.",
    ]


def _notes(report: Report, missing: list[str]) -> Iterator[str]:
    """One line for each unfinished variant, missing part, verdict, and check that did not pass."""
    for variant in report.unfinished:
        yield _note(variant.name, f"{variant.status}: {variant.error or 'no reason was recorded'}")
    for name in missing:
        yield _note(name, "could not be made; the log says why")
    for verdict in report.verdicts:
        card = verdicts.card(verdict)
        yield _note(card.word, f"{verdict.code}: {verdict.claim}") + plain(_evidence(card))
    for check in report.checks:
        if check.state != "passed":
            yield _note(check.state, f"{check.code}, {check.title}: {check.explanation}")


def _note(what: str, why: str) -> str:
    return f"- **{plain(what)}** {plain(why[:LONGEST_TEXT])}"


def _evidence(card: verdicts.Card) -> str:
    """Effect, quantity, interval and seeds in brackets; empty if no effect was measured."""
    if not card.effect:
        return ""
    quantity = card.verdict.quantity[:LONGEST_TEXT]
    return f" [{', '.join(filter(None, (f'{card.effect} {quantity}'.strip(), card.interval, card.seeds)))}]"


def _table(report: Report, d: int | None) -> list[str]:
    columns = summary.columns(report)
    rows = summary.table(report)
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


def _hero(report: Report, d: int | None) -> tuple[Markup | None, list[str]]:
    """A picture of total variance and BCE against sigma, and its findings; None if no variant has a sigma."""
    panels, shown = [], []
    for metric in heatmap.METRICS[:2]:
        by_alpha = heatmap.by_alpha(report, metric.name)
        lines = [
            (
                f"α {text.setting(alpha)}",
                [variant.sigma or 1.0 for variant in variants],
                [variant.mean(metric.name) or 0.0 for variant in variants],
            )
            for alpha, variants in by_alpha.items()
        ]
        if lines:
            panels.append((metric.title, lines, metric.prior(d), metric.log))
            shown.append(sigma_figure.finding(metric, by_alpha, []))
    return (pictures.trend(panels) if panels else None), shown


def plain(untrusted: str) -> str:
    """Text escaped for Markdown and HTML, on one line, without control characters."""
    one_line = re.sub(r"[\x00-\x1f\x7f]+", " ", untrusted)
    return re.sub(r"([\\`*_\[\]|~#!{}()])", r"\\\1", html.escape(one_line, quote=False))
