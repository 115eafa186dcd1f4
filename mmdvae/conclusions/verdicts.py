"""Decide each claim: every comparison by itself, then all of them joined.

Supported if every comparison supports it (intersection-union: no correction is needed), refuted if one refutes it (with
Bonferroni's correction, because any one would do), so that opposite effects never average to none.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mmdvae.conclusions import comparisons, dimensions, fronts, groups
from mmdvae.conclusions.claims import CLAIMS, TOLD, Claim, at_equal_error
from mmdvae.conclusions.compared import Compared, Comparison
from mmdvae.conclusions.comparisons import TITLES
from mmdvae.conclusions.effects import Effect
from mmdvae.conclusions.pooled import Panel
from mmdvae.conclusions.rules import LEVEL, MIN_SEEDS
from mmdvae.record.result import Part, PartState, VariantResult, Verdict

LARGEST = 1e300  # upper limit of ratios and their intervals: JSON has no infinity
VERBS = {
    "refuted": "refuted by",
    "few": "too few seeds for an interval:",
    "picked": "no interval, as its seeds picked what is compared:",
    "inconclusive": "undecided for",
    "supported": "holds for",
}
DOUBT = ("refuted", "inconclusive", "supported", "not_run")  # what speaks most against a claim first
# About MMD and KL; other pairs of penalties that a run has are judged by it, too: V5-kl-sw, V5-gaussian-imq.
PAIR = "V5"
BESIDE = " · "  # between names, which in words have commas of their own
MOST_NAMED = 4  # comparisons that a sentence names; of more it gives the number


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One comparison with its effect and p-values for and against the claim."""

    comparison: Comparison
    effect: Effect
    p_for: float
    p_against: float
    state: PartState

    @property
    def word(self) -> str:
        """Its state, or why it has none: too few seeds, or seeds that picked what is compared."""
        if self.effect.error is None:
            return "few" if self.effect.n < MIN_SEEDS else "picked"
        return self.state

    @property
    def rank(self) -> tuple[float, float]:
        """Sorts the comparison that speaks most against the claim first."""
        return (self.p_against if self.state == "refuted" else 1.0, -self.p_for)


def all_of(variants: Sequence[VariantResult]) -> list[Verdict]:
    """A verdict on every claim; a variant that lost a seed counts as one without numbers, and not as absent.

    With several numbers of latent dimensions each claim is judged for each: the verdicts on it stand together, the one
    that speaks most against it first.
    """
    counted = [variant if variant.status == "ok" else replace(variant, runs=[]) for variant in variants]
    found = dimensions.split(counted)
    if len(found) < 2:
        return _within(counted)
    every = [replace(one, latent_dim=dim) for dim, group in found.items() for one in _within(group)]
    return sorted(every, key=lambda one: (*_place(one.code), DOUBT.index(one.state)))


def _within(variants: Sequence[VariantResult]) -> list[Verdict]:
    """A verdict on every claim, of variants with one number of latent dimensions."""
    panels = {scale: Panel(variants, ratios=scale == "ratio") for scale in ("ratio", "difference")}
    asked = [(claim, comparisons.of(claim.code, variants)) for claim in CLAIMS]
    for ours, theirs in fronts.other_pairs(variants):
        claim = at_equal_error(f"{PAIR}-{ours.name}-{theirs.name}", ours.title, theirs.title)
        asked.append((claim, fronts.compared(variants, ours, theirs)))
    error = TOLD[groups.trained_error(variants)]
    found = [_verdict(_in_words(claim, error), compared, panels[claim.scale]) for claim, compared in asked]
    return sorted(found, key=lambda one: _place(one.code))


def _in_words(claim: Claim, error: str) -> Claim:
    """The claim with the trained error by its name."""
    return replace(
        claim, quantity=claim.quantity.format(error=f"test {error}"), margin=claim.margin.format(error=error)
    )


def _place(code: str) -> tuple[int, str]:
    """Sorts by claim; the other pairs of penalties follow the pair of their claim."""
    claim, _, pair = code.partition("-")
    return [one.code for one in CLAIMS].index(claim), pair


