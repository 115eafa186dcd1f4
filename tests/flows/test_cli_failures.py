"""The command line when something fails or is done again: what is lost, what is kept, what is said."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
from command_line import GRID, compare, mmdvae, numbers_of, report_of


def test_another_number_of_epochs_is_another_training_and_says_so(tiny_npz, copy):
    done = compare(tiny_npz, copy, *GRID, "--epochs", 1)
    assert done.returncode == 0
    assert (
        "train: the store has trainings of 2 epochs; one of 1 epochs is separate and starts from scratch\n"
        in done.stderr
    )


def test_only_what_was_deleted_is_trained_again_with_the_same_numbers(compared, tiny_npz, copy):
    (model, _) = sorted(copy.glob("store/train-*/model.npz"))
    model.unlink()
    again = compare(tiny_npz, copy, *GRID, "--epochs", 2)
    assert len(re.findall(r"^train .*: started", again.stderr, re.M)) == 1
    assert numbers_of(report_of(again)) == numbers_of(report_of(compared[1]))


def test_refresh_trains_again(tiny_npz, copy):
    again = compare(tiny_npz, copy, *GRID, "--epochs", 2, "--refresh", "--only", "none")
    assert again.returncode == 0, again.stderr
    assert "train none: started" in again.stderr
    assert "evaluate none: started" in again.stderr


def test_a_variant_that_fails_costs_no_other_and_no_report(tiny_npz, copy):
    _, spoiled = spoil_one(copy)
    done = compare(tiny_npz, copy, *GRID, "--epochs", 2)
    assert done.returncode == 3, done.stderr
    report = report_of(done)
    states = {variant["name"]: variant["status"] for variant in report["variants"]}
    assert sorted(states.values()) == ["failed", "ok"]
    (failed,) = [variant for variant in report["variants"] if variant["status"] == "failed"]
    assert spoiled.name in failed["error"]
    assert failed["name"] in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_variant_that_diverges_in_its_first_epoch_is_reported_as_diverged(tiny_npz, tmp_path):
    words = [
        "compare",
        "quick",
        "--only",
        "none",
        "--learning-rate",
        "1e38",
        "--dataset",
        f"npz:{tiny_npz}",
        "--out",
        tmp_path,
        "--server",
        "none",
    ]
    command = [sys.executable, "-P", "-m", "mmdvae", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 3, done.stderr
    (variant,) = report_of(done)["variants"]
    assert variant["status"] == "diverged"
    assert "diverged in epoch 1: " in variant["error"]
    assert "diverged" in Path(done.stdout.splitlines()[-1]).read_text()


def test_a_baseline_that_fails_costs_no_report(tmp_path):
    black = np.zeros((30, 28, 28), "uint8")
    np.savez(tmp_path / "black.npz", x_train=black, x_test=black)
    done = compare(tmp_path / "black.npz", tmp_path / "runs", "--only", "none", "--epochs", 1)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_strict_stops_at_the_first_failure(tiny_npz, copy):
    before = set(copy.glob("*/report.json"))
    spoil_one(copy)
    done = compare(tiny_npz, copy, *GRID, "--epochs", 2, "--strict")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Error: variant ")
    assert "Traceback" not in done.stderr
    assert set(copy.glob("*/report.json")) == before


def spoil_one(out):
    """Put a plain file where a training's folder must be."""
    folder = sorted(out.glob("store/train-*"))[0]
    shutil.rmtree(folder)
    folder.write_text("in the way")
    return out, folder


def test_a_full_disk_fails_what_does_not_fit_and_the_same_command_goes_on_when_there_is_room(
    compared, tiny_npz, tmp_path
):
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))"  # a model has 2 MB
    command = [sys.executable, "-P", "-c", f"{full}; from flows.cli import main; main()"]
    words = ["compare", "quick", "--dataset", f"npz:{tiny_npz}", "--out", str(tmp_path), "--server", "none"]
    words += ["--only", "none", "--epochs", "2"]
    done = subprocess.run([*command, *words], capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 3, done.stderr
    assert "train none: failed: OSError: [Errno 27] File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert {variant["status"] for variant in report_of(done)["variants"]} == {"failed"}
    assert [path for path in tmp_path.rglob(".*") if not path.name.endswith(".lock")] == []
    again = mmdvae(*words, timeout=600)
    assert again.returncode == 0, again.stderr
    assert numbers_of(report_of(again))["none"] == numbers_of(report_of(compared[1]))["none"]


def test_what_lies_beside_the_weights_for_people_decides_no_number(compared, tiny_npz, copy):
    """request.json has no digest, for it is no part of the result; an evaluation trusts its own request."""
    for path in copy.glob("store/train-*/request.json"):
        request = json.loads(path.read_text())
        path.write_text(json.dumps(request | {"variant": {"regularizer": "kl", "alpha": 0.9}}))
    for folder in copy.glob("store/evaluate-*"):
        shutil.rmtree(folder)
    again = compare(tiny_npz, copy, *GRID, "--epochs", 2)
    assert again.returncode == 0, again.stderr
    assert numbers_of(report_of(again)) == numbers_of(report_of(compared[1]))
