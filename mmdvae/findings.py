"""What the numbers say of each claim in mmdvae.verdicts: an effect per seed, an interval, a state, a reason."""

import math
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from mmdvae.paired import Effect, by_seed, effect, on_common_seeds, ratio

State = Literal["supported", "not_supported", "inconclusive", "not_run"]
Variants = list[dict[str, Any]]

NOTEBOOK_SIGMA, NOTEBOOK_EXTREMES = 0.1, (1e-4, 1e4)
LIVE, DEAD = {"live"}, {"saturated", "flat"}
SAME_ERROR = 1.05  # mean squared errors within 5 % are called equal
MORE_SPREAD = 1.10  # a variance more than 10 % larger is called larger
SAME_DISTANCE = 1.25  # distances from the prior within 25 % are called equal


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a claim's numbers came to."""

    state: State
    explanation: str
    effect: Effect | None = None


def removing_raises_error(variants: Variants) -> Finding:
    """V1: BCE without a penalty less the mean over the variants whose kernel was alive."""
    plain, live = _plain(variants), _mmd(variants, LIVE)
    if not plain or not live:
        return _not_run(_missing(plain))
    rows = on_common_seeds(by_seed(variant, "bce") for variant in (*plain, *live))
    return _judged(
        effect(without - statistics.fmean(penalised) for without, *penalised in rows),
        yes=lambda e: e.surely_above(0),
        no=lambda e: e.surely_below(0),
        why=f"test BCE {_overall(plain, 'bce'):.4f} without a penalty, {_overall(live, 'bce'):.4f} with a live kernel "
        f"(mean of {_names(live)})",
    )


def sigma_hardly_matters(variants: Variants) -> Finding:
    """V2: the range of MSE over the sigmas of one alpha."""
    groups = [group for group in _by_alpha(variants) if len(group) > 1]
    if not _mmd([variant for group in groups for variant in group], LIVE):
        return _not_run("no two sigmas with one alpha, or none with a live kernel: dead ones differ in nothing")
    rows = [on_common_seeds(by_seed(variant, "mse") for variant in group) for group in groups]
    widths = zip(*([math.log(max(row) / min(row)) for row in group] for group in rows), strict=False)
    by_error = [sorted(group, key=lambda variant: _overall([variant], "mse")) for group in groups]
    best, worst = max(
        ((group[0], group[-1]) for group in by_error),
        key=lambda ends: _overall([ends[1]], "mse") / _overall([ends[0]], "mse"),
    )
    return _judged(
        ratio(max(of_seed) for of_seed in widths),
        yes=lambda e: e.surely_below(SAME_ERROR),
        no=lambda e: e.surely_above(SAME_ERROR),
        why=f"test MSE from {_overall([best], 'mse'):.5f} ({_with_state(best)}) to "
        f"{_overall([worst], 'mse'):.5f} ({_with_state(worst)})",
    )


def extremes_disperse(variants: Variants) -> Finding:
    """V3: total variance at either extreme over that at 0.1; the one that speaks most against the claim decides."""
    findings = []
    for extreme in NOTEBOOK_EXTREMES:
        groups = [{variant["sigma"]: variant for variant in group} for group in _by_alpha(variants)]
        pairs = [(group[extreme], group[NOTEBOOK_SIGMA]) for group in groups if {extreme, NOTEBOOK_SIGMA} <= {*group}]
        if not pairs:
            return _not_run("sigma 0.0001, 0.1 and 10000 were not all trained with one alpha")
        extremes, middles = ([pair[side] for pair in pairs] for side in (0, 1))
        findings.append(
            _judged(
                ratio(_log_ratios(extremes, middles, "total_variance")),
                yes=lambda e: e.surely_above(MORE_SPREAD),
                no=lambda e: e.surely_below(MORE_SPREAD),
                why=f"total variance {_overall(extremes, 'total_variance'):.4g} at sigma {extreme:g} (kernel "
                f"{_states(extremes)}), {_overall(middles, 'total_variance'):.4g} at 0.1 (kernel {_states(middles)})",
            )
        )
    against = ("not_run", "not_supported", "inconclusive", "supported")
    return min(findings, key=lambda f: (against.index(f.state), f.effect.mean if f.effect else 0.0))


def live_comes_closer(variants: Variants) -> Finding:
    """V4: the distance from the prior with a live kernel over that without a penalty."""
    plain, live = _plain(variants), _mmd(variants, LIVE)
    if not plain or not live:
        return _not_run(_missing(plain))
    return _judged(
        ratio(_log_ratios(live, plain, "sliced_w2")),
        yes=lambda e: e.surely_below(1),
        no=lambda e: e.surely_above(1),
        why=f"sliced W2 {_overall(plain, 'sliced_w2'):.3g} without a penalty, {_overall(live, 'sliced_w2'):.3g} with a "
        f"live kernel (mean of {_names(live)})",
    )


