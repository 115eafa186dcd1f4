"""index.html: a list of all runs in a folder, newest first."""

import logging
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from mmdvae.errors import InputError
from mmdvae.files import finite, locked, write_text
from mmdvae.record import report_json
from mmdvae.record.result import SCHEMA, Report
from reports import run_title, text
from reports.page import inline_script
from reports.page.templating import environment
from reports.sections.answer import headline

log = logging.getLogger("reports")

DIFF = "diff.html"  # the latest difference page
COMMAND = "mmdvae runs --diff RUN RUN --page"  # writes DIFF
OLDEST = datetime.min.replace(tzinfo=UTC)  # for a run without a date, which sorts it last


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One run's row; `problem` says why the run cannot be read."""

    id: str
    link: str  # empty if there is no report.html
    created: datetime = OLDEST
    date: str = ""
    title: str = ""
    compared: str = ""  # variants, epochs and seeds
    failed: str = ""
    headline: str = ""  # what it found, one sentence
    price: str = ""  # the lowest at which a penalty did what it is for
    problem: str = ""

    def __str__(self) -> str:
        if self.problem:
            return text.one_line(f"{self.id}: unreadable, {self.problem}")
        compared = ", ".join(filter(None, (self.compared, self.failed)))
        parts = (f"{self.id}: {self.date}", self.title, compared, self.headline, f"price {self.price}")
        return text.one_line(" · ".join(parts))


def alone(store: Path) -> AbstractContextManager[None]:
    """Lock out other processes that write pages beside this store, so that the list of runs misses no run."""
    # Without a store no other process can be making a run here.
    return locked(store / ".report.lock") if store.is_dir() else nullcontext()


def write(out: Path) -> Path:
    """Write `out`/index.html, the list of runs in `out`, and return its path; a broken run is a row, not an error."""
    path = out / "index.html"
    template = environment().get_template("run_index/index.html")
    html = template.render(
        entries=entries(out),
        command=COMMAND,
        diff=DIFF if (out / DIFF).is_file() else "",
        policy=inline_script.policy(),
    )
    write_text(path, html)
    return path


def entries(out: Path) -> list[Entry]:
    """All runs with a report.json, newest first; unreadable ones last."""
    reports = sorted(out.glob("*/report.json"))
    found = [_entry(path.parent) for path in reports if not path.parent.name.startswith(".")]  # hidden: being written
    found.sort(key=lambda entry: (entry.created, entry.id), reverse=True)
    return found


def _entry(folder: Path) -> Entry:
    link = f"./{quote(folder.name)}/report.html" if (folder / "report.html").is_file() else ""
    try:
        return _readable(folder.name, link, report_json.load(folder))
    except InputError as error:
        why = str(error).rpartition(f" of schema {SCHEMA}: ")[2]  # the message without the path
        return Entry(id=folder.name, link=link, problem=why)


def _readable(name: str, link: str, report: Report) -> Entry:
    found, price = _findings(report)
    return Entry(
        id=name,
        link=link,
        created=text.instant(report.run.created) or OLDEST,
        date=text.moment(report.run.created),
        title=run_title.title(report),
        compared=_compared(report),
        failed=f"{len(report.unfinished)} unfinished" if report.unfinished else "",
        headline=found,
        price=price,
    )


def _findings(report: Report) -> tuple[str, str]:
    """The headline and the lowest price; dashes if they cannot be told, for the other runs are to be listed still."""
    try:
        return headline.sentence(report), headline.price(report)
    except Exception as error:  # of any kind, as for the sections of a page
        log.error("the headline of %s failed", report.run.id, exc_info=error)
        return text.MISSING, text.MISSING


def _compared(report: Report) -> str:
    trained = {seed_run.epochs for variant in report.finished for seed_run in variant.runs}
    epochs = int(finite(report.run.recipe_settings.get("epochs")) or max(trained, default=0))
    seeds = ", ".join(map(str, report.run.seeds)) or "unknown"
    counts = text.count(len(report.variants), "variant"), text.count(epochs, "epoch")
    return f"{', '.join(counts)}, seed{'s' * (len(report.run.seeds) != 1)} {seeds}"
