"""Each claim's state on small constructed reports: at its borders, in edge cases, and where averages would mislead."""

import json
import math
from dataclasses import asdict, replace

import numpy as np
import pytest
from made_report import entry, kl, mmd, none

from mmdvae.conclusions import verdicts
from mmdvae.conclusions.claims import CLAIMS

D = 8
CODES = ["V1", "V2", "V4", "V5", "V6", "V7", "V8", "V9", "V10", "N1", "N2", "N3", "N4", "N5"]
BORDERS = {claim.code: claim for claim in CLAIMS}


def of(code, *variants):
    """One verdict, after a round trip through JSON."""
    found = {verdict.code: asdict(verdict) for verdict in verdicts.all_of(variants)}
    assert list(found) == CODES
    return json.loads(json.dumps(found[code], allow_nan=False))


def around(value):
    """Three seeds within one per cent of the value."""
    return (0.99 * value, value, 1.01 * value)


def kls(*alphas, **fields):
    return [entry(f"kl-a{alpha:g}", regularizer="kl", kernel=None, alpha=alpha, **fields) for alpha in alphas]


def path(sigma, **fields):
    """A sigma at two alphas."""
    return [mmd(sigma, alpha, **fields) for alpha in (0.3, 0.9)]


# For each claim: variants for which the effect of its one comparison is the first argument, per seed.
COMPARED = {
    "V1": lambda *v: [mmd(2.83, bce_excess=v), none(bce_excess=1.0)],
    "V2": lambda *v: [mmd(2.83, 0.6, mse=v), *path(3.83, mse=1.0)],
    "V4": lambda *v: [mmd(2.83, sliced_w2=v), none(sliced_w2=1.0)],
    "V5": lambda *v: [mmd(2.83, 0.6, mse=1.0, sliced_w2=v), mmd(2.83, 0.2, mse=0.9, sliced_w2=1e9), *two_kls()],
    "V6": lambda *v: [mmd(0.1, sliced_w2=v), none(sliced_w2=1.0)],
    "V7": lambda *v: [mmd(1e4, sliced_w2=v), none(sliced_w2=1.0)],
    "V8": lambda *v: [mmd(2.83, sliced_w2=v), none(sliced_w2_white=1.0, sliced_w2=99.0)],
    "V9": lambda *v: [mmd(2.83, latent_coverage=v), none(latent_coverage_white=0.0, latent_coverage=0.9)],
    "V10": lambda *v: [mmd(2.83, fid=v), none(fid_fitted=1.0, fid=99.0)],
    "N1": lambda *v: [none(bce_excess=1.0), *(mmd(sigma, bce_excess=v) for sigma in (0.1, 1e-4, 1e4))],
    "N2": lambda *v: [mmd(0.1, mse=v), mmd(1e-4, mse=1.0), mmd(1e4, mse=1.0)],
    "N3": lambda *v: [mmd(1e-4, total_variance=v), mmd(0.1, total_variance=1.0), mmd(1e4, total_variance=v)],
    "N4": lambda *v: [mmd(0.1, sliced_w2=v), none(sliced_w2=1.0)],
    "N5": lambda *v: [mmd(0.1, sliced_w2=v), kl(sliced_w2=1.0)],
}


def two_kls():
    """Two settings of KL with the error of the front's first member and a distance of 1."""
    return [*kls(0.5, mse=1.0, sliced_w2=1.0), *kls(0.9, mse=1.0, sliced_w2=1.0)]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("side", ["inside", "outside", "at the border"])
def test_the_state_follows_the_rule_on_both_sides_of_each_border(code, side):
    claim = BORDERS[code]
    border = claim.high if claim.test == "above" else claim.low
    inward = 1 if claim.test in ("above", "within") else -1
    step = {"inside": 0.04, "outside": -0.07, "at the border": 0.0}[side] * inward
    # Relative half-width of `around`: 4.303 * 0.01 / sqrt(3) = 0.025 at 95 %, 0.044 for one of three at 95 % together.
    value = border * (1 + step)
    found = of(code, *COMPARED[code](*around(value)))
    assert found["state"] == {"inside": "supported", "outside": "refuted", "at the border": "inconclusive"}[side]
    assert found["n_seeds"] == 3
    assert found["effect"] == pytest.approx(value, rel=1e-3)
    assert found["interval"][0] < found["effect"] < found["interval"][1]