def mmd_as_kl(variants: Variants) -> Finding:
    """V5: the distance from the prior with a live kernel over that with KL."""
    kl, live = [variant for variant in variants if variant["regularizer"] == "kl"], _mmd(variants, LIVE)
    if not kl or not live:
        return _not_run(_missing(kl, "KL"))
    return _judged(
        ratio(_log_ratios(live, kl, "sliced_w2")),
        yes=_within,
        no=_outside,
        why=f"sliced W2 {_overall(live, 'sliced_w2'):.3g} with a live kernel (mean of {_names(live)}), "
        f"{_overall(kl, 'sliced_w2'):.3g} with {_names(kl)}",
    )


def dead_as_none(variants: Variants) -> Finding:
    """V6: the distance from the prior with a dead kernel over that without a penalty."""
    plain, dead = _plain(variants), _mmd(variants, DEAD)
    if not plain or not dead:
        return _not_run(_missing(plain, kernel="dead"))
    return _judged(
        ratio(_log_ratios(dead, plain, "sliced_w2")),
        yes=_within,
        no=_outside,
        why=f"sliced W2 {_overall(dead, 'sliced_w2'):.3g} with a dead kernel (mean of {_names(dead)}), "
        f"{_overall(plain, 'sliced_w2'):.3g} without a penalty",
    )


def _judged(found: Effect | None, *, yes: Callable[[Effect], bool], no: Callable[[Effect], bool], why: str) -> Finding:
    if found is None:
        return _not_run("no seed has all of the numbers")
    if found.low is None:
        return Finding(state="inconclusive", explanation=f"{why}; too few seeds for an interval", effect=found)
    state: State = "supported" if yes(found) else "not_supported" if no(found) else "inconclusive"
    return Finding(state=state, explanation=why, effect=found)


def _not_run(why: str) -> Finding:
    return Finding(state="not_run", explanation=why)


def _missing(plain: Variants, what: str = "plain", kernel: str = "live") -> str:
    return f"no MMD variant had a {kernel} kernel" if plain else f"no {what} variant was trained"


def _within(distances: Effect) -> bool:
    return distances.surely_above(1 / SAME_DISTANCE) and distances.surely_below(SAME_DISTANCE)


def _outside(distances: Effect) -> bool:
    return distances.surely_below(1 / SAME_DISTANCE) or distances.surely_above(SAME_DISTANCE)


def _plain(variants: Variants) -> Variants:
    return [variant for variant in variants if variant["regularizer"] == "none"]


def _mmd(variants: Variants, states: set[str]) -> Variants:
    """The MMD variants whose kernel was in one of the states with every seed."""
    return [v for v in variants if v["regularizer"] == "mmd" and v["runs"] and _kernel_states(v) <= states]


def _by_alpha(variants: Variants) -> list[Variants]:
    """The variants with a sigma, those of one alpha together."""
    groups: dict[float, Variants] = {}
    for variant in variants:
        if variant["sigma"] is not None:
            groups.setdefault(variant["alpha"], []).append(variant)
    return list(groups.values())


def _log_ratios(numerators: Variants, denominators: Variants, metric: str) -> list[float]:
    """Logarithm of the ratio of geometric means over the variants, for every seed that all have."""
    logs = [
        {seed: math.log(value) for seed, value in by_seed(variant, metric).items() if value > 0}
        for variant in (*numerators, *denominators)
    ]
    n = len(numerators)
    return [statistics.fmean(row[:n]) - statistics.fmean(row[n:]) for row in on_common_seeds(logs)]


def _overall(variants: Variants, metric: str) -> float:
    """The mean over variants and seeds; NaN without any."""
    values = [value for variant in variants for value in by_seed(variant, metric).values()]
    return statistics.fmean(values) if values else math.nan


def _kernel_states(variant: dict[str, Any]) -> set[str]:
    return {run["metrics"].get("kernel_state") for run in variant["runs"]}


def _states(variants: Variants) -> str:
    return ", ".join(sorted({str(state) for variant in variants for state in _kernel_states(variant)}))


def _with_state(variant: dict[str, Any]) -> str:
    return f"{variant['name']}, kernel {_states([variant])}"


def _names(variants: Variants) -> str:
    return ", ".join(variant["name"] for variant in variants)
