"""Each claim's state on small constructed reports, and in edge cases."""

import json
import math
from dataclasses import asdict, replace

import pytest
from made_report import dead, entry, kl, mmd, none

from mmdvae.conclusions import verdicts


def of(code, *variants):
    """One verdict, after a round trip through JSON."""
    found = {verdict.code: asdict(verdict) for verdict in verdicts.all_of(variants)}
    assert list(found) == ["V1", "V2", "V3", "V4", "V5", "V6"]
    return json.loads(json.dumps(found[code], allow_nan=False))


def around(value):
    """Three seeds within one per cent of the value, with mean and geometric mean close to it."""
    return (0.99 * value, value, 1.01 * value)


# The two groups that each claim compares, as a function of the first group's values; the second group's value is 1.
COMPARED = {
    "V1": lambda *values: [none(bce=values), mmd(2.83, bce=(1.0,) * len(values))],
    "V2": lambda *values: [mmd(2.83, mse=values), dead(0.1, mse=(1.0,) * len(values))],
    "V3": lambda *values: [
        dead(1e-4, total_variance=values),
        dead(0.1, total_variance=(1.0,) * len(values)),
        dead(1e4, total_variance=tuple(5 * value for value in values)),
    ],
    "V4": lambda *values: [mmd(2.83, sliced_w2=values), none(sliced_w2=(1.0,) * len(values))],
    "V5": lambda *values: [mmd(2.83, sliced_w2=values), kl(sliced_w2=(1.0,) * len(values))],
    "V6": lambda *values: [dead(0.1, sliced_w2=values), none(sliced_w2=(1.0,) * len(values))],
}
# Variants that a claim does not concern, with values so extreme that any influence would show.
FAR = dict.fromkeys(("bce", "mse", "total_variance", "sliced_w2"), 1e6)
BYSTANDERS = {
    "V1": [kl(**FAR), dead(0.1, **FAR)],
    "V2": [none(**FAR), kl(**FAR), entry("imq-a0.6", kernel="imq", **FAR), mmd(1.0, 0.2, **FAR)],
    "V3": [none(**FAR), kl(**FAR), mmd(2.83, **FAR), mmd(1e-4, 0.2, **FAR)],
    "V4": [kl(**FAR), dead(0.1, **FAR)],
    "V5": [none(**FAR), dead(0.1, **FAR)],
    "V6": [kl(**FAR), mmd(2.83, **FAR)],
}
NEAR = 0.03  # a little over the half-width of the interval of `around`: 4.303 * 0.01 / sqrt(3) = 0.025


@pytest.mark.parametrize(
    ("code", "value", "state"),
    [
        ("V1", 1 + NEAR, "supported"),
        ("V1", 1.01, "inconclusive"),
        ("V1", 0.99, "inconclusive"),
        ("V1", 1 - NEAR, "not_supported"),
        ("V2", 1.02, "supported"),
        ("V2", 1.05 - NEAR / 2, "inconclusive"),
        ("V2", 1.05 + NEAR / 2, "inconclusive"),
        ("V2", 1.05 + NEAR, "not_supported"),
        ("V2", 1 / 1.02, "supported"),
        ("V2", 1 / (1.05 + NEAR), "not_supported"),
        ("V3", 1.10 + NEAR, "supported"),
        ("V3", 1.10 + NEAR / 2, "inconclusive"),
        ("V3", 1.10 - NEAR / 2, "inconclusive"),
        ("V3", 1.10 - NEAR, "not_supported"),
        ("V4", 1 - NEAR, "supported"),
        ("V4", 0.99, "inconclusive"),
        ("V4", 1.01, "inconclusive"),
        ("V4", 1 + NEAR, "not_supported"),
    ]
    + [
        (code, value, state)
        for code in ("V5", "V6")
        for value, state in (
            (0.8 - NEAR, "not_supported"),
            (0.8 - NEAR / 2, "inconclusive"),
            (0.8 + NEAR / 2, "inconclusive"),
            (0.8 + NEAR, "supported"),
            (1.25 - 1.25 * NEAR, "supported"),
            (1.25 + NEAR / 2, "inconclusive"),
            (1.25 - NEAR / 2, "inconclusive"),
            (1.25 + 1.25 * NEAR, "not_supported"),
        )
    ],
)
def test_the_state_follows_the_rule_on_both_sides_of_each_border(code, value, state):
    found = of(code, *BYSTANDERS[code], *COMPARED[code](*around(value)))
    assert (found["state"], found["n_seeds"]) == (state, 3)
    assert found["interval"][0] < found["effect"] < found["interval"][1]


