"""Differences between runs, as data and as lines for a terminal."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import fake_run
import numpy as np
import pytest
from fake_run import DATA_SHA256, HOSTILE, QUICK

from flows.commands import finished_runs
from mmdvae.errors import InputError
from mmdvae.record.result import Code
from reports.run_index import comparable, diff, diff_text

MMDVAE = [sys.executable, "-P", "-m", "mmdvae"]


def mmdvae(*words):
    return subprocess.run([*MMDVAE, *map(str, words)], capture_output=True, text=True, timeout=60, check=False)


def of(fake):
    return comparable.of(fake.run_dir.name, fake.report)


def pair(out, first=(), second=(), **both):
    """Two runs of the first three quick variants; `first` and `second` override arguments of one run each."""
    return [
        fake_run.make(out, QUICK[:3], **{"run_id": name, **both, **dict(special)})
        for name, special in (("one", first), ("two", second))
    ]


def measured(out, metric, *each):
    """Two runs of one variant, with these values of a metric, one per seed."""
    return [
        fake_run.make(out, [replace(QUICK[0], metrics={metric: values})], run_id=name, seeds=range(len(values)))
        for name, values in zip(("one", "two"), each, strict=True)
    ]


def row(difference, title, variant="none"):
    (found,) = [row for row in dict(difference.variants)[variant] if row.title == title]
    return found


def test_runs_of_the_same_settings_differ_in_none(tmp_path):
    one, two = pair(tmp_path)
    difference = diff.between([of(one), of(two)])
    assert difference.settings == []
    assert (difference.like, difference.first_line) == (True, "Same data, same epochs.")
    assert "No setting differs." in list(diff_text.lines(difference, everything=False))


def test_only_settings_that_differ_are_listed_each_with_all_values(tmp_path):
    one, two = pair(tmp_path, {"seeds": (0, 1)}, {"epochs": 5, "recipe": "notebook"})
    one.save_run(preset="sweep")
    run = two.report.run
    two.save_run(
        code=Code(commit="a" * 40, dirty=False),
        versions=run.versions | {"keras": "3.16.0"},
        hardware=replace(run.hardware, gpus=1),
    )
    assert dict(diff.between([of(one), of(two)]).settings) == {
        "Preset": ["sweep", "quick"],
        "Recipe": ["standard", "notebook"],
        "Epochs": ["3", "5"],
        "Seeds": ["0, 1", "0"],
        "Code": ["51584f0c1f0a + uncommitted changes", "aaaaaaaaaaaa"],
        "Version keras": ["3.15.1", "3.16.0"],
        "Hardware gpus": ["0", "1"],
    }


@pytest.mark.parametrize(
    ("epochs", "sha256", "what"),
    [(3, "b" * 64, "data"), (9, DATA_SHA256, "epochs"), (9, "b" * 64, "data and epochs")],
)
def test_other_data_or_epochs_are_said_in_the_first_line(tmp_path, epochs, sha256, what):
    one, two = pair(tmp_path, second={"epochs": epochs})
    two.save_run(dataset=replace(two.report.run.dataset, sha256=sha256))
    difference = diff.between([of(one), of(two)])
    assert not difference.like
    assert next(diff_text.lines(difference, everything=False)) == f"Not like with like: the runs differ in {what}."


def test_both_values_stand_beside_their_difference(tmp_path):
    one, two = measured(tmp_path, "bce", (0.30, 0.31, 0.32), (0.28, 0.29, 0.30))
    found = row(diff.between([of(one), of(two)]), "BCE (nats/pixel)")
    assert found.values == ["0.3100 ± 0.0100", "0.2900 ± 0.0100"]
    assert [change.text for change in found.changes] == ["−0.0200"]


@pytest.mark.parametrize(
    ("first", "second", "word"),
    [
        ([1.0, 2.0, 3.0], [3.1, 4.1, 5.1], "beyond the spread"),  # 2.1 apart, each run 2
        ([1.0, 2.0, 3.0], [2.9, 3.9, 4.9], "within the spread"),  # 1.9 apart
        ([1.0, 2.0, 3.0], [1.0, 6.0, 5.0], "within the spread"),  # 2 apart: the wider run counts
        ([5.0, 5.0, 5.0], [5.5, 5.5, 5.5], "beyond the spread"),
        ([1.0, 2.0, 3.0], [3.0, 2.0, 1.0], "equal"),
        ([1.0], [9.0], "1 seed, no conclusion"),
        ([1.0, 1.1, 1.2], [9.0], "1 seed, no conclusion"),
        ([1.0, 1.1], [9.0, 9.1, 9.2], "2 seeds, no conclusion"),
    ],
)
def test_a_difference_is_called_large_only_beyond_the_seeds_and_never_with_fewer_than_three(
    tmp_path, first, second, word
):
    one, two = measured(tmp_path, "total_variance", tuple(first), tuple(second))
    (change,) = row(diff.between([of(one), of(two)]), "Total variance (squared latent units)").changes
    assert change.word == word


def test_chance_goes_beyond_the_spread_of_three_seeds_once_in_twenty():
    one, two = np.random.default_rng(0).normal(size=(2, 40_000, 3))
    beyond = abs(one.mean(1) - two.mean(1)) > np.maximum(np.ptp(one, 1), np.ptp(two, 1))
    assert 0.045 < beyond.mean() < 0.055  # as the legend says; the standard error is 0.001
    assert "one number in twenty" in diff.LEGEND


def test_a_kernel_that_came_alive_is_a_difference(tmp_path):
    one, _ = pair(tmp_path)
    two = fake_run.make(tmp_path, [replace(variant, state="live") for variant in QUICK[:3]], run_id="two")
    found = row(diff.between([of(one), of(two)]), "Kernel", QUICK[1].name)
    assert (found.values, found.changes[0].word) == (["saturated", "live"], "differs")


def test_variants_that_only_one_run_has_are_listed_with_it(tmp_path):
    one = fake_run.make(tmp_path, QUICK[:2], run_id="one")
    two = fake_run.make(tmp_path, QUICK[1:4], run_id="two")
    three = fake_run.make(tmp_path, [QUICK[1], QUICK[3]], run_id="three")
    difference = diff.between([of(one), of(two), of(three)])
    assert [name for name, _ in difference.variants] == ["mmd-a0.6-s0.0001"]
    assert difference.elsewhere == [("none", "A"), ("mmd-a0.6-s0.1", "B"), ("mmd-a0.6-s2.83", "B, C")]


def test_what_one_run_did_not_measure_is_a_dash_and_a_word(tmp_path):
    one = fake_run.make(tmp_path, QUICK[:2], run_id="one")
    two = fake_run.make(tmp_path, QUICK[:1], run_id="two")
    three = fake_run.make(tmp_path, [QUICK[0], replace(QUICK[1], status="failed")], run_id="three")
    difference = diff.between([of(one), of(two), of(three)])
    kernel, bce, *_ = dict(difference.variants)[QUICK[1].name]
    assert kernel.values == ["saturated", "not measured", "failed"]
    assert [change.word for change in kernel.changes] == ["not measured", "differs"]
    assert bce.values[1:] == ["–", "–"]
    assert [(change.text, change.word) for change in bce.changes] == [("–", "not measured")] * 2


def test_the_terminal_shows_the_summary_or_everything(tmp_path):
    one, two = pair(tmp_path)
    difference = diff.between([of(one), of(two)])
    short, long = ("\n".join(diff_text.lines(difference, everything=all_)) for all_ in (False, True))
    assert "BCE (nats/pixel)" in short
    assert "Silhouette" not in short
    assert "Silhouette" in long


def test_a_hostile_name_cannot_command_the_terminal(tmp_path):
    one, two = pair(tmp_path)
    for fake in (one, two):
        fake.rename(QUICK[1].name, f"\x1b[2J\r{HOSTILE}")
        fake.save_run(preset=f"\x1b]0;{fake.run_dir.name}\x07")
    lines = list(diff_text.lines(diff.between([of(one), of(two)]), everything=True))
    assert not re.search(r"[\x00-\x1f\x7f\x9b]", "".join(lines))
    assert any(HOSTILE in line for line in lines)


@pytest.mark.parametrize("names", [["one", "one"], ["one", "two", "one"]])
def test_a_run_is_not_compared_with_itself(tmp_path, names):
    pair(tmp_path)
    with pytest.raises(InputError, match=f"needs 2 to 26 different runs, got {', '.join(names)}"):
        finished_runs.difference([Path(name) for name in names], tmp_path, everything=False)


def test_the_command_prints_the_difference(tmp_path):
    one, two = pair(tmp_path, second={"epochs": 5})
    done = mmdvae("runs", "--diff", "one", two.run_dir, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == list(diff_text.lines(diff.between([of(one), of(two)]), everything=False))


def test_the_command_writes_the_difference_as_a_page_and_prints_its_path_last(tmp_path):
    one, two = pair(tmp_path, second={"epochs": 5})
    done = mmdvae("runs", "--diff", "one", two.run_dir, "--page", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    lines = list(diff_text.lines(diff.between([of(one), of(two)]), everything=False))
    assert done.stdout.splitlines() == [*lines, str(tmp_path / "diff.html")]
    assert "the runs differ in epochs" in (tmp_path / "diff.html").read_text()
    assert "diff.html" in (tmp_path / "index.html").read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--diff", "one"], "--diff needs two or more runs, got 1; `mmdvae runs` lists them"),
        (["--diff", "one", "nine"], "nine is not a run (no report.json); runs in {out}: cut, one, two"),
        (["--diff", "one", "cut"], "{out}/cut/report.json cannot be read as a report of schema 1: "),
        (["one", "two"], "RUN, --all and --page go with --diff: mmdvae runs --diff RUN RUN"),
        (["--page"], "RUN, --all and --page go with --diff: mmdvae runs --diff RUN RUN"),
        (["--all"], "RUN, --all and --page go with --diff: mmdvae runs --diff RUN RUN"),
    ],
)
def test_bad_input_gets_one_line_and_exit_code_2(tmp_path, words, message):
    pair(tmp_path)
    (tmp_path / "cut").mkdir()
    (tmp_path / "cut" / "report.json").write_text("{")
    done = mmdvae("runs", *words, "--out", tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"Error: {message.format(out=tmp_path)}")
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_the_report_of_a_run_is_not_changed_by_being_compared(tmp_path):
    one, two = pair(tmp_path)
    before = sorted(path.read_bytes() for path in tmp_path.rglob("*.json"))
    mmdvae("runs", "--diff", "one", "two", "--out", tmp_path)
    assert sorted(path.read_bytes() for path in tmp_path.rglob("*.json")) == before
    assert json.loads((one.run_dir / "report.json").read_text())["run"]["id"] == "one"
