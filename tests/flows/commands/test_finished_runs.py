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
from fake_run import DATA_SHA256, HOSTILE, QUICK, FakeVariant

from flows.commands import finished_runs
from mmdvae.errors import InputError
from mmdvae.record.result import Code
from reports.run_index import comparable, diff, diff_text, pairs

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


def pair_of(*fakes):
    """The one pair of a difference of two runs."""
    (found,) = diff.between([of(fake) for fake in fakes]).pairs
    return found


def changes_of(pair, title="no penalty"):
    """The changes of one variant by metric."""
    (row,) = [row for row in pair.everything if row.first.title == title]
    return {column.name: change for column, change in zip(pair.columns, row.changes, strict=True)}


def titles(rows):
    return [row.first.title.replace("\N{NO-BREAK SPACE}", " ") for row in rows]


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


def test_other_likelihoods_are_said_with_what_can_be_compared_across_them(tmp_path):
    one, two = pair(tmp_path)
    two.save_run(recipe_settings=two.report.run.recipe_settings | {"likelihood": "gaussian"})
    difference = diff.between([of(one), of(two)])
    assert difference.like
    assert difference.first_line.startswith(
        "Same data, same epochs. Their likelihoods differ. Across likelihoods compare"
    )
    assert dict(difference.settings)["Likelihood"] == ["bernoulli", "gaussian"]


def test_both_values_stand_below_their_difference(tmp_path):
    one, two = measured(tmp_path, "bce", (0.30, 0.31, 0.32), (0.28, 0.29, 0.30))
    pair = pair_of(one, two)
    change = changes_of(pair)["bce"]
    assert (change.first, change.text, change.other) == ("0.3100", "−0.0200", "0.2900")
    (row,) = pair.everything
    full = dict(row.everything)["BCE (nats/pixel)"]
    assert (full.first, full.other) == ("0.3100 ± 0.0100", "0.2900 ± 0.0100")


@pytest.mark.parametrize(
    ("metric", "first", "second", "text"),
    [
        ("mse", 0.0150, 0.0165, "+10.0\u00a0%"),
        ("mse", 0.0, 0.0165, "+16.50"),  # no share of 0, so in thousandths
        ("latent_coverage", 0.63, 0.97, "+34.0"),  # points
        ("sliced_w2", 11.6, 0.12, "−11.5"),
        ("sliced_w2", 8.0311, 8.0313, "0.00"),  # not 0.000200, which neither value shows
        ("fid", 0.0, 0.0, "0"),
    ],
)
def test_a_difference_is_told_in_the_unit_and_digits_of_its_values(tmp_path, metric, first, second, text):
    one, two = measured(tmp_path, metric, (first,), (second,))
    assert changes_of(pair_of(one, two))[metric].text == text


@pytest.mark.parametrize(
    ("first", "second", "mark"),
    [
        ([1.0, 2.0, 3.0], [3.1, 4.1, 5.1], "beyond"),  # 2.1 apart, each run 2
        ([1.0, 2.0, 3.0], [2.9, 3.9, 4.9], "within"),  # 1.9 apart
        ([1.0, 2.0, 3.0], [1.0, 6.0, 5.0], "within"),  # 2 apart: the wider run counts
        ([5.0, 5.0, 5.0], [5.5, 5.5, 5.5], "beyond"),
        ([1.0, 2.0, 3.0], [3.0, 2.0, 1.0], "equal"),
        ([1.0], [9.0], "few"),
        ([1.0, 1.1, 1.2], [9.0], "few"),
        ([1.0, 1.1], [9.0, 9.1, 9.2], "few"),
    ],
)
def test_a_difference_is_marked_only_beyond_the_seeds_and_never_with_fewer_than_three(tmp_path, first, second, mark):
    one, two = measured(tmp_path, "sliced_w2", tuple(first), tuple(second))
    pair = pair_of(one, two)
    change = changes_of(pair)["sliced_w2"]
    assert change.mark == mark
    assert pair.sign(change) == ("*" if mark == "beyond" else "")


@pytest.mark.parametrize(("seeds", "said"), [(1, "One seed: "), (2, "Two seeds: ")])
def test_too_few_seeds_are_told_once_and_not_of_every_number(tmp_path, seeds, said):
    one, two = measured(tmp_path, "bce", (0.30,) * seeds, (0.35,) * seeds)
    lines = list(diff_text.lines(diff.between([of(one), of(two)]), everything=True))
    assert [line for line in lines if "seed" in line and "Seeds" not in line] == [
        f"{said}a difference may be chance, however large. Three seeds a run would tell."
    ]
    assert not any(re.search(r"\d ?[*?]", line) for line in lines)