@pytest.mark.parametrize("code", COMPARED)
def test_no_claim_is_about_variants_with_normalised_codes(code):
    variants = COMPARED[code](*around(2.0))
    fixed = [replace(one, name=f"{one.name}-bn", normalised=True) for one in variants]
    far = [none(**FAR), kl(**FAR), mmd(2.83, **FAR), mmd(1.0, **FAR), *(dead(sigma, **FAR) for sigma in (1e-4, 0.1))]
    bystanders = [replace(one, name=f"{one.name}-bn", normalised=True) for one in far]
    assert of(code, *bystanders, *variants) == of(code, *variants)
    assert of(code, *fixed)["state"] == "not_run"


@pytest.mark.parametrize("code", COMPARED)
@pytest.mark.parametrize("seeds", [1, 2])
def test_one_or_two_seeds_conclude_nothing_however_large_the_effect(code, seeds):
    found = of(code, *COMPARED[code](*(100.0,) * seeds))
    assert (found["state"], found["interval"], found["n_seeds"]) == ("inconclusive", None, seeds)
    assert found["effect"] == pytest.approx(99 if code == "V1" else 100)
    assert "too few seeds" in found["explanation"]


@pytest.mark.parametrize("code", COMPARED)
def test_without_one_of_the_sides_a_claim_is_not_run_and_says_what_is_missing(code):
    ours, theirs, *_ = COMPARED[code](*around(1.0))
    for variants in ([], [ours], [theirs]):
        found = of(code, *variants)
        assert (found["state"], found["effect"], found["interval"], found["n_seeds"]) == ("not_run", None, None, 0)
        assert "finished" in found["explanation"]


@pytest.mark.parametrize("code", COMPARED)
def test_a_variant_that_did_not_finish_is_left_out(code):
    ours, theirs, *rest = COMPARED[code](*around(1.0))
    assert of(code, replace(ours, status="diverged"), theirs, *rest)["state"] == "not_run"
    assert of(code, ours, replace(theirs, status="failed"), *rest)["state"] == "not_run"


@pytest.mark.parametrize("code", COMPARED)
def test_a_seed_without_the_number_is_left_out_on_both_sides(code):
    variants = COMPARED[code](7.0, *around(2.0))
    (metric,) = variants[0].summary
    for missing in (None, math.nan):
        variants[0].runs[0].metrics[metric] = missing
        found = of(code, *variants)
        assert found["n_seeds"] == 3
        assert found["effect"] == pytest.approx(1.0 if code == "V1" else 2.0, rel=1e-3)


@pytest.mark.parametrize("code", COMPARED)
def test_no_common_seed_is_not_run(code):
    ours, theirs, *rest = COMPARED[code](*around(1.0))
    later = replace(ours, runs=[replace(run, seed=run.seed + 10) for run in ours.runs])
    found = of(code, later, theirs, *rest)
    assert (found["state"], found["effect"], found["n_seeds"]) == ("not_run", None, 0)


@pytest.mark.parametrize("code", sorted(COMPARED.keys() - {"V1"}))
@pytest.mark.parametrize("value", [0.0, -0.5])
def test_a_number_that_has_no_ratio_is_left_out(code, value):
    assert of(code, *COMPARED[code](value, value, value))["state"] == "not_run"


@pytest.mark.parametrize(
    ("code", "state"),
    [("V1", "inconclusive"), ("V2", "supported"), ("V3", "not_supported")]
    + [("V4", "inconclusive"), ("V5", "supported"), ("V6", "supported")],
)
@pytest.mark.parametrize("value", [1.0, 0.1, 0.3997970547805012])  # fmean of seven copies of the last differs from it
def test_equal_numbers_are_no_evidence_of_a_difference(code, state, value):
    same = dict.fromkeys(("bce", "mse", "sliced_w2", "total_variance"), value)
    live = [mmd(sigma, **same) for sigma in range(1, 8)]
    found = of(code, none(**same), kl(**same), *live, *(dead(sigma, **same) for sigma in (1e-4, 0.1, 1e4)))
    assert (found["state"], found["effect"]) == (state, 0 if code == "V1" else 1)


def test_a_kernel_that_died_with_one_seed_is_neither_live_nor_dead():
    mixed = entry("m", sigma=1.0, sliced_w2=0.5, mse=1.0, bce=0.3, kernel_state=("live", "saturated", "live"))
    base, other = none(sliced_w2=1.0, bce=0.3), kl(sliced_w2=1.0)
    for code, kind in (("V1", "live"), ("V4", "live"), ("V5", "live"), ("V6", "dead")):
        found = of(code, base, other, mixed)
        assert found["state"] == "not_run"
        assert f"with a {kind} kernel with every seed" in found["explanation"]
    assert of("V2", mixed, dead(0.1, mse=1.0))["state"] == "not_run"
    both = entry("b", sigma=1.0, sliced_w2=1.0, kernel_state=("flat", "saturated", "flat"))
    assert of("V6", base, both)["state"] == "supported"


