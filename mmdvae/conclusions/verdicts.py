"""Test each claim: an effect per seed, a confidence interval, a state and an explanation.

Uses variants that finished with every seed, and the seeds that all compared variants have. A kernel is live if at least
half of the pairs are live, dead if hardly any is, each with every seed; in between it is in neither group. Means over
variants and seeds are geometric where the effect is a ratio.
"""

import itertools
import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mmdvae.conclusions import groups
from mmdvae.conclusions.claims import CLAIMS, Claim
from mmdvae.conclusions.groups import Group, Variants
from mmdvae.conclusions.paired import Effect, by_seed, effect, on_common_seeds, ratio
from mmdvae.conclusions.rules import MORE_SPREAD, NOTEBOOK_EXTREMES, NOTEBOOK_SIGMA, SAME_DISTANCE, SAME_ERROR
from mmdvae.penalties.penalty import NONE
from mmdvae.record.result import VariantResult, Verdict

State = Literal["supported", "not_supported", "inconclusive", "not_run"]
Test = Callable[[Effect], bool]

SPOKEN_OF = (NONE, "mmd", "kl")  # the penalties that the claims are about
TITLES = {"bce": "test BCE", "mse": "test MSE", "total_variance": "total variance", "sliced_w2": "sliced W2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The outcome of testing one claim."""

    state: State
    explanation: str
    effect: Effect | None = None


def all_of(variants: Sequence[VariantResult]) -> list[Verdict]:
    """A verdict on every claim, from the variants of a comparison."""
    finished = [variant for variant in variants if variant.status == "ok"]
    others = [variant.name for variant in finished if variant.regularizer not in SPOKEN_OF]
    return [_verdict(claim, FIND[claim.code](finished), others) for claim in CLAIMS]


def _verdict(claim: Claim, finding: Finding, others: list[str]) -> Verdict:
    found = finding.effect
    left_out = f"; no claim covers the penalty of {', '.join(others)}" if others else ""
    return Verdict(
        code=claim.code,
        claim=claim.claim,
        state=finding.state,
        quantity=claim.quantity,
        scale=claim.scale,
        effect=found.mean if found else None,
        interval=[found.low, found.high] if found and found.low is not None and found.high is not None else None,
        n_seeds=found.n if found else 0,
        rule=claim.rule,
        explanation=f"{finding.explanation[0].upper()}{finding.explanation[1:]}{left_out}.",
        notebook=claim.notebook,
    )


def removing_raises_error(variants: Variants) -> Finding:
    """V1: BCE without a penalty minus the mean over the variants with a live kernel."""
    return _held_against(
        groups.plain(variants),
        groups.live(variants),
        "bce",
        as_ratio=False,
        yes=lambda e: e.surely_above(0),
        no=lambda e: e.surely_below(0),
    )


def sigma_hardly_matters(variants: Variants) -> Finding:
    """V2: the largest ratio of MSE between two sigmas with the same alpha.

    The pair is chosen by the mean over seeds; choosing it within each seed would count the noise of training as a
    difference (docs/decisions/verdicts.md). The explanation also gives the ratio at each alpha.
    """
    found = {
        alpha: widest
        for alpha, group in groups.by_alpha(variants).items()
        if any(groups.acting(variant) for variant in group) and (widest := _furthest_apart(group))
    }
    if not found:
        return _not_run("no two finished variants have the same alpha, different sigmas and at least one live kernel")
    largest = max(found.values(), key=_size)
    if len(found) == 1:
        return largest
    each = ", ".join(f"× {_size(one):.3g} at {alpha:g}" for alpha, one in sorted(found.items()))
    return replace(largest, explanation=f"{largest.explanation}; by alpha: {each}")


def extremes_disperse(variants: Variants) -> Finding:
    """V3: total variance at each extreme over that at 0.1; the extreme less favourable to the claim decides."""
    against = ("not_run", "not_supported", "inconclusive", "supported")
    findings = [_disperses(variants, extreme) for extreme in NOTEBOOK_EXTREMES]
    return min(findings, key=lambda f: (against.index(f.state), f.effect.mean if f.effect else 0.0))


def live_comes_closer(variants: Variants) -> Finding:
    """V4: distance from the prior with a live kernel over that without a penalty."""
    return _held_against(
        groups.live(variants),
        groups.plain(variants),
        "sliced_w2",
        yes=lambda e: e.surely_below(1),
        no=lambda e: e.surely_above(1),
    )


def mmd_as_kl(variants: Variants) -> Finding:
    """V5: distance from the prior with a live kernel over that with KL."""
    return _held_against(groups.live(variants), groups.kl(variants), "sliced_w2", yes=_within, no=_outside)


def dead_as_none(variants: Variants) -> Finding:
    """V6: distance from the prior with a dead kernel over that without a penalty."""
    return _held_against(groups.dead(variants), groups.plain(variants), "sliced_w2", yes=_within, no=_outside)


def _furthest_apart(group: Variants) -> Finding | None:
    """The pair of variants with the largest ratio of MSE, among variants with one alpha; None without a pair."""
    findings = [
        _held_against(
            Group(variants=[worse], words=f"with {worse.name} (kernel {groups.states([worse])})"),
            Group(variants=[better], words=f"with {better.name} (kernel {groups.states([better])})"),
            "mse",
            yes=lambda e: e.surely_below(SAME_ERROR),
            no=lambda e: e.surely_above(SAME_ERROR),
        )
        for worse, better in itertools.permutations(group, 2)
    ]
    return max(findings, key=_size, default=None)


def _size(finding: Finding) -> float:
    return finding.effect.mean if finding.effect else -math.inf


def _disperses(variants: Variants, extreme: float) -> Finding:
    rows = [{variant.sigma: variant for variant in group} for group in groups.by_alpha(variants).values()]
    pairs = [(row[extreme], row[NOTEBOOK_SIGMA]) for row in rows if {extreme, NOTEBOOK_SIGMA} <= row.keys()]
    if not pairs:
        return _not_run(f"no two variants with one alpha and sigma {extreme:g} and {NOTEBOOK_SIGMA:g} finished")
    sides = ([pair[0] for pair in pairs], [pair[1] for pair in pairs])
    alphas = f"{len(pairs)} alphas, " if len(pairs) > 1 else ""
    ours, theirs = (
        Group(variants=side, words=f"at sigma {sigma:g} ({alphas}kernel {groups.states(side)})")
        for side, sigma in zip(sides, (extreme, NOTEBOOK_SIGMA), strict=True)
    )
    return _held_against(
        ours,
        theirs,
        "total_variance",
        yes=lambda e: e.surely_above(MORE_SPREAD),
        no=lambda e: e.surely_below(MORE_SPREAD),
    )


def _held_against(ours: Group, theirs: Group, metric: str, *, yes: Test, no: Test, as_ratio: bool = True) -> Finding:
    """Compare two groups on one metric, paired by seed: ratio of geometric means, or difference of means."""
    missing = [group.words for group in (ours, theirs) if not group.variants]
    if missing:
        return _not_run(f"no finished variant {missing[0]}")
    columns = (by_seed(variant, metric) for variant in (*ours.variants, *theirs.variants))
    rows = on_common_seeds(_logarithms(column) if as_ratio else column for column in columns)
    if not rows:
        return _not_run(f"no seed has {TITLES[metric]} for all compared variants")
    n = len(ours.variants)
    pairs = [(statistics.mean(row[:n]), statistics.mean(row[n:])) for row in rows]
    found = (ratio if as_ratio else effect)(one - other for one, other in pairs)
    levels = [statistics.mean(side) for side in zip(*pairs, strict=True)]
    one, other = map(math.exp, levels) if as_ratio else levels
    why = (
        f"{TITLES[metric]} {one:.4g} {ours.words}, {other:.4g} {theirs.words}{', geometric means' if as_ratio else ''}"
        f"{_one_by_one(ours, theirs, rows, as_ratio=as_ratio)}"
    )
    if found.low is None:
        return Finding(state="inconclusive", explanation=f"{why}; too few seeds for an interval", effect=found)
    state: State = "supported" if yes(found) else "not_supported" if no(found) else "inconclusive"
    return Finding(state=state, explanation=why, effect=found)


def _not_run(why: str) -> Finding:
    return Finding(state="not_run", explanation=why)


def _within(distances: Effect) -> bool:
    return distances.surely_above(1 / SAME_DISTANCE) and distances.surely_below(SAME_DISTANCE)


def _outside(distances: Effect) -> bool:
    return distances.surely_below(1 / SAME_DISTANCE) or distances.surely_above(SAME_DISTANCE)


def _one_by_one(ours: Group, theirs: Group, rows: Sequence[Sequence[float]], *, as_ratio: bool) -> str:
    """The smallest and largest effect among the pooled variants, each compared alone with the other group."""
    n, pooled = len(ours.variants), ours if ours.pooled else theirs
    if not pooled.pooled or len(pooled.variants) < 2:
        return ""
    names = [variant.name for variant in pooled.variants]
    if ours.pooled:
        alone = [statistics.mean(row[i] - statistics.mean(row[n:]) for row in rows) for i in range(n)]
    else:
        alone = [statistics.mean(statistics.mean(row[:n]) - row[i] for row in rows) for i in range(n, len(rows[0]))]
    ranked = sorted(zip(alone, names, strict=True))
    return "; one by one from " + " to ".join(
        f"{_effect(value, as_ratio=as_ratio)} ({name})" for value, name in (ranked[0], ranked[-1])
    )


def _effect(value: float, *, as_ratio: bool) -> str:
    return f"× {math.exp(value):.3g}" if as_ratio else f"{value:+.4f}".replace("-", "−")


def _logarithms(column: dict[int, float]) -> dict[int, float]:
    """Logarithms of the positive values; others are dropped, because they have no ratio."""
    return {seed: math.log(value) for seed, value in column.items() if value > 0}


FIND: dict[str, Callable[[Variants], Finding]] = {
    "V1": removing_raises_error,
    "V2": sigma_hardly_matters,
    "V3": extremes_disperse,
    "V4": live_comes_closer,
    "V5": mmd_as_kl,
    "V6": dead_as_none,
}
