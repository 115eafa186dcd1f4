"""Any two penalties at equal reconstruction error, by the rule of the claim on MMD and KL."""

from dataclasses import replace

import pytest
from made_report import entry, mmd, none, run

from mmdvae.conclusions import checks, verdicts


def around(value):
    """Three seeds within one per cent of the value."""
    return (0.99 * value, value, 1.01 * value)


def of(regularizer, kernel=None):
    """A variant of that penalty by alpha, error and distance."""

    def made(alpha, mse, distance):
        name = f"{kernel or regularizer}-a{alpha:g}"
        shape = {"regularizer": regularizer, "kernel": kernel, "alpha": alpha}
        return entry(name, mse=mse, sliced_w2=around(distance), **shape)

    return made


def several(alpha, mse, distance):
    return replace(of("mmd", "gaussians")(alpha, mse, distance), sigmas=(2.0, 4.0))


KINDS = {
    "gaussian": lambda alpha, mse, distance: mmd(2.83, alpha, mse=mse, sliced_w2=around(distance)),
    "gaussians": several,
    "imq": of("mmd", "imq"),
    "kl": of("kl"),
    "sw": of("sw"),
}
PAIRS = {
    "V5-mmd-sw": ("gaussian", "sw"),
    "V5-kl-sw": ("kl", "sw"),
    "V5-gaussian-gaussians": ("gaussian", "gaussians"),
    "V5-gaussian-imq": ("gaussian", "imq"),
    "V5-gaussians-imq": ("gaussians", "imq"),
}


def rows(ours, theirs, ratio):
    """Two fronts, ours `ratio` times as far from the prior as theirs."""
    front = [KINDS[ours](alpha, mse, ratio * distance) for alpha, mse, distance in ((0.2, 1.0, 4.0), (0.6, 2.0, 1.0))]
    others = [KINDS[theirs](alpha, mse, distance) for alpha, mse, distance in ((0.3, 1.0, 4.0), (0.7, 2.0, 1.0))]
    return [*front, *others]


def judged(variants):
    return {one.code: one for one in verdicts.all_of(variants) if one.code.startswith("V5")}


@pytest.mark.parametrize("code", PAIRS)
@pytest.mark.parametrize(("ratio", "state"), [(1.0, "supported"), (0.7, "refuted"), (1.25, "inconclusive")])
def test_every_pair_that_a_run_has_is_judged_by_the_one_rule(code, ratio, state):
    found = judged(rows(*PAIRS[code], ratio))
    assert list(found) == ["V5", code]
    assert (found[code].state, found["V5"].state) == (state, "not_run")
    assert found[code].effect == pytest.approx(ratio, rel=1e-3)
    assert found[code].rule == found["V5"].rule
    assert ("itself lowers" in found[code].explanation) == ("sw" in PAIRS[code])


def test_pairs_of_three_penalties_follow_their_claim_and_change_no_other_verdict():
    base = [*rows("gaussian", "kl", 1.0), none(sliced_w2=around(9.0), mse=0.5)]
    more = [*base, *rows("sw", "sw", 1.0)[2:]]
    found = verdicts.all_of(more)
    assert [one.code for one in found][2:7] == ["V4", "V5", "V5-kl-sw", "V5-mmd-sw", "V6"]
    assert [one for one in found if "-" not in one.code] == verdicts.all_of(base)


def test_a_penalty_with_one_setting_or_normalised_codes_is_in_no_pair():
    alone = [*rows("gaussian", "sw", 1.0)[:3]]
    fixed = replace(KINDS["sw"](0.7, 2.0, 1.0), name="sw-bn", normalised=True)
    assert list(judged([*alone, fixed])) == ["V5"]


def test_a_pair_without_errors_in_common_says_what_it_needs():
    far = [KINDS["sw"](alpha, mse, 1.0) for alpha, mse in ((0.2, 8.0), (0.6, 9.0))]
    found = judged([*rows("gaussian", "sw", 1.0)[:2], *far])["V5-mmd-sw"]
    assert found.state == "not_run"
    assert found.explanation.startswith("It needs two settings of sliced W2 with an MSE within the front of MMD, got 0")


def test_what_is_in_a_pair_is_not_outside_the_claims():
    def outside(variants):
        (found,) = (one for one in checks.run_all(run(), variants, []) if one.code == "C14")
        return found.state, found.explanation.partition(",")[2], found.variants

    paired = rows("kl", "sw", 1.0)
    told = " KL, sliced W2 and no penalty, on codes that are not normalised."
    assert outside(paired) == ("passed", told, [])
    assert outside(paired[:3])[0::2] == ("tip", ["sw-a0.3"])