def test_groups_are_averaged_and_the_explanation_gives_what_was_compared():
    live = [mmd(1.0, bce=(0.3, 0.31, 0.32)), mmd(2.83, 0.2, bce=(0.32, 0.33, 0.34)), dead(0.1, bce=0.9)]
    found = of("V1", none(bce=(0.40, 0.43, 0.43)), *live)
    assert found["effect"] == pytest.approx(0.10)
    assert found["explanation"] == (
        "Test BCE 0.42 without a penalty, 0.32 with a live kernel (mmd-a0.6-s1, mmd-a0.2-s2.83); "
        "one by one from +0.0900 (mmd-a0.2-s2.83) to +0.1100 (mmd-a0.6-s1)."
    )
    found = of("V4", none(sliced_w2=(9.0, 9.0, 9.0)), mmd(1.0, sliced_w2=4.0), mmd(2.0, sliced_w2=1.0))
    assert found["effect"] == pytest.approx(2 / 9)  # geometric mean: sqrt(4 * 1)
    assert found["explanation"].startswith("Sliced W2 2 with a live kernel")
    assert found["explanation"].endswith("; one by one from × 0.111 (mmd-a0.6-s2) to × 0.444 (mmd-a0.6-s1).")


@pytest.mark.parametrize(("share", "counted"), [((0.9, 0.5, 0.5), True), ((0.9, 0.49, 0.9), False)])
@pytest.mark.parametrize("code", ["V1", "V4", "V5"])
def test_a_half_way_kernel_is_in_no_group_and_is_named(code, share, counted):
    numbers = {"bce": 0.2, "sliced_w2": 2.0}
    rows = [none(bce=0.3, sliced_w2=9.0), kl(sliced_w2=1.0), mmd(2.83, **numbers)]
    half = mmd(1.0, bce=0.9, sliced_w2=8.0, kernel_live_share=share)
    found = of(code, *rows, half)
    assert (found["effect"] == pytest.approx(of(code, *rows)["effect"])) is not counted
    assert ("half-way and left out: mmd-a0.6-s1" in found["explanation"]) is not counted
    alone = of(code, *rows[:2], half)
    assert (alone["state"] == "not_run") is not counted
    assert "at least 50 % of the pairs" in found["rule"]


def test_dead_kernels_are_not_half_way():
    rows = [none(sliced_w2=1.0), dead(0.1, sliced_w2=1.0, kernel_live_share=0.0)]
    assert of("V6", *rows)["state"] == "supported"
    assert "half-way" not in of("V4", *rows)["explanation"]


def test_of_many_variants_the_explanation_tells_the_number():
    live = [mmd(sigma, sliced_w2=4.0) for sigma in (1.0, 2.0, 3.0, 4.0, 5.0)]
    base = none(sliced_w2=8.0)
    assert "(mmd-a0.6-s1, mmd-a0.6-s2, mmd-a0.6-s3, mmd-a0.6-s4)" in of("V4", base, *live[:4])["explanation"]
    assert of("V4", base, *live)["explanation"].startswith("Sliced W2 4 with a live kernel (5 variants), ")
    assert of("V4", base, live[0])["explanation"].endswith(" without a penalty, geometric means.")  # one: no range


def test_v2_takes_the_two_sigmas_furthest_apart_within_an_alpha_that_has_a_live_one():
    wide = [mmd(1.0, mse=(1.0, 1.1, 0.9)), mmd(2.0, mse=(1.2, 1.3, 1.1)), dead(0.1, mse=(1.5, 1.6, 1.4))]
    narrow = [mmd(1.0, 0.2, mse=100.0), mmd(2.0, 0.2, mse=100.0)]
    all_dead = [dead(0.1, 0.9, mse=1.0), dead(1e-4, 0.9, mse=7.0)]
    others = [none(mse=50.0), kl(mse=50.0), entry("imq-a0.6", kernel="imq", mse=50.0)]
    found = of("V2", *narrow, *wide, *all_dead, *others)
    assert found["effect"] == pytest.approx((1.5 * 1.6 * 1.4 / (1.0 * 1.1 * 0.9)) ** (1 / 3))
    assert "mmd-a0.6-s0.1 (kernel saturated)" in found["explanation"]
    assert "mmd-a0.6-s1 (kernel live)" in found["explanation"]
    assert found["explanation"].endswith("; by alpha: × 1 at 0.2, × 1.5 at 0.6.")  # alpha 0.9, all dead, is absent
    assert of("V2", *all_dead, mmd(1.0, mse=1.0))["state"] == "not_run"


