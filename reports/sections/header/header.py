"""Which run this is, whether it is complete, and what it found in a few sentences."""

from dataclasses import dataclass

from mmdvae.record.result import Run
from reports import text
from reports.sections.header import headline


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something the reader must know before reading on."""

    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The top of the page."""

    title: str
    finished: str
    complete: bool
    lead: list[str]  # one sentence each
    facts: list[tuple[str, str]]
    troubles: list[Trouble]


def build(run: Run, *, problems: list[str], failures: list[str]) -> Header:
    """The header; it is built last, when it is known what could not be shown."""
    done, all_of_them = len(run.finished), len(run.variants)
    data = run.dataset
    sizes = [f"{data[split]:,} {split}" for split in ("train", "valid", "test") if isinstance(data.get(split), int)]
    commit = str(run.code.get("commit") or "unknown")[:12]
    return Header(
        title=title(run),
        finished=f"{done} of {text.count(all_of_them, 'variant')} finished",
        complete=done == all_of_them and not problems and not failures,
        lead=headline.sentences(run),
        facts=[
            ("Run", run.id),
            ("Date", text.moment(run.created)),
            ("Recipe", run.recipe),
            ("Epochs", _epochs(run)),
            ("Images", ", ".join(sizes) or "not recorded"),
            ("Seeds", ", ".join(map(str, run.seeds)) or "not recorded"),
            ("Code", f"{commit}{' + uncommitted changes' if run.code.get('dirty') else ''}"),
            ("Data SHA-256", str(data.get("sha256") or "not recorded")[:12]),
        ],
        troubles=[
            *(
                Trouble(what=f"{variant.name} {variant.status}", why=variant.error or "no reason was recorded")
                for variant in run.unfinished
            ),
            *(Trouble(what="Stored arrays missing", why=problem) for problem in problems),
            *(Trouble(what="Section missing", why=failure) for failure in failures),
        ],
    )


def title(run: Run) -> str:
    """What was compared on which images."""
    words = f"{run.preset} comparison on {run.dataset.get('name', 'unknown data')}"
    return words[0].upper() + words[1:]


def _epochs(run: Run) -> str:
    counts = sorted({seed.epochs for variant in run.finished for seed in variant.runs})
    return ", ".join(map(str, counts)) or "not recorded"
