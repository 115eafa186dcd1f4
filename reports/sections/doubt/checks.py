"""The checks: those that found something, one line each, and the titles of those that passed."""

import re
from dataclasses import dataclass

from mmdvae.conclusions import vitality
from mmdvae.conclusions.vitality import DEAD_WAYS
from mmdvae.record.result import Check, Report, VariantResult
from reports import facets, looks, text

CHECK_STATES = {"issue": ("!", "issue", "bad"), "tip": ("i", "tip", "open")}  # in the order of the page
TOLD_ABOVE = ("C2", "C3", "C5")  # dead kernels, few seeds, unsettled training: the top of the page says what they mean
MOST_NAMED = 6  # settings that a line names; of more it gives the number


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One check that found something."""

    code: str
    sign: str
    word: str
    tone: str  # bad or open
    title: str
    said: str  # one sentence; may be empty
    more: str  # the rest of the explanation, folded
    who: str  # the affected variants


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """All checks of a run."""

    flagged: list[Item]
    passed: list[str]  # titles


def build(report: Report) -> Checks | None:
    """Issues, then tips, each in their order; None if nothing was checked."""
    if not report.checks:
        return None
    order = list(CHECK_STATES)
    flagged = sorted((one for one in report.checks if one.state != "passed"), key=lambda one: order.index(one.state))
    shown = looks.of(report.variants)
    return Checks(
        flagged=[_item(check, report.variants, shown, several=facets.several(report)) for check in flagged],
        passed=[check.title for check in report.checks if check.state == "passed"],
    )


def _item(check: Check, variants: list[VariantResult], shown: dict[str, looks.Look], *, several: bool) -> Item:
    sign, word, tone = CHECK_STATES[check.state]
    explanation = looks.spelled(check.explanation, shown)
    first, *rest = re.split(r"(?<=[.])\s+(?=[A-ZΑ-Ω])", explanation, maxsplit=1)
    told = check.code in TOLD_ABOVE
    return Item(
        code=check.code,
        sign=sign,
        word=word,
        tone=tone,
        title=check.title,
        said="" if told else first,
        more=explanation if told else "".join(rest),
        who=_who(set(check.variants), variants, several=several),
    )


def _who(names: set[str], variants: list[VariantResult], *, several: bool) -> str:
    """The affected variants in few words: whole kinds by their number, others by their settings."""
    hit = [one for one in variants if one.name in names]
    if not hit:
        return ""
    if len(hit) == len(variants):
        return f"all {len(hit)} variants" if len(hit) > 1 else "the only variant"
    found = []
    for kind, members in _kinds(variants):
        if len(members) > 1 and {one.name for one in members} <= names:
            found.append(f"{len(members)} {kind}")
            hit = [one for one in hit if one not in members]
    settings = looks.settings(hit, dims=several)
    found += (
        settings if len(settings) <= MOST_NAMED else [text.count(len(hit), "other variant" if found else "variant")]
    )
    return "; ".join(found)


def _kinds(variants: list[VariantResult]) -> list[tuple[str, list[VariantResult]]]:
    dead = [one for one in variants if vitality.of(one) in DEAD_WAYS.values()]
    half = [one for one in variants if one.status == "ok" and vitality.of(one) == "half-way"]
    return [("dead kernels", dead), ("half-way", half), ("alive", vitality.alive(variants))]