def test_v2_passes_over_a_sigma_whose_error_is_unknown():
    rows = [mmd(1.0, mse=None), mmd(2.0, mse=around(1.2)), mmd(3.0, mse=1.0)]
    assert of("V2", *rows)["effect"] == pytest.approx(1.2, rel=1e-3)


def test_v2_compares_seeds_by_their_number_and_not_by_their_place():
    level = {0: 1.0, 1: 5.0, 2: 25.0, 3: 125.0}
    seeds = ((0, 1, 2, 3), (3, 2, 1), (1, 3, 2))
    rows = [
        mmd(sigma, alpha, seeds=own, mse=tuple(level[seed] * (1 + 0.01 * (sigma == 1.0)) for seed in own))
        for sigma, alpha, own in zip((1.0, 2.0, 2.0), (0.6, 0.6, 0.2), seeds, strict=True)
    ]
    found = of("V2", *rows, mmd(1.0, 0.2, mse=1.0))
    assert (found["state"], found["n_seeds"]) == ("inconclusive", 2)  # at alpha 0.2, with common seeds 1 and 2
    assert of("V2", *rows[:2])["state"] == "supported"


def test_noise_of_single_trainings_is_not_taken_for_an_effect_of_sigma():
    # Within each seed MSE varies by 20 % between sigmas, in a different order each time; the means are equal.
    rows = [(1.0, 1.1, 1.2), (1.2, 1.0, 1.1), (1.1, 1.2, 1.0)]
    assert of("V2", *(mmd(sigma, mse=row) for sigma, row in zip((1.0, 2.0, 3.0), rows, strict=True)))["state"] == (
        "inconclusive"
    )


@pytest.mark.parametrize(
    ("low", "high", "state", "effect"),
    [
        (2.0, 3.0, "supported", 2.0),
        (3.0, 2.0, "supported", 2.0),
        (0.9, 3.0, "not_supported", 0.9),
        (3.0, 0.9, "not_supported", 0.9),
        (1.1, 3.0, "inconclusive", 1.1),
        (1.1, 0.9, "not_supported", 0.9),
        (0.5, 0.9, "not_supported", 0.5),
    ],
)
def test_v3_is_decided_by_the_extreme_that_speaks_most_against_it(low, high, state, effect):
    extremes = [dead(1e-4, total_variance=around(low)), dead(1e4, total_variance=around(high))]
    found = of("V3", *extremes, dead(0.1, total_variance=1.0))
    assert found["state"] == state
    assert found["effect"] == pytest.approx(effect, rel=1e-3)
    assert f"at sigma {'0.0001' if (effect == low) else '10000'} (kernel saturated)" in found["explanation"]


def test_v3_needs_both_extremes_each_beside_a_middle_of_its_own_alpha():
    of_one = [dead(1e-4, 0.2, total_variance=9.0), dead(0.1, 0.2, total_variance=1.0)]
    assert "sigma 10000 and 0.1" in of("V3", *of_one)["explanation"]
    refuted = [dead(1e-4, 0.2, total_variance=0.1), dead(0.1, 0.2, total_variance=1.0)]
    assert of("V3", *refuted)["state"] == "not_run"
    other = dead(1e4, 0.6, total_variance=9.0)
    assert of("V3", *of_one, other)["state"] == "not_run"
    assert of("V3", *of_one, other, dead(0.1, 0.6, total_variance=1.0))["state"] == "supported"
    twice = [dead(1e-4, total_variance=1.0), dead(0.1, total_variance=1.0)]
    found = of("V3", *of_one, *twice, other)
    assert found["effect"] == pytest.approx(3)  # geometric mean of 9 at one alpha and 1 at the other


def test_verdicts_carry_claim_rule_and_scale():
    for verdict in verdicts.all_of([]):
        assert verdict.scale == ("difference" if verdict.code == "V1" else "ratio")
        assert "95 % Student interval" in verdict.rule
        assert "fewer than 3 seeds" in verdict.rule


def test_variants_with_a_penalty_that_no_claim_is_about_are_left_out_and_named():
    same = dict.fromkeys(("bce", "mse", "sliced_w2", "total_variance"), 1.0)
    foreign = entry("pull-a0.6", regularizer="pull", kernel=None, kernel_state="off", **FAR)
    rows = [none(**same), kl(**same), mmd(2.83, **same), dead(0.1, **same)]
    for verdict, alone in zip(verdicts.all_of([*rows, foreign]), verdicts.all_of(rows), strict=True):
        assert (verdict.state, verdict.effect) == (alone.state, alone.effect)
        assert verdict.explanation == f"{alone.explanation[:-1]}; no claim covers the penalty of pull-a0.6."
