"""summary.md: the answer, a table of five columns, what to doubt, and the contact sheet; for viewers without HTML."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

from mmdvae.files import write_text
from mmdvae.record.result import Report, VariantResult
from reports import looks, metrics, text
from reports.looks import Look
from reports.page import picture
from reports.sections.answer import answer, headline
from reports.sections.doubt import verdicts
from reports.stored_arrays import StoredArrays

LONGEST_TABLE = 40  # rows
LONGEST_TEXT = 500  # characters of an explanation
LARGEST = 148_000  # bytes; Prefect stores an artifact up to three times, and issue trackers and mail have limits
FIRST = ("alive", "half-way", "no penalty", "not measured")  # the order of the table: dead kernels last
COLUMNS = "| setting | state | error against no penalty | distance from the prior (sliced W2) | Fréchet distance |"


def write(report: Report, store: StoredArrays, path: Path, missing: list[str]) -> None:
    """Write the summary; `missing` names the sections and files that could not be made."""
    before = [*_opening(report), "", *_table(report), ""]
    drawn = picture.contact_sheet(report, store)
    after = ["", f"![{plain(drawn[1])}]({drawn[0]})", ""] if drawn else [""]
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
    head = answer.build(report, problems=[], failures=[])
    step = head.step
    when = f", {step.cost}" if step and step.cost else ""
    return [
        f"# {plain(head.title)}",
        "",
        f"**{plain(head.headline)}.**{plain(f' Preliminary: {head.preliminary}.') if head.preliminary else ''}",
        "",
        *(f"- **{box.title}**: {plain(' '.join([box.main, *box.rest]))}" for box in head.boxes),
        *([f"- **Next**, {plain(step.why + when)}: {_code(step.command)}"] if step else []),
        "",
        f"{plain(' · '.join(filter(None, head.facts)))}. Run {plain(report.run.id)}; "
        "the whole report is `report.html` in the same folder.",
    ]


def _notes(report: Report, missing: list[str]) -> Iterator[str]:
    """One line for each unfinished variant, missing part, claim that was decided, and check that did not pass."""
    seen = looks.of(report.variants)
    for variant in report.unfinished:
        yield _note(seen[variant.name].title, f"{variant.status}: {variant.error or 'no reason was recorded'}")
    for name in missing:
        yield _note(name, "could not be made; the log says why")
    for verdict in report.verdicts:
        if verdict.interval is not None:
            card = verdicts.card(verdict)
            link = f"[{plain(verdict.code)}](report.html#{card.anchor})" if card.anchor else plain(verdict.code)
            where = f" at {card.dims}" if card.dims else ""
            yield _note(f"{card.word}{where}", verdict.claim) + f" {link}" + plain(_evidence(card))
    for check in report.checks:
        if check.state != "passed":
            yield _note(check.state, f"{check.title}: {looks.spelled(check.explanation, seen)}")


def _note(what: str, why: str) -> str:
    return f"- **{plain(what)}** {plain(why[:LONGEST_TEXT])}"


def _evidence(card: verdicts.Card) -> str:
    """Effect, quantity, interval and seeds in brackets; empty if no effect was measured."""
    if not card.effect:
        return ""
    quantity = card.verdict.quantity[:LONGEST_TEXT]
    return f" [{', '.join(filter(None, (f'{card.effect} {quantity}'.strip(), card.interval, card.seeds)))}]"


def _table(report: Report) -> list[str]:
    """A row per variant, the fewest latent dimensions first, of each alive ones first."""
    seen = looks.of(report.variants)
    ranked = sorted(report.variants, key=lambda one: (one.latent_dim, _rank(seen[one.name]), seen[one.name].place))
    lines = [COLUMNS, "|---|---|---:|---:|---:|"]
    lines += [f"| {' | '.join(_cells(report, one, seen[one.name]))} |" for one in ranked[:LONGEST_TABLE]]
    if len(ranked) > LONGEST_TABLE:
        lines += ["", f"{len(ranked) - LONGEST_TABLE} more rows are in the report."]
    return lines


def _cells(report: Report, variant: VariantResult, look: Look) -> list[str]:
    paid = headline.cost(report, variant)
    interval = f" [{text.span(paid.interval, text.change)}]" if paid and paid.interval else ""
    gap = text.MISSING if look.status == "ok" else look.status
    numbers = [(metrics.of(name), variant.mean(name)) for name in ("sliced_w2", "fid")]
    error = f"{text.change(paid.mean)}{interval}" if paid else "" if variant.mean("mse") is not None else gap
    return [
        plain(look.title),
        f"{look.sign} {look.word}",
        error,
        *(gap if value is None else metric.show(value) for metric, value in numbers),
    ]


def _rank(look: Look) -> int:
    return FIRST.index(look.state) if look.state in FIRST else len(FIRST)


def _code(command: str) -> str:
    """A command as code; a backtick, which would end it, is left out of the marking."""
    return f"`{' '.join(command.split())}`" if "`" not in command else plain(command)


def plain(untrusted: str) -> str:
    """Text escaped for Markdown and HTML, on one line, without control characters and links made by themselves."""
    one_line = "\u00a0".join(text.one_line(part) for part in untrusted.split("\u00a0"))
    escaped = re.sub(r"([\\`*_\[\]|~#!{}()@])", r"\\\1", html.escape(one_line, quote=False))
    return re.sub(r"(?i)(https?|ftp|mailto|xmpp)(?=:)|(www)(?=[.])", r"\g<0>\\", escaped)