def _verdict(claim: Claim, compared: Compared, panel: Panel) -> Verdict:
    effects = [(one, panel.effect(one.weights)) for one in compared.comparisons]
    known = [(one, effect) for one, effect in effects if effect]
    judged = sorted((_judged(claim, one, effect, of=len(known)) for one, effect in known), key=lambda one: one.rank)
    parts = [_part(claim, one, of=len(judged)) for one in judged]
    decisive = parts[0] if parts else None
    states = {part.state for part in parts} | ({"unmeasured"} if len(known) < len(effects) else set())
    joined: PartState = "refuted" if "refuted" in states else "supported" if states == {"supported"} else "inconclusive"
    return Verdict(
        code=claim.code,
        claim=claim.claim,
        state=joined if parts else "not_run",
        quantity=claim.quantity,
        scale=claim.scale,
        effect=decisive.effect if decisive else None,
        interval=decisive.interval if decisive else None,
        level=decisive.level if decisive else claim.level,
        n_seeds=decisive.n_seeds if decisive else 0,
        rule=claim.rule,
        margin=claim.margin,
        explanation=_explanation(claim, compared, judged, panel),
        notebook=claim.notebook,
        parts=parts,
    )


def _judged(claim: Claim, comparison: Comparison, effect: Effect, *, of: int) -> Judged:
    """One of `of` comparisons: its p-values, and its state at the claim's level."""
    low, high = (_on_scale(claim, border) for border in (claim.low, claim.high))
    if claim.test == "within":
        p_for, p_against = (
            max(effect.p_above(low), effect.p_below(high)),
            min(effect.p_below(low), effect.p_above(high)),
        )
    elif claim.test == "above":
        p_for, p_against = effect.p_above(high), effect.p_below(high)
    else:
        p_for, p_against = effect.p_below(low), effect.p_above(low)
    against = p_against <= (1 - LEVEL) / 2 / of
    state: PartState = "refuted" if against else "supported" if p_for <= (1 - claim.level) / 2 else "inconclusive"
    return Judged(comparison=comparison, effect=effect, p_for=p_for, p_against=p_against, state=state)


def _part(claim: Claim, one: Judged, *, of: int) -> Part:
    """As the report stores it; the interval has the level at which the comparison was decided.

    That is the corrected one also where it alone keeps the comparison open.
    """
    level = 1 - (1 - LEVEL) / of if one.p_against <= (1 - LEVEL) / 2 else claim.level
    ends = one.effect.interval(level)
    return Part(
        name=one.comparison.name,
        state=one.state,
        effect=_shown(claim, one.effect.mean),
        interval=[_shown(claim, end) for end in ends] if ends else None,
        level=level,
        n_seeds=one.effect.n,
    )


def _on_scale(claim: Claim, border: float) -> float:
    return math.log(border) if claim.scale == "ratio" and border > 0 else border


def _shown(claim: Claim, value: float) -> float:
    return math.exp(min(value, math.log(LARGEST))) if claim.scale == "ratio" else value


def _explanation(claim: Claim, compared: Compared, judged: Sequence[Judged], panel: Panel) -> str:
    unmeasured = {one.name for one in compared.comparisons} - {one.comparison.name for one in judged}
    aside = [
        compared.aside,
        f"not measured: {_named(sorted(unmeasured), of=len(compared.comparisons))}" if unmeasured else "",
    ]
    if not judged:
        return _sentence([compared.missing if not compared.comparisons else "", *aside])
    words = []
    for state, verb in VERBS.items():
        names = [one.comparison.name for one in judged if one.word == state]
        if names:
            words.append(f"{verb} {_named(names, of=len(judged))}")
    return _sentence([*words, _levels(judged[0], panel), *aside])


def _levels(one: Judged, panel: Panel) -> str:
    """The two sides of the comparison that decides, in the metric's own unit."""
    sides, seeds = [], panel.seeds(one.comparison.weights)
    for (name, metric), weight in one.comparison.weights.items():
        if abs(weight) == 1:
            level = panel.mean(name, metric, seeds)
            sides.append(f"{TITLES[metric]} {_own(level, panel):.4g} with {name}")
    return " against ".join(sides) + (", geometric means" if panel.ratios and len(seeds) > 1 and sides else "")


def _own(level: float, panel: Panel) -> float:
    return math.exp(level) if panel.ratios else level


def _named(names: Sequence[str], *, of: int) -> str:
    if len(names) == of > 1:
        return f"all {of} comparisons" if of > MOST_NAMED else f"all: {BESIDE.join(names)}"
    return BESIDE.join(names) if len(names) <= MOST_NAMED else f"{len(names)} of {of} comparisons"


def _sentence(parts: Sequence[str]) -> str:
    text = "; ".join(part for part in parts if part)
    return f"{text[0].upper()}{text[1:]}."
