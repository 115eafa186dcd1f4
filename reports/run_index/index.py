"""index.html: a list of all runs in a folder, newest first."""

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
from reports.table import best

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

    def __str__(self) -> str:
        if self.problem:
            return text.one_line(f"{self.id}: unreadable, {self.problem}")
        found = f"lowest BCE {self.bce} ({self.bce_of}), closest to the prior {self.mmd2} ({self.mmd2_of})"
        counts = ", ".join(filter(None, (self.state, self.failed)))
        what = f"{self.preset} on {self.dataset}, {self.settings}, {counts}"
        return text.one_line("; ".join(filter(None, (f"{self.id}: {self.date}, {what}", found, self.command))))


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
    )


def _settings(report: Report) -> str:
    trained = {seed_run.epochs for variant in report.finished for seed_run in variant.runs}
    epochs = int(finite(report.run.recipe_settings.get("epochs")) or max(trained, default=0))
    seeds = ", ".join(map(str, report.run.seeds)) or "unknown"
    return f"{text.count(epochs, 'epoch')}, seed{'s' * (len(report.run.seeds) != 1)} {seeds}"
