"""Checks detect what makes a number untrustworthy, and pass where nothing is wrong."""

from dataclasses import asdict, replace

import made_report
import pytest
from made_report import entry, kl, mmd, none

from mmdvae.conclusions import checks
from mmdvae.record.result import Baseline

SETTLED = {"val_bce": [0.31, 0.3, 0.3], "bce": [0.32, 0.3, 0.299]}
SOUND = {
    "history": SETTLED,
    "bce": 0.3,
    "bce_excess": 0.05,
    "gradient_ratio": 0.4,
    "active_units": 8,
    "posterior_variance": 0.5,
    "total_variance": 8.0,
    "trustworthiness_pca": 0.93,
    "trustworthiness_tsne": 0.98,
}
CODES = [f"C{number}" for number in range(1, 17)]


BASELINES = (Baseline(name="mean image", metrics={}),)


def run_all(*variants, baselines=BASELINES, **run):
    found = checks.run_all(made_report.run(**run), variants, baselines)
    assert [check.code for check in found] == CODES
    assert all(check.title and check.explanation for check in found)
    return {check.code: asdict(check) for check in found}


def states(*variants, **report):
    """{code: (state, variants)} of all checks that did not pass."""
    found = run_all(*variants, **report)
    assert all(check["variants"] == [] for check in found.values() if check["state"] == "passed")
    return {code: (check["state"], check["variants"]) for code, check in found.items() if check["state"] != "passed"}


def sound(**changes):
    return mmd(2.83, **SOUND | changes)


def bad(**changes):
    return entry("b", **SOUND | {"sigma": 2.83} | changes)


def test_a_sound_comparison_passes_every_check():
    assert states(sound(), none(**SOUND), kl(**SOUND)) == {}


def test_an_empty_comparison_stops_no_check():
    assert states() == {}


@pytest.mark.parametrize(
    ("code", "state", "variant"),
    [
        ("C1", "issue", bad(status="failed", error="no space left", seeds=())),
        ("C1", "issue", bad(status="failed", error="seed 2: no space left", seeds=(0, 1))),
        ("C1", "issue", entry("b", status="diverged", error="loss is nan", epochs=0, history={"val_bce": []})),
        ("C2", "issue", bad(kernel_state="saturated")),
        ("C2", "issue", bad(kernel_state=("live", "flat", "live"))),
        ("C3", "tip", bad(seeds=(0, 1))),
        ("C5", "tip", bad(history=SETTLED | {"val_bce": [0.4, 0.35, 0.3]})),
        ("C7", "issue", bad(sigma=20.0)),
        ("C7", "issue", bad(regularizer="kl", kernel=None, sigma=None, kernel_state="off", gradient_ratio=0.001)),
        ("C8", "issue", bad(active_units=(8, 8, 0))),
        ("C9", "tip", bad(active_units=(8, 7, 8))),
        ("C10", "tip", bad(posterior_variance=(0.5, 0.5, 0.001))),
        ("C11", "tip", bad(history=SETTLED | {"bce": [0.32, 0.3, 0.29]})),
        ("C14", "tip", bad(regularizer="pull", kernel=None, sigma=None, kernel_state="off")),
        ("C13", "tip", bad(trustworthiness_pca=0.85)),
        ("C13", "tip", bad(trustworthiness_tsne=(0.95, 0.95, 0.85))),
    ],
)
def test_each_check_finds_its_fault_and_names_the_variant_and_no_other_does(code, state, variant):
    assert states(sound(), variant) == {code: (state, ["b"])}


def test_what_did_not_finish_is_told_with_its_reason():
    assert "b: failed (no space left)" in run_all(bad(status="failed", error="no space left"))["C1"]["explanation"]


@pytest.mark.parametrize(("state", "words"), [("saturated", "Too narrow"), ("flat", "Too wide")])
def test_a_dead_kernel_is_explained_by_its_kind(state, words):
    (other,) = {"Too narrow", "Too wide"} - {words}
    explanation = run_all(bad(kernel_state=state))["C2"]["explanation"]
    assert words in explanation
    assert other not in explanation


def test_a_dead_kernel_is_told_once_and_not_as_one_that_pulls_weakly_too():
    assert set(states(sound(), bad(sigma=0.1, kernel_state="saturated"))) == {"C2"}
    both = run_all(bad(kernel_state="flat"), mmd(0.1, **SOUND | {"kernel_state": "saturated"}))["C2"]["explanation"]
    assert both.startswith("Too narrow, about 0 between any two points")
    assert "too wide, about 1 between any two points" in both


def test_unequal_epochs_are_an_issue_of_all_that_are_compared():
    stopped = entry("c", status="diverged", error="loss is nan", epochs=1)
    assert states(sound(), bad(epochs=2), stopped)["C4"] == ("issue", ["mmd-a0.6-s2.83", "b"])
    assert "C4" not in states(sound(), stopped)


def test_missing_baselines_are_an_issue():
    assert states(sound(), baselines=()) == {"C6": ("issue", [])}


def test_samples_that_nobody_judged_are_a_tip_and_the_judge_is_shown_with_its_accuracy():
    assert "0.910" in run_all(sound())["C12"]["explanation"]
    assert run_all(sound(), classifier=None)["C12"]["state"] == "tip"
    turned = replace(made_report.run().classifier, task="orientations")
    assert "how an image was turned" in run_all(sound(), classifier=turned)["C12"]["explanation"]


@pytest.mark.parametrize(
    ("repeated", "state", "told"),
    [(0, "passed", "No test image"), (100, "passed", "100 of 10,000"), (101, "issue", "101 of 10,000")],
)
def test_more_than_one_test_image_in_a_hundred_that_was_trained_on_is_an_issue(repeated, state, told):
    check = run_all(sound(), dataset=replace(made_report.run().dataset, repeated=repeated))["C15"]
    assert (check["state"], check["variants"]) == (state, [])
    assert told in check["explanation"]


def test_a_report_that_does_not_know_its_repeated_images_says_nothing_of_them():
    older = made_report.run(dataset=replace(made_report.run().dataset, repeated=None))
    assert "C15" not in [check.code for check in checks.run_all(older, [sound()], BASELINES)]


@pytest.mark.parametrize(("count", "state"), [(499, "tip"), (500, "passed")])
def test_fewer_than_500_test_images_are_a_tip_that_names_the_noise(count, state):
    check = run_all(sound(), dataset=replace(made_report.run().dataset, test=count))["C16"]
    assert check["state"] == state
    assert (" 0.08." in check["explanation"], "± 4%" in check["explanation"]) == (state == "tip",) * 2


@pytest.mark.parametrize(("mse", "state"), [(0.0259, "passed"), (0.0261, "issue")])
def test_a_network_that_is_worse_than_pca_has_learned_too_little(mse, state):
    baselines = (*BASELINES, Baseline(name="PCA-8", metrics={"mse": 0.026}))
    found = checks.run_all(made_report.run(), [none(mse=mse), sound()], baselines)
    (check,) = (one for one in found if one.code == "C17")
    assert (check.state, check.variants) == (state, ["none"] if state == "issue" else [])
    assert "C17" not in {one.code for one in checks.run_all(made_report.run(), [sound()], baselines)}
