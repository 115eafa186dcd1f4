"""The claims that a run can test: one row each with its evidence, or a line for all that need more seeds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mmdvae.conclusions.rules import MIN_SEEDS, SEEDS_IN_WORDS
from mmdvae.record.result import Part, Report, Verdict
from reports import facets, looks, text
from reports.metric import Show
from reports.sections.doubt import interval_bar

# A sign and a word per state, so that no meaning depends on colour alone.
VERDICT_STATES = {
    "supported": ("✓", "supported", "good"),
    "refuted": ("✗", "refuted", "bad"),
    "not_supported": ("✗", "refuted", "bad"),  # in older reports
    "inconclusive": ("?", "undecided", "open"),
    "not_run": ("–", "not run", "open"),
}
NEEDS_SEEDS = f"needs {SEEDS_IN_WORDS} seeds"
NEEDS_OTHERS = f"needs {SEEDS_IN_WORDS} seeds that did not choose"  # what it is about
WAITING = (NEEDS_SEEDS, NEEDS_OTHERS)
SMALL = 0.1  # ratios below it are read more easily as fractions
WITH_NOTEBOOK = ("notebook", "sweep")  # presets with the notebook's variants


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One verdict in words; `effect` and `interval` are empty if nothing was measured."""

    verdict: Verdict
    sign: str
    word: str
    tone: str  # good, bad or open
    dims: str  # d = 8 of a run with several
    effect: str
    interval: str
    seeds: str
    anchor: str  # its HTML id; empty if the code is not a valid id
    explanation: str
    levels: str  # the explanation without what a heading says of all claims that need seeds
    lacking: str  # why it is undecided although all that was measured supports it; else empty
    bar: Markup  # the interval around the claim's threshold; empty without an interval
    parts: list[str]  # of several comparisons: state, what is compared, effect with interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """The claims of a section, by whether there is an interval."""

    decidable: list[Card]
    waiting: list[Card]  # for more seeds
    answers: list[Card]  # claims on which the notebook drew a conclusion, for runs with its variants

    @property
    def decided(self) -> int:
        """Number of claims that are supported or refuted."""
        return sum(card.tone != "open" for card in self.decidable)

    @property
    def need(self) -> str:
        """How many claims have too few seeds, in words."""
        others = " that did not choose" if any(card.word == NEEDS_OTHERS for card in self.waiting) else ""
        verb = f"need{'s' * (len(self.waiting) == 1)}"
        return f"{text.count(len(self.waiting), 'claim')} {verb} {SEEDS_IN_WORDS} seeds{others}"


def build(report: Report) -> Claims | None:
    """Claims in their order; None if the run can test none."""
    shown = {None: looks.of(report.variants)} | {
        one.advice.latent_dim: looks.of(one.variants) for one in facets.of(report)
    }
    cards = [
        card(verdict, shown[verdict.latent_dim], len(report.run.seeds), chosen=report.run.chosen is not None)
        for verdict in report.verdicts
        if verdict.state != "not_run"
    ]
    if not cards:
        return None
    notebooks = report.run.preset in WITH_NOTEBOOK
    return Claims(
        decidable=[one for one in cards if one.word not in WAITING],
        waiting=[one for one in cards if one.word in WAITING],
        answers=[one for one in cards if notebooks and one.verdict.notebook],
    )


def card(verdict: Verdict, shown: dict[str, looks.Look] | None = None, seeds: int = 0, *, chosen: bool = False) -> Card:
    """A verdict in words; with the looks of the variants, it names their settings instead of their ids.

    How many seeds it is from is told if it is not from all `seeds` of the run. If variants of the run were `chosen`, an
    interval may be missing although there are seeds enough.
    """
    sign, word, tone = VERDICT_STATES[verdict.state]
    if verdict.state == "inconclusive" and verdict.interval is None:
        word = NEEDS_OTHERS if chosen and verdict.n_seeds >= MIN_SEEDS else NEEDS_SEEDS
    known, show = shown or {}, _ratio if verdict.scale == "ratio" else text.significant
    measured, d = verdict.effect is not None, verdict.latent_dim
    return Card(
        verdict=verdict,
        sign=sign,
        word=word,
        tone=tone,
        dims="" if d is None else facets.named([d]),
        effect=show(verdict.effect) if measured else "",
        interval=_interval(verdict, show, chosen) if measured else "",
        seeds="" if verdict.n_seeds == seeds else text.count(verdict.n_seeds, "seed"),
        anchor=f"v-{verdict.code}{'' if d is None else f'-d{d}'}" if re.fullmatch(r"[\w-]+", verdict.code) else "",
        explanation=looks.spelled(verdict.explanation, known),
        levels=looks.spelled(re.sub(r"^(Too few seeds|No interval)[^;]*; ", "", verdict.explanation), known),
        lacking=_lacking(verdict),
        bar=interval_bar.draw(verdict, word),
        parts=_parts(verdict.parts, show, known, chosen),
    )


def _lacking(verdict: Verdict) -> str:
    all_for = verdict.state == "inconclusive" and {part.state for part in verdict.parts} == {"supported"}
    return "supported by all that finished, but not every variant did" if all_for else ""


def _ratio(value: float | None) -> str:
    """A ratio: × 1.07; a small one as a fraction: 1/94."""
    small = value is not None and 0 < value < SMALL
    return f"1/{1 / value:,.0f}" if value and small else f"× {text.significant(value)}"


def _parts(parts: Sequence[Part], show: Show, shown: dict[str, looks.Look], chosen: bool) -> list[str]:
    if len(parts) < 2:
        return []
    return [
        f"{' '.join(VERDICT_STATES[part.state][:2])}: {looks.spelled(part.name, shown)}, "
        f"{show(part.effect)}, {_interval(part, show, chosen)}"
        for part in parts
    ]


def _interval(found: Verdict | Part, show: Show, chosen: bool) -> str:
    if found.interval is not None:
        ends = text.span(found.interval, lambda end: show(end).removeprefix("× "))
        return f"{100 * found.level:.3g}\u00a0% interval {ends}"
    enough = found.n_seeds >= MIN_SEEDS
    return "no interval: " + ("chosen by these seeds" if chosen and enough else f"fewer than {MIN_SEEDS} seeds")
