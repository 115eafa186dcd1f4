"""Verdicts recomputed from the text of report.json, by an independent implementation of the stated rules."""

import itertools
import json
from dataclasses import asdict
from functools import cache

import made_report
import numpy as np
import pytest
from scipy import stats

from mmdvae import results, variants
from mmdvae.files import strict_json

TRAINING = {
    "status": "ok", "error": None, "epochs": 2, "train_seconds": 1.5, "peak_rss_mb": 700.0, "parameters": 10,
    "device": "cpu", "history": {"val_bce": [0.4, 0.3]},
}  # fmt: skip
REPORTS = 60
ROWS = (
    variants.none(),
    *variants.grid((0.2, 0.6), (1e-4, 0.1, 1.0, 2.83, 1e4)),
    variants.imq(0.6),
    variants.kl(0.5),
)


@cache
def random_report(number):
    """A report.json with random values for 3 to 5 seeds, with gaps, failures and kernel states that differ by seed."""
    rng, shares = np.random.default_rng(number), np.random.default_rng([number, 1])
    noise, spread = rng.choice([0.003, 0.03, 0.3]), rng.choice([0.003, 0.1, 1.0])
    seeds = range(int(rng.integers(3, 6)))
    of_seed = rng.normal(size=len(seeds))
    outcomes = []
    for variant in ROWS:
        level = rng.normal(0, spread, size=4)
        states = rng.choice(["live", "saturated", "flat"]) if variant.regularizer == "mmd" else "off"
        felt = shares.choice([0.1, 0.49, 0.5, 0.9], p=[0.1, 0.1, 0.1, 0.7])
        broken = rng.random() < 0.05
        for seed in seeds:
            values = np.exp(level + of_seed[seed] + noise * rng.normal(size=4)).tolist()
            metrics = dict(zip(("bce", "mse", "total_variance", "sliced_w2"), values, strict=True))
            metrics["kernel_state"] = str(states if rng.random() > 0.03 else "live")
            metrics["kernel_live_share"] = float(felt) if states == "live" else 0.0
            if rng.random() < 0.03:
                metrics[str(rng.choice(list(metrics)[:4]))] = None
            lost = broken and seed == 1
            outcomes.append(
                results.Outcome(
                    variant=variant,
                    seed=seed,
                    train_key=f"train-{seed}",
                    evaluate_key=None if lost else f"evaluate-{seed}",
                    training=TRAINING,
                    evaluation=None if lost else {"metrics": metrics},
                )
            )
    return strict_json(asdict(results.report(made_report.run(), outcomes, [])))


def table(rows, metric):
    """Values (variants, seeds) at the seeds common to all rows; None if there are none."""
    seeds = [{run["seed"] for run in row["runs"] if run["metrics"][metric] is not None} for row in rows]
    common = sorted(set.intersection(*seeds)) if rows else []
    if not common:
        return None
    return np.array([[run["metrics"][metric] for run in row["runs"] if run["seed"] in common] for row in rows])


def compared(ours, theirs, metric, change=np.log):
    """For each seed, the mean over `ours` minus the mean over `theirs`."""
    if not ours or not theirs or (both := table([*ours, *theirs], metric)) is None:
        return None
    both = change(both)
    return both[: len(ours)].mean(axis=0) - both[len(ours) :].mean(axis=0)


def judged(values, supported, refuted, change=np.exp):
    """(state, effect, interval, n) for one value per seed; the rules are functions of the interval's two ends."""
    if values is None:
        return ("not_run", None, None, 0)
    if len(values) < 3:
        return ("inconclusive", float(change(values.mean())), None, len(values))
    low, high = change(np.array(stats.t.interval(0.95, len(values) - 1, values.mean(), stats.sem(values))))
    state = "supported" if supported(low, high) else "not_supported" if refuted(low, high) else "inconclusive"
    return (state, float(change(values.mean())), [low, high], len(values))


def v2(rows):
    """The verdict on the pair of sigmas of one alpha with the largest mean ratio."""
    found = []
    for alpha in {row["alpha"] for row in rows}:
        group = [row for row in rows if row["alpha"] == alpha and row["sigma"] is not None]
        if any(states(row) == {"live"} for row in group):
            pairs = [compared([a], [b], "mse") for a, b in itertools.permutations(group, 2)]
            found += [pair for pair in pairs if pair is not None]
    widest = max(found, key=lambda pair: pair.mean()) if found else None
    return judged(widest, lambda low, high: high < 1.05, lambda low, high: low > 1.05)


def v3(rows):
    """Both extreme sigmas compared with 0.1 within an alpha; the worse state decides, then the smaller effect."""
    found = []
    for extreme in (1e-4, 1e4):
        alphas = [
            alpha for alpha in (0.2, 0.6) if {extreme, 0.1} <= {row["sigma"] for row in rows if row["alpha"] == alpha}
        ]
        sides = [[row for row in rows if row["alpha"] in alphas and row["sigma"] == s] for s in (extreme, 0.1)]
        values = compared(*sides, "total_variance")
        found.append(judged(values, lambda low, high: low > 1.1, lambda low, high: high < 1.1))
    order = ["not_run", "not_supported", "inconclusive", "supported"]
    return min(found, key=lambda one: (order.index(one[0]), one[1] or 0))


def states(row):
    return {run["metrics"]["kernel_state"] for run in row["runs"]}


def recomputed(report):
    rows = [row for row in report["variants"] if row["status"] == "ok"]
    mmd = [row for row in rows if row["regularizer"] == "mmd"]
    live = [
        row
        for row in mmd
        if states(row) == {"live"} and min(run["metrics"]["kernel_live_share"] for run in row["runs"]) >= 0.5
    ]
    dead = [row for row in mmd if "live" not in states(row)]
    plain, kl = ([row for row in rows if row["regularizer"] == which] for which in ("none", "kl"))
    alike = (lambda low, high: low > 0.8 and high < 1.25), (lambda low, high: high < 0.8 or low > 1.25)
    return {
        "V1": judged(
            compared(plain, live, "bce", lambda x: x),
            lambda low, high: low > 0,
            lambda low, high: high < 0,
            lambda x: x,
        ),
        "V2": v2(rows),
        "V3": v3(rows),
        "V4": judged(compared(live, plain, "sliced_w2"), lambda low, high: high < 1, lambda low, high: low > 1),
        "V5": judged(compared(live, kl, "sliced_w2"), *alike),
        "V6": judged(compared(dead, plain, "sliced_w2"), *alike),
    }


@pytest.mark.parametrize("number", range(REPORTS))
def test_every_verdict_is_what_its_rule_says_of_the_text(number):
    report = json.loads(random_report(number))
    expected = recomputed(report)
    for verdict in report["verdicts"]:
        state, effect, interval, n = expected[verdict["code"]]
        assert (verdict["state"], verdict["n_seeds"]) == (state, n), verdict
        assert verdict["effect"] == (effect if effect is None else pytest.approx(effect, rel=1e-9, abs=1e-12))
        assert verdict["interval"] == (interval if interval is None else pytest.approx(interval, rel=1e-9, abs=1e-12))


def test_the_random_reports_reach_every_state_of_every_claim():
    reports = (json.loads(random_report(number)) for number in range(REPORTS))
    found = {(code, result[0]) for report in reports for code, result in recomputed(report).items()}
    assert found == set(
        itertools.product(
            ("V1", "V2", "V3", "V4", "V5", "V6"), ("supported", "not_supported", "inconclusive", "not_run")
        )
    )
