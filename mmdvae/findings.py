"""What the numbers say of each claim in mmdvae.verdicts: an effect per seed, an interval, a state, a reason."""

import itertools
import math
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from mmdvae.paired import Effect, by_seed, effect, on_common_seeds, ratio

State = Literal["supported", "not_supported", "inconclusive", "not_run"]
Variants = list[dict[str, Any]]  # entries of report.json
Test = Callable[[Effect], bool]

NOTEBOOK_SIGMA, NOTEBOOK_EXTREMES = 0.1, (1e-4, 1e4)
LIVE, DEAD = {"live"}, {"saturated", "flat"}
SAME_ERROR = 1.05  # mean squared errors within 5 % are called equal
MORE_SPREAD = 1.10  # a variance more than 10 % larger is called larger
SAME_DISTANCE = 1.25  # distances from the prior within 25 % are called equal
MOST_NAMES = 4  # of variants in one sentence; of more their number is told
TITLES = {"bce": "test BCE", "mse": "test MSE", "total_variance": "total variance", "sliced_w2": "sliced W2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a claim's numbers came to."""

    state: State
    explanation: str
    effect: Effect | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Variants that are taken together, and how they differ from the others, in words."""

    variants: Variants
    words: str


def removing_raises_error(variants: Variants) -> Finding:
    """V1: BCE without a penalty less the mean over the variants whose kernel was alive."""
    return _held_against(
        _plain(variants),
        _mmd(variants, LIVE),
        "bce",
        as_ratio=False,
        yes=lambda e: e.surely_above(0),
        no=lambda e: e.surely_below(0),
    )


def sigma_hardly_matters(variants: Variants) -> Finding:
    """V2: MSE at one sigma over that at another with the same alpha, of the two that are furthest apart.

    Furthest apart in the mean over seeds: the range within a seed would take the noise of trainings for a difference
    (docs/decisions/verdicts.md).
    """
    groups = [group for group in _by_alpha(variants) if len(group) > 1 and _mmd(group, LIVE).variants]
    findings = [
        _held_against(
            Group(variants=[worse], words=f"with {worse['name']} (kernel {_states([worse])})"),
            Group(variants=[better], words=f"with {better['name']} (kernel {_states([better])})"),
            "mse",
            yes=lambda e: e.surely_below(SAME_ERROR),
            no=lambda e: e.surely_above(SAME_ERROR),
        )
        for group in groups
        for worse, better in itertools.permutations(group, 2)
    ]
    if not findings:
        return _not_run("no two sigmas with one alpha finished of which one had a live kernel: dead ones are alike")
    return max(findings, key=lambda finding: finding.effect.mean if finding.effect else -math.inf)


def extremes_disperse(variants: Variants) -> Finding:
    """V3: total variance at either extreme over that at 0.1; the one that speaks most against the claim decides."""
    against = ("not_run", "not_supported", "inconclusive", "supported")
    findings = [_disperses(variants, extreme) for extreme in NOTEBOOK_EXTREMES]
    return min(findings, key=lambda f: (against.index(f.state), f.effect.mean if f.effect else 0.0))


def live_comes_closer(variants: Variants) -> Finding:
    """V4: the distance from the prior with a live kernel over that without a penalty."""
    return _held_against(
        _mmd(variants, LIVE),
        _plain(variants),
        "sliced_w2",
        yes=lambda e: e.surely_below(1),
        no=lambda e: e.surely_above(1),
    )


def mmd_as_kl(variants: Variants) -> Finding:
    """V5: the distance from the prior with a live kernel over that with KL."""
    kl = [variant for variant in variants if variant["regularizer"] == "kl"]
    with_kl = Group(variants=kl, words=f"with KL{_names(kl)}")
    return _held_against(_mmd(variants, LIVE), with_kl, "sliced_w2", yes=_within, no=_outside)


def dead_as_none(variants: Variants) -> Finding:
    """V6: the distance from the prior with a dead kernel over that without a penalty."""
    return _held_against(_mmd(variants, DEAD), _plain(variants), "sliced_w2", yes=_within, no=_outside)


def _disperses(variants: Variants, extreme: float) -> Finding:
    groups = [{variant["sigma"]: variant for variant in group} for group in _by_alpha(variants)]
    pairs = [(group[extreme], group[NOTEBOOK_SIGMA]) for group in groups if {extreme, NOTEBOOK_SIGMA} <= group.keys()]
    if not pairs:
        return _not_run(f"no two variants with one alpha and sigma {extreme:g} and {NOTEBOOK_SIGMA:g} finished")
    sides = ([pair[0] for pair in pairs], [pair[1] for pair in pairs])
    ours, theirs = (
        Group(variants=side, words=f"at sigma {sigma:g} (kernel {_states(side)})")
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
    """The metric's mean over our variants over (or less) that over theirs, seed by seed; geometric means for ratios."""
    missing = [group.words for group in (ours, theirs) if not group.variants]
    if missing:
        return _not_run(f"no finished variant {missing[0]}")
    columns = (by_seed(variant, metric) for variant in (*ours.variants, *theirs.variants))
    rows = on_common_seeds(_logarithms(column) if as_ratio else column for column in columns)
    if not rows:
        return _not_run(f"no seed has {TITLES[metric]} of all")
    n = len(ours.variants)
    pairs = [(statistics.mean(row[:n]), statistics.mean(row[n:])) for row in rows]
    found = (ratio if as_ratio else effect)(one - other for one, other in pairs)
    levels = [statistics.mean(side) for side in zip(*pairs, strict=True)]
    one, other = map(math.exp, levels) if as_ratio else levels
    why = (
        f"{TITLES[metric]} {one:.4g} {ours.words}, {other:.4g} {theirs.words}{', geometric means' if as_ratio else ''}"
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


def _plain(variants: Variants) -> Group:
    plain = [variant for variant in variants if variant["regularizer"] == "none"]
    return Group(variants=plain, words="without a penalty")


def _mmd(variants: Variants, states: set[str]) -> Group:
    """The MMD variants whose kernel was in one of the states with every seed; without a kernel the state is off."""
    chosen = [variant for variant in variants if _kernel_states(variant) <= states]
    kind = "live" if states == LIVE else "dead"
    return Group(variants=chosen, words=f"with a {kind} kernel{_names(chosen) or ' with every seed'}")


def _by_alpha(variants: Variants) -> list[Variants]:
    """The variants with a sigma, those of one alpha together."""
    groups: dict[float, Variants] = {}
    for variant in variants:
        if variant["sigma"] is not None:
            groups.setdefault(variant["alpha"], []).append(variant)
    return list(groups.values())


def _logarithms(column: dict[int, float]) -> dict[int, float]:
    """Of the values above zero, the only ones that have a ratio."""
    return {seed: math.log(value) for seed, value in column.items() if value > 0}


def _kernel_states(variant: dict[str, Any]) -> set[str]:
    return {str(run["metrics"].get("kernel_state")) for run in variant["runs"]}


def _states(variants: Variants) -> str:
    return " or ".join(sorted(set().union(*map(_kernel_states, variants))))


def _names(variants: Variants) -> str:
    if not variants:
        return ""
    few = len(variants) <= MOST_NAMES
    return f" ({', '.join(variant['name'] for variant in variants) if few else f'{len(variants)} variants'})"
