"""index.html: all runs of a folder, newest first; those that are ticked are compared."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from mmdvae.errors import InputError
from mmdvae.files import finite, locked, write_text
from mmdvae.record import report_json
from mmdvae.record.result import SCHEMA, Report
from reports import text
from reports.page import inline_script
from reports.page.templating import environment
from reports.run_index import comparable
from reports.run_index.comparable import Comparable
from reports.run_index.diff import LEGEND
from reports.run_index.numbers import numbers
from reports.table import best

OLDEST = datetime.min.replace(tzinfo=UTC)  # of a run without a date: it stands last


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One run's line; `problem` says why it cannot be read."""

    id: str
    link: str  # empty where there is no report
    created: datetime = OLDEST
    date: str = ""
    preset: str = ""
    settings: str = ""  # epochs and seeds
    command: str = ""
    code: str = ""
    dataset: str = ""
    state: str = ""
    failed: str = ""
    bce: str = ""
    bce_of: str = ""
    mmd2: str = ""
    mmd2_of: str = ""
    problem: str = ""
    numbers: Comparable | None = None

    def __str__(self) -> str:
        if self.problem:
            return text.one_line(f"{self.id}: unreadable, {self.problem}")
        found = f"lowest BCE {self.bce} ({self.bce_of}), closest to the prior {self.mmd2} ({self.mmd2_of})"
        counts = ", ".join(filter(None, (self.state, self.failed)))
        what = f"{self.preset} on {self.dataset}, {self.settings}, {counts}"
        return text.one_line("; ".join(filter(None, (f"{self.id}: {self.date}, {what}", found, self.command))))


def alone(store: Path) -> AbstractContextManager[None]:
    """While the block lasts nobody else writes a page beside this store, so that the list of runs misses none."""
    return locked(store / ".report.lock") if store.is_dir() else nullcontext()  # without a store nobody else is here


def write(out: Path) -> Path:
    """Write `out`/index.html over the runs in `out` and return its path; a broken run is a line, not an error."""
    path = out / "index.html"
    found = entries(out)
    own = inline_script.text("run_index/index.js")
    carried = numbers([entry.numbers for entry in found if entry.numbers])
    html = (
        environment()
        .get_template("run_index/index.html")
        .render(
            entries=found,
            numbers=inline_script.data(carried),
            carried=len(carried["runs"]),
            readable=sum(entry.numbers is not None for entry in found),
            script=own,
            policy=inline_script.policy(own),
            legend=LEGEND,
        )
    )
    write_text(path, html)
    return path


def entries(out: Path) -> list[Entry]:
    """All folders with a report.json, newest first; unreadable ones last."""
    reports = sorted(out.glob("*/report.json"))
    found = [_entry(path.parent) for path in reports if not path.parent.name.startswith(".")]  # a dot: being written
    found.sort(key=lambda entry: (entry.created, entry.id), reverse=True)
    return found


def _entry(folder: Path) -> Entry:
    link = f"./{quote(folder.name)}/report.html" if (folder / "report.html").is_file() else ""
    try:
        return _readable(folder.name, link, report_json.load(folder))
    except InputError as error:
        why = str(error).rpartition(f" of schema {SCHEMA}: ")[2]  # without the path
        return Entry(id=folder.name, link=link, problem=why)


def _readable(name: str, link: str, report: Report) -> Entry:
    fit, match = best(report.finished, "bce"), best(report.finished, "mmd2")
    return Entry(
        id=name,
        link=link,
        created=text.instant(report.run.created) or OLDEST,
        date=text.moment(report.run.created),
        preset=report.run.preset,
        settings=_settings(report),
        command=report.run.command,
        code=text.code(report.run.code.commit, report.run.code.dirty),
        dataset=report.run.dataset.name,
        state=f"{len(report.finished)} ok",
        failed=f"{len(report.unfinished)} failed" if report.unfinished else "",
        bce=text.fixed(fit.mean("bce") if fit else None, 4),
        bce_of=fit.name if fit else "not measured",
        mmd2=text.fixed(match.mean("mmd2") if match else None, 4),
        mmd2_of=match.name if match else "not measured",
        numbers=comparable.of(name, report),
    )


def _settings(report: Report) -> str:
    trained = {seed_run.epochs for variant in report.finished for seed_run in variant.runs}
    epochs = int(finite(report.run.recipe_settings.get("epochs")) or max(trained, default=0))
    seeds = ", ".join(map(str, report.run.seeds)) or "unknown"
    return f"{text.count(epochs, 'epoch')}, seed{'s' * (len(report.run.seeds) != 1)} {seeds}"
