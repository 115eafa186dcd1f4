"""Checks find what makes a number untrustworthy, and pass where there is nothing to find."""

import pytest

from mmdvae import checks


def variant(
    name="a", *, status="ok", seeds=(0, 1, 2), kernel_state="live", curve=(0.31, 0.3, 0.3), epochs=3, error=None
):
    runs = [
        {"seed": seed, "epochs": epochs, "history": {"val_bce": list(curve)}, "metrics": {"kernel_state": kernel_state}}
        for seed in seeds
    ]
    return {"name": name, "status": status, "error": error, "runs": runs}


def states(*variants, baselines=({"name": "mean image"},)):
    """Code -> (state, variants) of all checks."""
    found = checks.run_all({"variants": list(variants), "baselines": list(baselines)})
    assert all(check["title"] and check["explanation"] for check in found)
    return {check["code"]: (check["state"], check["variants"]) for check in found}


def test_a_sound_comparison_passes_every_check():
    found = states(variant("a"), variant("b", kernel_state="off"))
    assert found == dict.fromkeys(("C1", "C2", "C3", "C4", "C5", "C6"), ("passed", []))


@pytest.mark.parametrize(
    ("code", "state", "bad"),
    [
        ("C1", "issue", variant("b", status="failed", error="no space left", seeds=())),
        ("C1", "issue", variant("b", status="diverged", error="loss is nan", curve=(), epochs=0)),
        ("C2", "issue", variant("b", kernel_state="saturated")),
        ("C2", "issue", variant("b", kernel_state="flat")),
        ("C3", "tip", variant("b", seeds=(0, 1))),
        ("C5", "tip", variant("b", curve=(0.4, 0.35, 0.3))),
    ],
)
def test_each_check_finds_its_fault_and_names_the_variant(code, state, bad):
    assert states(variant("a"), bad)[code] == (state, ["b"])


def test_unequal_epochs_are_an_issue_of_all():
    assert states(variant("a"), variant("b", epochs=2))["C4"] == ("issue", ["a", "b"])


def test_missing_baselines_are_an_issue():
    assert states(variant("a"), baselines=())["C6"] == ("issue", [])


def test_one_epoch_can_not_show_that_training_has_settled():
    assert states(variant("a", curve=(0.3,)))["C5"] == ("tip", ["a"])
