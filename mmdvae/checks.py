"""What a reader must know before trusting a number, found by rule: each check names its variants and what to do."""

from collections.abc import Callable
from typing import Any

Variants = list[dict[str, Any]]
MIN_SEEDS = 3  # an interval from fewer is never a conclusion

DEAD = {
    "saturated": "the kernel is near zero between any two points, so its gradient vanishes",
    "flat": "the kernel is near one between any two points, so it sees no more than a difference of means",
}


def run_all(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Every check on the content of report.json: code, title, state (issue, tip or passed), explanation, variants."""
    return [*(check(report["variants"]) for check in CHECKS), baselines_measured(report["baselines"])]


def finished(variants: Variants) -> dict[str, Any]:
    """C1: every variant was trained and measured."""
    bad = [variant for variant in variants if variant["status"] != "ok"]
    reasons = "; ".join(f"{variant['name']}: {variant['status']} ({variant['error']})" for variant in bad)
    return _check(
        "C1",
        "Some variants did not finish" if bad else "Every variant finished",
        "issue" if bad else "passed",
        f"{reasons}. Run the same command again to try these alone." if bad else "All were trained and measured.",
        bad,
    )


def kernel_alive(variants: Variants) -> dict[str, Any]:
    """C2: the training kernel could act on the codes."""
    states = {variant["name"]: {run["metrics"].get("kernel_state") for run in variant["runs"]} for variant in variants}
    bad = [variant for variant in variants if states[variant["name"]] & DEAD.keys()]
    kinds = sorted(set().union(*(states[variant["name"]] for variant in bad)) & DEAD.keys())
    why = "; ".join(f"{kind}: {DEAD[kind]}" for kind in kinds)
    advice = "They were trained as if there were no penalty. Choose sigma near the prior's distances, sqrt(d) to d."
    return _check(
        "C2",
        "Some kernels are dead" if bad else "Every kernel is alive",
        "issue" if bad else "passed",
        f"{why}. {advice}" if bad else "Every kernel tells near points from far ones.",
        bad,
    )


def enough_seeds(variants: Variants) -> dict[str, Any]:
    """C3: there are enough seeds for an interval."""
    few = [variant for variant in variants if len({run["seed"] for run in variant["runs"]}) < MIN_SEEDS]
    return _check(
        "C3",
        f"Fewer than {MIN_SEEDS} seeds" if few else f"At least {MIN_SEEDS} seeds",
        "tip" if few else "passed",
        f"With fewer than {MIN_SEEDS} seeds a difference may be chance. Add --seed 0 --seed 1 --seed 2."
        if few
        else "Differences can be compared with the spread over seeds.",
        few,
    )


def equal_budget(variants: Variants) -> dict[str, Any]:
    """C4: all were trained for the same number of epochs."""
    epochs = {run["epochs"] for variant in variants for run in variant["runs"] if variant["status"] == "ok"}
    unequal = len(epochs) > 1
    return _check(
        "C4",
        "Unequal training" if unequal else "Equal training",
        "issue" if unequal else "passed",
        f"Epochs differ: {sorted(epochs)}; compare nothing across them."
        if unequal
        else "All were trained for the same number of epochs.",
        variants if unequal else [],
    )


def still_improving(variants: Variants) -> dict[str, Any]:
    """C5: validation BCE has stopped falling (less than 1 % in the last tenth of the epochs, at least the last one)."""
    moving = [
        variant for variant in variants if any(_fell(run["history"].get("val_bce", [])) for run in variant["runs"])
    ]
    return _check(
        "C5",
        "Training has not converged" if moving else "Training has converged",
        "tip" if moving else "passed",
        "Validation BCE was still falling by more than 1 % at the end, so the ranking may change with more --epochs."
        if moving
        else "Validation BCE had settled.",
        moving,
    )


def baselines_measured(baselines: list[dict[str, Any]]) -> dict[str, Any]:
    """C6: there is something to compare the variants with."""
    return _check(
        "C6",
        "Baselines were measured" if baselines else "Baselines are missing",
        "passed" if baselines else "issue",
        "The table has their rows."
        if baselines
        else "They failed, so the table lacks them. Run the same command again to try them alone.",
        [],
    )


def _fell(curve: list[float]) -> bool:
    if not curve:
        return False
    tail = max(1, len(curve) // 10)
    return len(curve) <= tail or curve[-1] < 0.99 * curve[-1 - tail]


def _check(code: str, title: str, state: str, explanation: str, variants: Variants) -> dict[str, Any]:
    names = [variant["name"] for variant in variants]
    return {"code": code, "title": title, "state": state, "explanation": explanation, "variants": names}


CHECKS: tuple[Callable[[Variants], dict[str, Any]], ...] = (
    finished,
    kernel_alive,
    enough_seeds,
    equal_budget,
    still_improving,
)
