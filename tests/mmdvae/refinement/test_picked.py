"""A variant that was chosen by its own seeds has no interval from them; with new seeds it has."""

import pytest
from made_report import mmd, none, run

from mmdvae import results
from mmdvae.record.result import Chosen
from mmdvae.refinement import picked

FRONT = "mmd-a0.6-s2.83"


def measured(seeds):
    """No penalty, a variant on the front and one that is beaten; the distances differ a little by seed."""
    far, near, worse = ([value * (1 + 0.01 * seed) for seed in range(len(seeds))] for value in (9.0, 0.10, 0.14))
    error = {"bce_excess": tuple(0.04 + 0.0001 * seed for seed in range(len(seeds))), "seeds": seeds}
    return [
        none(sliced_w2=tuple(far), mse=tuple(0.0150 + 0.00001 * s for s in range(len(seeds))), **error),
        mmd(2.83, sliced_w2=tuple(near), mse=0.0170, valid_mse=0.0171, valid_sliced_w2=0.1, **error),
        mmd(3.83, sliced_w2=tuple(worse), mse=0.0180, valid_mse=0.0181, valid_sliced_w2=0.2, **error),
    ]


def judged(seeds, chose):
    chosen = Chosen(among=9, by=("valid_mse", "valid_sliced_w2"), rounds=2, seeds=chose) if chose else None
    return results.judged(run(seeds=list(seeds), chosen=chosen), measured(seeds), [])


def differences(report, name=FRONT):
    return next(one for one in report.variants if one.name == name).differences.metrics["sliced_w2"]


def part(report, name):
    (verdict,) = (one for one in report.verdicts if one.code == "V4")
    return verdict, next(one for one in verdict.parts if one.name == name)


def test_the_interval_of_what_its_seeds_chose_is_withheld_and_the_mean_is_shown():
    free, chosen = judged((0, 1, 2), ()), judged((0, 1, 2), (0, 1, 2))
    assert differences(free).interval
    assert differences(chosen).interval is None
    assert differences(chosen).p is None
    assert differences(chosen).mean == differences(free).mean
    assert differences(chosen).n == 3


def test_a_claim_is_not_supported_by_it():
    free, chosen = judged((0, 1, 2), ()), judged((0, 1, 2), (0, 1, 2))
    assert part(free, FRONT)[0].state == "supported"
    verdict, own = part(chosen, FRONT)
    assert verdict.state == own.state == "inconclusive"
    assert own.interval is None
    assert verdict.explanation.startswith(f"No interval, as its seeds picked what is compared: {FRONT}")


def test_a_variant_that_was_not_chosen_keeps_its_intervals():
    free, chosen = judged((0, 1, 2), ()), judged((0, 1, 2), (0, 1, 2))
    assert differences(chosen, "mmd-a0.6-s3.83") == differences(free, "mmd-a0.6-s3.83")
    assert part(chosen, "mmd-a0.6-s3.83")[1].state == "supported"


def test_three_seeds_that_did_not_choose_give_the_interval_of_these_alone():
    found = differences(judged((0, 1, 2, 3), (0,)))
    assert found.n == 3
    alone = judged((0, 1, 2, 3), ())
    assert found.interval
    assert found.mean != differences(alone).mean
    assert differences(judged((0, 1, 2, 3), (0, 1))).interval is None  # two are too few


def test_a_run_of_other_seeds_is_judged_as_if_nothing_had_been_chosen():
    checked, free = judged((1, 2, 3), (0,)), judged((1, 2, 3), ())
    assert checked.variants == free.variants
    assert checked.verdicts == free.verdicts


@pytest.mark.parametrize(("chose", "state"), [((0, 1, 2), "tip"), ((7,), "passed"), ((), None)])
def test_a_check_says_among_how_many_and_by_which_seeds(chose, state):
    found = [check for check in judged((0, 1, 2), chose).checks if check.code == "C18"]
    assert [check.state for check in found] == ([state] if state else [])
    if found:
        assert "among 9" in found[0].title
        assert found[0].variants == ([FRONT] if state == "tip" else [])


def test_marks_are_made_anew():
    first = picked.marked(Chosen(among=2, by=("valid_mse",), rounds=1, seeds=(0,)), measured((0, 1, 2)))
    assert [one.chosen_by for one in first] == [(), (0,), ()]
    assert [one.chosen_by for one in picked.marked(None, first)] == [(), (), ()]