@pytest.mark.parametrize("code", [claim.code for claim in CLAIMS if claim.test == "within"])
def test_a_claim_of_equality_is_refuted_on_the_other_side_too(code):
    assert of(code, *COMPARED[code](*around(BORDERS[code].high * 1.07)))["state"] == "refuted"
    assert of(code, *COMPARED[code](*around(BORDERS[code].high * 0.96)))["state"] == "supported"


def test_equality_is_decided_by_two_one_sided_tests_at_5_per_cent():
    # ± 1 of one standard deviation of the logarithms: half-widths 2.92 / sqrt(3) at 90 %, 4.30 / sqrt(3) at 95 %.
    scale = math.log(1.25) / 2.1
    values = [math.exp(scale * z) for z in (-1, 0, 1)]
    found = of("V6", *COMPARED["V6"](*values))
    assert (found["state"], found["level"]) == ("supported", pytest.approx(0.9))
    assert max(math.log(end) for end in found["interval"]) == pytest.approx(scale * 2.92 / math.sqrt(3), rel=1e-3)
    assert of("V6", *COMPARED["V6"](*(value**1.4 for value in values)))["state"] == "inconclusive"


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("seeds", [1, 2])
def test_one_or_two_seeds_conclude_nothing_however_large_the_effect(code, seeds):
    found = of(code, *COMPARED[code](*(100.0,) * seeds))
    assert (found["state"], found["interval"], found["n_seeds"]) == ("inconclusive", None, seeds)
    assert found["effect"] == pytest.approx(100)
    assert "too few seeds" in found["explanation"].lower()


@pytest.mark.parametrize("code", CODES)
def test_without_one_of_the_sides_a_claim_is_not_run_and_says_what_is_missing(code):
    ours, *rest = COMPARED[code](*around(1.0))
    for variants in ([], [ours], rest[-1:]):
        found = of(code, *variants)
        assert (found["state"], found["effect"], found["interval"], found["n_seeds"]) == ("not_run", None, None, 0)
        assert len(found["explanation"]) > 20


@pytest.mark.parametrize("code", CODES)
def test_a_number_that_was_not_measured_is_named_and_never_left_out_in_silence(code):
    rows = [one if i else replace(one, runs=[replace(run, metrics={}) for run in one.runs])
            for i, one in enumerate(COMPARED[code](*around(1.0)))]  # fmt: skip
    found = of(code, *rows)
    assert found["state"] != "supported"
    if code not in ("V2", "V5"):
        assert rows[0].name in found["explanation"] or rows[1].name in found["explanation"]


def test_a_seed_without_the_number_is_left_out_on_both_sides():
    for missing in (None, math.nan, 0.0):  # 0 has no ratio
        found = of("V4", mmd(2.83, sliced_w2=(missing, *around(0.5))), none(sliced_w2=(1.0,) * 4))
        assert (found["n_seeds"], found["effect"]) == (3, pytest.approx(0.5, rel=1e-3))


# Where averages would mislead.


def test_opposite_effects_of_dead_kernels_are_not_equal_to_no_penalty():
    rows = [mmd(1e-4, sliced_w2=around(2.0)), mmd(0.1, sliced_w2=around(0.5)), none(sliced_w2=around(1.0))]
    assert of("V6", *rows)["state"] == "refuted"  # the mean of their logarithms is 0


def test_one_dead_kernel_of_five_that_acts_refutes_that_they_do_nothing():
    four = [mmd(0.1, alpha, sliced_w2=around(1.0)) for alpha in (0.2, 0.4, 0.6, 0.8)]
    found = of("V6", *four, mmd(1e-4, sliced_w2=around(0.4)), none(sliced_w2=around(1.0)))
    assert found["state"] == "refuted"
    assert found["explanation"].startswith("Refuted by mmd-a0.6-s0.0001; holds for mmd-a0.2-s0.1 · mmd-a0.4-s0.1")
    assert found["effect"] == pytest.approx(0.4, rel=1e-3)


