"""Verdicts, one card per claim, then the checks that could invalidate them."""

import re
from dataclasses import dataclass
from typing import ClassVar

from mmdvae.conclusions.claims import CLAIMS
from mmdvae.conclusions.rules import MIN_SEEDS
from mmdvae.record.result import Check, Part, Report, Verdict
from reports import text

# A sign and a word per state, so that no meaning depends on colour alone.
VERDICT_STATES = {
    "supported": ("✓", "supported"),
    "refuted": ("✗", "refuted"),
    "not_supported": ("✗", "refuted"),  # in older reports
    "inconclusive": ("?", "inconclusive"),
    "not_run": ("–", "not run"),
}
CHECK_STATES = {"issue": ("!", "issue"), "tip": ("i", "tip"), "passed": ("✓", "passed")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One verdict; `effect`, `interval` and `neutral` are empty if nothing was measured."""

    verdict: Verdict
    sign: str
    word: str
    effect: str
    interval: str
    seeds: str
    neutral: str  # the value that means no effect, as text
    anchor: str  # its HTML id; empty if the code is not a valid id
    parts: list[tuple[str, str, str]]  # sign and state, name, effect with interval; of several comparisons


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

    template: ClassVar[str] = "sections/doubt/verdicts.html"
    cards: list[Card]
    answers: list[Card]  # the claims on which the notebook drew a conclusion
    items: list[Item]


def build(report: Report) -> Findings | None:
    """The section, checks with issues first; None if there are neither verdicts nor checks."""
    if not report.verdicts and not report.checks:
        return None
    order = list(CHECK_STATES)
    checks = sorted(report.checks, key=lambda check: order.index(check.state))
    cards = [card(verdict) for verdict in report.verdicts]
    return Findings(
        cards=cards,
        answers=[each for each in cards if each.verdict.notebook],
        items=[_item(check, len(report.variants)) for check in checks],
    )


def bearing_on(report: Report, section: str) -> list[Card]:
    """The verdicts that a section's figures bear on."""
    bearing = {claim.code for claim in CLAIMS if section in claim.sections}
    return [card(verdict) for verdict in report.verdicts if verdict.code in bearing]


def card(verdict: Verdict) -> Card:
    """A verdict in words."""
    sign, word = VERDICT_STATES[verdict.state]
    ratio, effect = verdict.scale == "ratio", verdict.effect
    times = "× " if ratio else ""
    return Card(
        verdict=verdict,
        sign=sign,
        word=word,
        effect="" if effect is None else f"{times}{text.significant(effect)}",
        interval="" if effect is None else _interval(verdict),
        seeds=text.count(verdict.n_seeds, "seed"),
        anchor=f"v-{verdict.code}" if re.fullmatch(r"[\w-]+", verdict.code) else "",
        neutral="" if effect is None else f"{1 if ratio else 0} is no effect",
        parts=[_part(part, times) for part in verdict.parts] if len(verdict.parts) > 1 else [],
    )


def _part(part: Part, times: str) -> tuple[str, str, str]:
    sign, word = VERDICT_STATES[part.state]
    return f"{sign} {word}", part.name, f"{times}{text.significant(part.effect)}, {_interval(part)}"


def _interval(found: Verdict | Part) -> str:
    if found.interval is not None:
        return f"{100 * found.level:.3g}\u00a0% interval {text.span(found.interval, text.significant)}"
    return f"no interval: fewer than {MIN_SEEDS} seeds"


def _item(check: Check, of: int) -> Item:
    sign, word = CHECK_STATES[check.state]
    everyone = len(check.variants) == of > 1
    return Item(check=check, sign=sign, word=word, variants=f"all {of}" if everyone else ", ".join(check.variants))
