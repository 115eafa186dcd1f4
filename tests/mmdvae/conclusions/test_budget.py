"""Whether the epochs sufficed: by the curve of validation BCE, and against half the epochs where they were trained."""

from dataclasses import replace

import numpy as np
import pytest
from made_report import mmd

from mmdvae.conclusions import budget, checks, rules


def run_of(curve=(0.30, 0.30), *, half=None, **metrics):
    fields = {"bce": 0.30, "bce_excess": 0.06, "sliced_w2": 0.1} | metrics
    (run,) = mmd(2.83, seeds=(0,), history={"val_bce": list(curve)}, **fields).runs
    return replace(run, half=half or {})


def above_entropy(values):
    return [0.24 + value for value in values]


@pytest.mark.parametrize(
    ("excess", "moving"),
    [
        ([], False),  # nothing is known
        ([0.1], True),
        ([0.1, 0.0982], False),
        ([0.1, 0.0979], True),
        ([0.9, 0.1, 0.1, 0.1, 0.1], False),  # only the second half counts
        (np.linspace(0.058, 0.041, 20), True),  # falls by .0009 in every epoch
        ([0.2, 0.1, 0.06, 0.05], True),  # the first epochs of a curve that goes on falling
        ([0.1] * 19 + [0.11], True),  # ends on a rise
    ],
)
def test_a_curve_has_settled_if_its_second_half_is_flat(excess, moving):
    assert budget.curve_moves(run_of(above_entropy(excess))) == moving


def test_without_a_curve_or_the_entropy_nothing_is_said():
    assert not budget.curve_moves(run_of([0.9, 0.1], bce_excess=None))


@pytest.mark.parametrize(
    ("half", "changed"),
    [
        ({"bce_excess": 0.0611, "sliced_w2": 0.12}, False),
        ({"bce_excess": 0.0613, "sliced_w2": 0.10}, True),
        ({"bce_excess": 0.0587, "sliced_w2": 0.10}, True),
        ({"bce_excess": 0.06, "sliced_w2": 0.126}, True),
        ({"bce_excess": 0.06, "sliced_w2": 0.079}, True),  # codes that drift away
    ],
)
def test_a_training_with_half_the_epochs_decides_against_the_curve(half, changed):
    assert budget.has_half(run_of(half=half))
    assert budget.changed_since_half(run_of(half=half)) == changed


def test_the_check_says_what_it_saw():
    flat = [run_of([0.3, 0.3])]
    half = [run_of([0.3, 0.3], half={"bce_excess": 0.09, "sliced_w2": 0.1})]
    for runs, words in ((flat, "BCE had settled"), (half, "Twice the epochs")):
        check = checks.settled([replace(mmd(2.83), runs=runs)])
        assert words in check.title
        assert (check.state == "passed") == (runs is flat)


def test_halves_are_spoken_of_only_if_all_variants_have_one():
    half = run_of([0.3, 0.3], half={"bce_excess": 0.06, "sliced_w2": 0.1})
    moving = run_of([0.9, 0.1], half={"bce_excess": None, "sliced_w2": None})
    rows = [replace(mmd(2.83), runs=[half]), replace(mmd(4.0), runs=[moving])]
    check = checks.settled(rows)
    assert (check.title, check.variants) == ("Validation BCE had not settled", ["mmd-a0.6-s4"])


def test_the_words_follow_the_likelihood_and_their_error_is_the_one_measured():
    falling = run_of([0.3, 0.3])
    falling.history["reconstruction"] = falling.history["val_reconstruction"] = [0.04, 0.02]  # 2 MSE; BCE has settled
    row = [replace(mmd(2.83), runs=[falling])]
    check = checks.settled(row, rules.ERROR_WORDS["gaussian"])
    assert check.title == "Validation error (2 MSE) had not settled"
    assert "by more than 2% of its last value, or" in check.explanation
    assert "entropy" not in check.explanation