def test_one_variant_with_too_few_seeds_is_marked_among_others_with_enough(tmp_path):
    odd = replace(QUICK[0], status="failed", lost=(1, 2))
    one = fake_run.make(tmp_path, [odd, QUICK[3]], run_id="one", seeds=(0, 1, 2))
    changed = [replace(QUICK[0], bce=0.4), replace(QUICK[3], bce=0.4)]
    two = fake_run.make(tmp_path, changed, run_id="two", seeds=(0, 1, 2))
    pair = pair_of(one, two)
    few, enough = changes_of(pair), changes_of(pair, "α\N{NO-BREAK SPACE}0.6, σ\N{NO-BREAK SPACE}2.83")
    assert (few["mse"].mark, pair.sign(few["mse"]), pair.sign(enough["mse"])) == ("few", "?", "*")
    assert "? fewer than three seeds, which show nothing." in pair.sure


def test_chance_goes_beyond_the_spread_of_three_seeds_once_in_twenty():
    one, two = np.random.default_rng(0).normal(size=(2, 40_000, 3))
    beyond = abs(one.mean(1) - two.mean(1)) > np.maximum(np.ptp(one, 1), np.ptp(two, 1))
    assert 0.045 < beyond.mean() < 0.055  # as the legend says; the standard error is 0.001
    assert "one number in twenty" in pairs.BEYOND


def test_a_kernel_that_came_alive_stands_first_though_other_numbers_differ_more(tmp_path):
    one, _ = pair(tmp_path)
    changed = [replace(QUICK[0], bce=0.4), QUICK[1], replace(QUICK[2], state="live", spread=1.0)]
    two = fake_run.make(tmp_path, changed, run_id="two")
    first, second, *_ = pair_of(one, two).rows
    assert (first.first.word, first.other.word) == ("dead: too narrow", "alive")
    assert second.first.title == "no penalty"


def test_the_largest_difference_stands_first_in_shares_of_the_range_of_its_metric(tmp_path):
    def run(name, **w2):
        others = {"bce": 0.3, "mse": 0.02, "fid": 20.0, "knn_accuracy": 0.8, "latent_coverage": 0.5}
        alphas = {"small": 0.2, "large": 0.6, "far": 0.9}
        made = [
            FakeVariant(alpha=alphas[which], sigma=2.0, metrics=others | {"sliced_w2": value})
            for which, value in w2.items()
        ]
        return fake_run.make(tmp_path, made, run_id=name)

    # By ratio the first would lead: it doubles, the second grows by 3 %.
    found = pair_of(run("one", small=0.01, large=10.0, far=12.0), run("two", small=0.02, large=10.3, far=12.0))
    assert titles(found.rows) == ["α 0.6, σ 2", "α 0.2, σ 2"]
    assert found.rest == ["1 variant without a difference: α\N{NO-BREAK SPACE}0.9 with σ\N{NO-BREAK SPACE}2."]


def test_variants_without_a_difference_are_one_line(tmp_path):
    one, two = pair(tmp_path)
    found = pair_of(one, two)
    assert (found.rows, found.sure) == ([], [])
    assert [line.replace("\N{NO-BREAK SPACE}", " ") for line in found.rest] == [
        "3 variants without a difference: α 0.6 with σ 0.0001 and 0.1; no penalty."
    ]


def test_with_seeds_enough_differences_within_their_range_are_none(tmp_path):
    one, two = measured(tmp_path, "bce", (0.30, 0.31, 0.32), (0.31, 0.32, 0.33))
    assert pair_of(one, two).rest == [
        "1 variant without a difference beyond the range of the seeds: no penalty.",
    ]


def test_an_alpha_has_one_colour_in_both_runs(tmp_path):
    more, less = FakeVariant(alpha=0.2, sigma=2.83), replace(QUICK[3], bce=0.4)
    one = fake_run.make(tmp_path, [more, QUICK[3]], run_id="one")
    two = fake_run.make(tmp_path, [less], run_id="two")
    (row,) = pair_of(one, two).rows
    assert (row.first.kind, row.other.kind) == ("a1", "a1")