def test_extremes_that_disperse_at_one_alpha_and_shrink_at_another_do_not_disperse():
    rows = [
        mmd(sigma, alpha, total_variance=around(1.0 if sigma == 0.1 else ratio))
        for alpha, ratio in ((0.2, 2.0), (0.6, 0.75))
        for sigma in (1e-4, 0.1, 1e4)
    ]
    assert of("N3", *rows)["state"] == "refuted"  # the mean of their logarithms is above the margin


def test_fronts_three_times_farther_and_three_times_nearer_than_kl_are_not_equal_to_it():
    front = [mmd(2.83, 0.6, mse=2.0, sliced_w2=around(3.0)), mmd(2.83, 0.2, mse=1.0, sliced_w2=around(9.0))]
    rows = [*kls(0.3, mse=1.0, sliced_w2=around(3.0)), *kls(0.7, mse=2.0, sliced_w2=around(9.0))]
    found = of("V5", *front, *rows)
    assert found["state"] == "refuted"
    assert sorted(part["effect"] for part in found["parts"]) == pytest.approx([1 / 3, 3], rel=1e-3)


def test_one_live_kernel_that_moves_away_refutes_that_they_come_closer():
    rows = [mmd(sigma, sliced_w2=around(0.1)) for sigma in (2.0, 2.83, 4.0)]
    assert of("V4", *rows, none(sliced_w2=around(1.0)))["state"] == "supported"
    found = of("V4", *rows, mmd(5.66, sliced_w2=around(3.0)), none(sliced_w2=around(1.0)))
    assert (found["state"], found["effect"]) == ("refuted", pytest.approx(3.0, rel=1e-3))


def test_variants_are_grouped_by_what_was_known_before_training():
    """A strong kernel whose codes escaped reads as saturated afterwards, and still counts as one that failed."""
    escaped = mmd(2.83, sliced_w2=around(1.0), kernel_state="saturated")
    assert of("V4", escaped, none(sliced_w2=around(1.0)))["state"] == "refuted"
    assert of("V6", escaped, none(sliced_w2=around(1.0)))["state"] == "not_run"


@pytest.mark.parametrize("sigma", [1.0, 20.0, 39.0])
def test_a_kernel_that_is_alive_but_weak_is_left_out_and_named(sigma):
    found = of("V4", mmd(2.83, sliced_w2=around(0.1)), mmd(sigma, sliced_w2=around(0.9)), none(sliced_w2=around(1.0)))
    assert found["state"] == "supported"
    assert f"weak kernels left out: mmd-a0.6-s{sigma:g}" in found["explanation"]


def test_a_clear_difference_between_sigmas_is_not_undone_by_a_noisy_one():
    clear = [mmd(2.83, 0.6, mse=around(1.5)), *path(3.83, mse=around(1.0))]
    assert of("V2", *clear)["state"] == "refuted"
    noisy = [mmd(5.66, alpha, mse=(0.2, 1.7, 14.0)) for alpha in (0.6, 0.95)]
    found = of("V2", *clear, *noisy)
    assert (found["state"], found["effect"]) == ("refuted", pytest.approx(1.5, rel=0.01))


def test_sigmas_are_compared_at_equal_force_and_never_at_one_alpha_alone():
    """Where the error depends on the objective's gradient alone, sigma does not matter at equal gradients."""

    def gradient(sigma, alpha, q=1.25):
        h2, step = sigma**2, 1e-5

        def mmd2(q):
            return (h2 / (h2 + 2 * q**2)) ** (D / 2) - 2 * (h2 / (h2 + 1 + q**2)) ** (D / 2)

        return alpha / (1 - alpha) * (mmd2(q + step) - mmd2(q - step)) / (2 * step)

    rows = [
        mmd(sigma, alpha, mse=around(gradient(sigma, alpha) ** 0.1))
        for sigma in (2.83, 5.66)
        for alpha in (0.2, 0.6, 0.9)
    ]
    same_alpha = {one.sigma: one.mean("mse") for one in rows if one.alpha == 0.6}
    assert same_alpha[2.83] / same_alpha[5.66] > 1.05
    assert of("V2", *rows)["state"] == "supported"
    assert of("V2", *(one for one in rows if one.alpha == 0.6))["state"] == "not_run"


