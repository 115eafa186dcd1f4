"""The head of the page: which run this is, what to use, what that buys and costs, what to run next."""

from dataclasses import dataclass

from mmdvae.conclusions.rules import MIN_SEEDS
from mmdvae.record.result import Report
from reports import data_words, facets, looks, run_title, text
from reports.sections.answer import boxes, boxes_of_each, headline, next_step, picked
from reports.sections.answer.boxes import Box
from reports.sections.answer.next_step import NextStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A variant that did not finish, or a stored array or section that is missing, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The top of the page."""

    title: str
    facts: list[str]
    preliminary: str  # why it is; empty if it is not
    headline: str
    boxes: list[Box]
    step: NextStep | None
    troubles: list[Trouble]


def build(report: Report, *, problems: list[str], failures: list[str]) -> Answer:
    """The head, built last because it lists what could not be shown."""
    seen = looks.of(report.variants)
    return Answer(
        title=run_title.title(report),
        facts=_facts(report),
        preliminary=_preliminary(report),
        headline=headline.sentence(report),
        boxes=boxes_of_each.of(report) if facets.several(report) else boxes.of(report),
        step=next_step.of(report),
        troubles=[
            *(
                Trouble(
                    what=f"{seen[variant.name].title} {variant.status}", why=variant.error or "no reason was recorded"
                )
                for variant in report.unfinished
            ),
            *(Trouble(what="Stored arrays missing", why=problem) for problem in problems),
            *(Trouble(what="Section missing", why=failure) for failure in failures),
        ],
    )


def _facts(report: Report) -> list[str]:
    done, every = len(report.finished), len(report.variants)
    epochs = sorted({run.epochs for variant in report.finished for run in variant.runs})
    seeds = report.run.seeds
    return [
        text.count(every, "variant") if done == every else f"{done} of {text.count(every, 'variant')} finished",
        text.count(epochs[0], "epoch")
        if len(epochs) == 1
        else f"{text.listed([*map(str, epochs)])} epochs"
        if epochs
        else "",
        f"seed{'s' * (len(seeds) != 1)} {text.listed([*map(str, seeds)])}" if seeds else "",
        data_words.images(report.run.dataset, report.run.dataset.train),
        "" if facets.several(report) else facets.named([report.run.latent_dim]),  # of several the title tells
        text.moment(report.run.created),
    ]


def _preliminary(report: Report) -> str:
    few = text.count(len(report.run.seeds), "seed") if len(report.run.seeds) < MIN_SEEDS else ""
    still = "training not settled" if next_step.unsettled(report) else ""
    chosen = report.run.chosen
    own = f"chosen among {chosen.among} by these seeds" if chosen and picked.by_these_seeds(report) else ""
    return ", ".join(filter(None, (few, own, still)))
