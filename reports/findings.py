"""What may be concluded: one card per claim, then the checks that could spoil it."""

from dataclasses import dataclass
from typing import ClassVar

from reports import text
from reports.records import Check, Run, Verdict

# A sign and a word for each state, so that nothing depends on colour.
VERDICT_STATES = {
    "supported": ("✓", "supported"),
    "not_supported": ("✗", "not supported"),
    "inconclusive": ("?", "inconclusive"),
    "not_run": ("–", "not run"),
}
CHECK_STATES = {"issue": ("!", "issue"), "tip": ("i", "tip"), "passed": ("✓", "passed")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One verdict."""

    verdict: Verdict
    sign: str
    word: str
    seeds: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One check."""

    check: Check
    sign: str
    word: str
    variants: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The section."""

    template: ClassVar[str] = "findings.html"
    cards: list[Card]
    items: list[Item]


def build(run: Run) -> Findings | None:
    """The section, issues first; None where there is neither verdict nor check."""
    if not run.verdicts and not run.checks:
        return None
    order = list(CHECK_STATES)
    checks = sorted(run.checks, key=lambda check: order.index(check.state) if check.state in order else len(order))
    return Findings(
        cards=[_card(verdict) for verdict in run.verdicts],
        items=[_item(check) for check in checks],
    )


def _card(verdict: Verdict) -> Card:
    sign, word = VERDICT_STATES.get(verdict.state, ("–", verdict.state))
    seeds = "" if verdict.n_seeds is None else text.count(verdict.n_seeds, "seed")
    return Card(verdict=verdict, sign=sign, word=word, seeds=seeds)


def _item(check: Check) -> Item:
    sign, word = CHECK_STATES.get(check.state, ("–", check.state))
    return Item(check=check, sign=sign, word=word, variants=", ".join(check.variants))