def test_noise_seldom_refutes_however_many_comparisons_there_are():
    rng, refuted, n = np.random.default_rng(0), 0, 1_000
    for _ in range(n):
        rows = [
            mmd(sigma, alpha, mse=tuple(np.exp(0.03 * rng.normal(size=3) + math.log(1.05) * (sigma == 2.83))))
            for sigma in (2.83, 3.83)
            for alpha in (0.2, 0.6, 0.9)
        ]
        refuted += of("V2", *rows)["state"] == "refuted"  # at the border itself
    assert refuted / n < 0.025 + 4 * math.sqrt(0.025 * 0.975 / n)


def test_a_claim_about_several_sigmas_needs_all_of_them_at_one_alpha():
    middle = mmd(0.1, total_variance=around(1.0))
    low, high = mmd(1e-4, total_variance=around(2.0)), mmd(1e4, total_variance=around(1.0))
    assert of("N3", low, middle)["state"] == "not_run"
    assert of("N3", low, middle, mmd(1e4, 0.2, total_variance=around(0.5)))["state"] == "not_run"
    assert of("N3", low, middle, high)["state"] == "refuted"
    assert of("N3", low, middle, mmd(1e4, total_variance=around(2.0)))["state"] == "supported"
    assert of("N2", mmd(0.1, mse=1.0), mmd(1e-4, mse=1.0))["state"] == "not_run"
    assert "sigma 0.0001 and 10000" in of("N1", none(bce_excess=1.0), mmd(0.1, bce_excess=1.0))["explanation"]


def test_a_variant_without_numbers_keeps_a_claim_open():
    sound, base = mmd(2.83, sliced_w2=around(0.1)), none(sliced_w2=around(1.0))
    assert of("V4", sound, base)["state"] == "supported"
    lost = mmd(4.0, sliced_w2=around(0.1))
    for absent in (mmd(4.0, sliced_w2=(None,) * 3), replace(lost, status="diverged"), replace(lost, status="failed")):
        found = of("V4", sound, absent, base)
        assert found["state"] == "inconclusive"
        assert "not measured: mmd-a0.6-s4" in found["explanation"]
    few = of("V4", sound, mmd(4.0, sliced_w2=(0.1, 0.1, None)), base)
    assert few["state"] == "inconclusive"
    assert "too few seeds for an interval: mmd-a0.6-s4; holds for mmd-a0.6-s2.83" in few["explanation"].lower()


def test_levels_are_of_the_seeds_that_are_compared():
    found = of("V4", mmd(2.83, sliced_w2=(0.1, 0.11, 0.09, 50.0)), none(seeds=(0, 1, 2), sliced_w2=around(1.0)))
    assert (
        "sliced W2 0.09967 with mmd-a0.6-s2.83 against sliced W2 1 with none, geometric means" in found["explanation"]
    )


def test_one_setting_of_kl_is_no_front_and_one_outside_does_not_make_it_one():
    rows = COMPARED["V5"](*around(1.0))
    assert of("V5", *rows)["state"] == "supported"
    for others in (rows[:-1], [*rows[:-1], *kls(0.9, mse=1.05, sliced_w2=0.01)]):
        found = of("V5", *others)
        assert found["state"] == "not_run"
        assert "kl-a0.2" in found["explanation"]


def test_fronts_are_compared_only_where_both_are():
    rows = [mmd(2.83, 0.6, mse=2.0, sliced_w2=1.0), mmd(2.83, 0.2, mse=1.0, sliced_w2=4.0)]
    inside = [*kls(0.5, mse=math.sqrt(2), sliced_w2=around(2.0)), *kls(0.4, mse=1.0, sliced_w2=around(4.0))]
    found = of("V5", *rows, *inside, *kls(0.9, mse=2.1, sliced_w2=1.0), mmd(2.83, 0.9, mse=3.0, sliced_w2=9.0))
    assert sorted(part["name"] for part in found["parts"]) == [
        f"mmd-a0.2-s2.83 and mmd-a0.6-s2.83 at the MSE of kl-a{alpha}" for alpha in (0.4, 0.5)
    ]
    assert found["effect"] == pytest.approx(1.0, rel=1e-3)  # half-way between 1 and 4, by logarithms, is 2
    assert "outside of MMD's front by their MSE: kl-a0.9" in found["explanation"]


