"""The head of the page: which run this is, whether it is complete, and its findings in a few sentences."""

from dataclasses import dataclass

from mmdvae.record.result import Report
from reports import text
from reports.sections.answer import headline


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A variant that did not finish, or a stored array or section that is missing, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The top of the page."""

    title: str
    finished: str
    complete: bool
    lead: list[str]  # one sentence each
    facts: list[tuple[str, str]]
    troubles: list[Trouble]


def build(report: Report, *, problems: list[str], failures: list[str]) -> Answer:
    """The header, built last because it lists what could not be shown."""
    done, all_of_them = len(report.finished), len(report.variants)
    data = report.run.dataset
    return Answer(
        title=title(report),
        finished=f"{done} of {text.count(all_of_them, 'variant')} finished",
        complete=done == all_of_them and not problems and not failures,
        lead=headline.sentences(report),
        facts=[
            ("Run", report.run.id),
            ("Date", text.moment(report.run.created)),
            ("Recipe", report.run.recipe),
            ("Epochs", _epochs(report)),
            ("Images", f"{data.train:,} train, {data.valid:,} valid, {data.test:,} test"),
            ("Seeds", ", ".join(map(str, report.run.seeds))),
            ("Code", text.code(report.run.code.commit, report.run.code.dirty)),
            ("Data SHA-256", data.sha256[:12]),
        ],
        troubles=[
            *(
                Trouble(what=f"{variant.name} {variant.status}", why=variant.error or "no reason was recorded")
                for variant in report.unfinished
            ),
            *(Trouble(what="Stored arrays missing", why=problem) for problem in problems),
            *(Trouble(what="Section missing", why=failure) for failure in failures),
        ],
    )


def title(report: Report) -> str:
    """The preset and the data set that were compared."""
    words = f"{report.run.preset} comparison on {report.run.dataset.name}"
    return words[0].upper() + words[1:]


def _epochs(report: Report) -> str:
    counts = sorted({seed.epochs for variant in report.finished for seed in variant.runs})
    return ", ".join(map(str, counts)) or "not recorded"