def test_variants_that_only_one_run_has_are_a_line_for_each_run(tmp_path):
    one = fake_run.make(tmp_path, QUICK[:2], run_id="one")
    two = fake_run.make(tmp_path, QUICK[1:4], run_id="two")
    three = fake_run.make(tmp_path, [QUICK[3]], run_id="three")
    second, third = diff.between([of(one), of(two), of(three)]).pairs
    assert titles(second.everything) == ["α 0.6, σ 0.0001"]
    assert [line.replace("\N{NO-BREAK SPACE}", " ") for line in second.rest[1:]] == [
        "Only in A (1 variant): no penalty.",
        "Only in B (2 variants): α 0.6 with σ 0.1 and 2.83.",
    ]
    assert [line.replace("\N{NO-BREAK SPACE}", " ") for line in third.rest] == [
        "No variant is in both A and C.",
        "Only in A (2 variants): α 0.6 with σ 0.0001; no penalty.",
        "Only in C (1 variant): α 0.6 with σ 2.83.",
    ]


def test_what_one_run_did_not_measure_is_a_dash_and_its_state_a_word(tmp_path):
    one = fake_run.make(tmp_path, QUICK[:2], run_id="one")
    two = fake_run.make(tmp_path, [QUICK[0], replace(QUICK[1], status="failed")], run_id="two")
    (row,) = pair_of(one, two).rows
    assert (row.first.word, row.other.word) == ("dead: too narrow", "failed")
    assert {change.text for change in row.changes} == {change.other for change in row.changes} == {"–"}
    assert "–" not in {change.first for change in row.changes}


def test_what_failed_in_both_runs_is_not_called_equal(tmp_path):
    failed = [QUICK[0], replace(QUICK[1], status="failed")]
    one, two = (fake_run.make(tmp_path, failed, run_id=name) for name in ("one", "two"))
    found = pair_of(one, two)
    assert [row.first.word for row in found.rows] == ["failed"]
    assert found.rest == ["1 variant without a difference: no penalty."]


def test_a_metric_that_neither_run_has_is_no_column(tmp_path):
    made = replace(QUICK[0], metrics={"latent_coverage": None})
    one, two = (fake_run.make(tmp_path, [made], run_id=name) for name in ("one", "two"))
    assert "latent_coverage" not in {column.name for column in pair_of(one, two).columns}


def test_the_terminal_needs_a_hundred_columns(tmp_path):
    variants = [FakeVariant(alpha=0.125, sigma=sigma) for sigma in (0.0001, 0.1234, 2.8284, 12345.0)]
    changed = [replace(variant, bce=0.31 + sigma, spread=1e5) for sigma, variant in enumerate(variants)]
    fakes = [
        fake_run.make(
            tmp_path, each, run_id=f"20260301-093000-quick-{n}", seeds=(0, 1, 2), dataset=f"images:{'x' * 200}{n}"
        )
        for n, each in enumerate((variants, changed, variants))
    ]
    lines = list(diff_text.lines(diff.between([of(fake) for fake in fakes]), everything=True))
    assert max(map(len, lines)) <= diff_text.WIDTH == 100
    (at,) = [n for n, line in enumerate(lines) if line.startswith("Data name")]
    assert sum(line.count("x") for line in lines[at : at + 20]) == 3 * 200  # wrapped, not cut


def test_the_terminal_has_three_lines_for_a_variant_and_everything_only_if_asked(tmp_path):
    one, two = measured(tmp_path, "bce", (0.30, 0.31, 0.32), (0.35, 0.36, 0.37))
    difference = diff.between([of(one), of(two)])
    short, long = (list(diff_text.lines(difference, everything=all_)) for all_ in (False, True))
    (at,) = [n for n, line in enumerate(short) if line.startswith("no penalty ")]
    head, changes, first, second = short[at - 1 : at + 3]
    assert head.split()[:5] == ["B", "−", "A", "error", "BCE"]
    assert "+0.0500*" in changes.split()
    assert first.split()[:4] == ["A", "○", "no", "penalty"]
    assert second.split()[:4] == ["B", "○", "no", "penalty"]
    assert ("0.3100" in first, "0.3600" in second) == (True, True)
    assert not any("Silhouette" in line for line in short)
    assert any("Silhouette" in line for line in long)


def test_a_hostile_name_cannot_command_the_terminal(tmp_path):
    one, two = pair(tmp_path)
    for fake in (one, two):
        fake.rename(QUICK[1].name, f"\x1b[2J\r{HOSTILE}")
        fake.save_run(preset=f"\x1b]0;{HOSTILE}{fake.run_dir.name}\x07")
    lines = list(diff_text.lines(diff.between([of(one), of(two)]), everything=True))
    assert not re.search(r"[\x00-\x1f\x7f\x9b]", "".join(lines))
    assert "onerror=window.__xss=1" in "".join(lines)


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