def test_the_noise_of_errors_widens_the_comparison_on_a_steep_front():
    """At slope 10 an error that is known to 3 % leaves the distance open by a factor of 1.3."""
    rng, wrong, n = np.random.default_rng(0), 0, 400
    for _ in range(n):

        def seeds(mse, distance):
            return {
                "mse": tuple(mse * np.exp(0.01 * rng.normal(size=3))),
                "sliced_w2": tuple(distance * np.exp(0.05 * rng.normal(size=3))),
            }

        front = [mmd(2.83, alpha, **seeds(m, m**-10)) for alpha, m in ((0.3, 1.0), (0.6, 1.1), (0.9, 1.2))]
        rows = [*kls(0.4, **seeds(1.05, 1.25 * 1.05**-10)), *kls(0.6, **seeds(1.15, 1.25 * 1.15**-10))]
        wrong += of("V5", *front, *rows)["state"] == "refuted"  # the truth is the margin itself
    assert wrong / n < 0.05 + 4 * math.sqrt(0.05 * 0.95 / n)


def test_what_a_rescaling_gives_is_not_credited_to_the_penalty():
    """As measured after two epochs: raw codes are a hundred times farther, rescaled ones are as near."""
    rows = [mmd(2.83, sliced_w2=around(0.106), fid=around(20.5)), none(sliced_w2=around(12.0), fid=around(163.0))]
    rows[1] = none(sliced_w2=around(12.0), sliced_w2_white=around(0.107), fid=around(163.0), fid_fitted=around(17.2))
    assert of("V4", *rows)["state"] == "supported"
    assert of("V8", *rows)["state"] == "refuted"
    assert of("V10", *rows)["state"] == "refuted"


def test_normalised_codes_and_foreign_penalties_are_in_no_comparison():
    far = dict.fromkeys(("bce_excess", "mse", "sliced_w2", "total_variance"), 1e6)
    for code in CODES:
        rows = COMPARED[code](*around(1.0))
        others = [
            replace(none(**far), name="none-bn", normalised=True),
            replace(mmd(2.83, **far), name="mmd-bn", normalised=True),
            replace(mmd(0.1, **far), name="mmd-low-bn", normalised=True),
            entry("pull-a0.6", regularizer="pull", kernel=None, **far),
        ]
        assert of(code, *rows, *others) == of(code, *rows)


def test_every_claim_says_its_rule_and_margin_in_words():
    for verdict in verdicts.all_of([]):
        assert "fewer than 3 seeds" in verdict.rule
        assert ("90 %" in verdict.rule) == (BORDERS[verdict.code].test == "within")
        assert len(verdict.margin) > 30
        assert verdict.scale == ("difference" if verdict.code == "V9" else "ratio")


def test_ratios_past_all_numbers_are_still_numbers():
    found = of("V4", *COMPARED["V4"](1e-300, 1e300, 1e308))
    assert found["interval"][1] <= 1e300


def test_with_a_gaussian_likelihood_the_cost_is_told_in_the_error_that_was_trained():
    trained = {"history": {"bce": [0.4, 0.3], "reconstruction": [0.02, 0.01]}}
    ours, plain = mmd(2.83, bce_excess=around(0.8), mse=around(1.2)), none(bce_excess=1.0, mse=1.0)
    bernoulli = of("V1", ours, plain)
    assert (bernoulli["effect"], bernoulli["state"]) == (pytest.approx(0.8, rel=1e-3), "supported")
    assert bernoulli["quantity"].startswith("test BCE above the entropy of the images of each")
    both = [mmd(2.83, bce_excess=around(0.8), mse=around(1.2), **trained), none(bce_excess=1.0, mse=1.0, **trained)]
    gaussian = of("V1", *both)
    assert (gaussian["effect"], gaussian["state"]) == (pytest.approx(1.2, rel=1e-3), "refuted")
    assert gaussian["quantity"].startswith("test MSE of each")
    assert gaussian["margin"] == "less than 2 % of the MSE does not count"
