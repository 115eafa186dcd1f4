"""The rounds of `mmdvae refine --go`, with numbers of the recorded sweep in the place of comparisons."""

import itertools
from dataclasses import fields, replace
from pathlib import Path

import fake_run
import pytest
import recorded_sweep as sweep
from click.testing import CliRunner

from flows.cli import main
from flows.commands import rounds
from mmdvae.experiment import file
from mmdvae.record import report_json

HEAD = 'format = 1\nname = "mine"\n[data]\nsource = "digits"\n[[variants]]\nregularizer = "none"\n'
GAUSSIAN = '[[variants]]\nregularizer = "mmd"\nalpha = {alpha}\nsigma = {sigma}\n'


def measured(variant, seeds):
    """A variant with validation metrics of the sweep, its test metrics absent."""
    shape = {name.name: getattr(variant, name.name) for name in fields(variant)}
    numbers = {"mse": None, "sliced_w2": None}
    if variant.sigma is not None:
        values = [sweep.trained(variant.alpha, variant.sigma, seed % 3) for seed in range(max(seeds) + 1)]
        numbers |= dict(zip(("valid_mse", "valid_sliced_w2"), zip(*values, strict=True), strict=True))
    return fake_run.FakeVariant(**shape, metrics=numbers)


@pytest.fixture
def go(tmp_path, monkeypatch):
    """The command; what it compared are the experiments in `go.compared`."""
    monkeypatch.chdir(tmp_path)
    compared = []

    def compare(command):
        asked = file.read(command[command.index("compare") + 1])
        settings = asked.recipe.for_images(1).to_dict()
        fake = fake_run.make(
            Path("runs"),
            [measured(one, asked.seeds) for one in asked.variants],
            seeds=asked.seeds,
            run_id=f"20260301-{len(compared):06}-mine",
            recipe_settings=settings,
            chosen=asked.chosen,
        )
        (fake.run_dir / "experiment.toml").write_text(file.text(asked, fake.run_dir))
        compared.append(asked)
        return str(fake.run_dir / "report.html"), 0

    monkeypatch.setattr(rounds, "_run", compare)

    def run(*words):
        return CliRunner().invoke(main, ["refine", "mine.toml", "--go", "--jobs", "2", *map(str, words)])

    run.compared = compared
    return run


def new(before, after):
    return [one.name for one in after.variants if one not in before.variants]


def test_corners_come_first_then_as_many_gaps_as_are_trained_at_a_time(go):
    Path("mine.toml").write_text(HEAD + GAUSSIAN.format(alpha=0.6, sigma=1.0))
    done = go("--trainings", 6)
    assert done.exit_code == 0, done.output
    first, *others = go.compared
    assert len(first.variants) == 2 + 4
    added = [len(new(a, b)) for a, b in itertools.pairwise(go.compared)]
    assert set(added) <= {1, 2}
    assert sum(added) == 6 - 4
    assert [one.chosen.rounds for one in go.compared] == [*range(1, 2 + len(others))]
    assert [one.chosen.among for one in go.compared] == [4, *(4 + n for n in itertools.accumulate(added))]
    assert done.output.splitlines()[-1] == f"runs/20260301-{len(others):06}-mine/report.html"
    assert "with more --trainings the same command goes on" in done.output


def test_a_rounds_other_variants_stay_and_all_pages_say_what_was_chosen(go):
    Path("mine.toml").write_text(HEAD + GAUSSIAN.format(alpha=0.6, sigma=1.0))
    done = go("--trainings", 6)
    for asked in go.compared:
        assert {"none", "mmd-a0.6-s1"} <= {one.name for one in asked.variants}
    report = report_json.load(Path(done.output.splitlines()[-1]).parent)
    assert report.run.chosen == go.compared[-1].chosen
    assert any(one.chosen_by == (0,) for one in report.variants)


def test_once_settled_three_new_seeds_check_the_front_as_far_as_the_budget_goes(go):
    Path("mine.toml").write_text(HEAD + GAUSSIAN.format(alpha=0.6, sigma=1.0))
    done = go("--trainings", 200)
    assert done.exit_code == 0, done.output
    *search, check = go.compared
    assert check.seeds == (1, 2, 3)
    assert set(check.variants) < set(search[-1].variants)
    assert check.variants[0].name == "none"
    assert check.chosen == replace(search[-1].chosen, seeds=(0,))
    assert "no more settings: " in done.output
    report = report_json.load(Path(done.output.splitlines()[-1]).parent)
    assert all(one.chosen_by == () for one in report.variants)


def test_what_was_done_is_found_and_a_larger_budget_goes_on_from_there(go):
    Path("mine.toml").write_text(HEAD + GAUSSIAN.format(alpha=0.6, sigma=1.0))
    first = go("--trainings", 5)
    count = len(go.compared)
    again = go("--trainings", 5)
    assert len(go.compared) == count
    assert again.output.splitlines()[-1] == first.output.splitlines()[-1]
    assert again.output.count("found in the list of runs: ") == count
    go("--trainings", 6)
    assert len(go.compared) == count + 1


def test_a_file_that_has_the_corners_is_compared_before_anything_is_chosen(go):
    corners = [GAUSSIAN.format(alpha=alpha, sigma=sigma) for alpha in (0.2, 0.9) for sigma in (2.83, 6.75)]
    Path("mine.toml").write_text(HEAD + "".join(corners))
    go("--trainings", 1)
    own, after = go.compared
    assert own == file.read("mine.toml")
    assert own.chosen is None
    assert len(new(own, after)) == 1


def test_it_ends_as_the_comparison_of_a_round_ended(go, monkeypatch):
    Path("mine.toml").write_text(HEAD + GAUSSIAN.format(alpha=0.6, sigma=1.0))
    monkeypatch.setattr(rounds, "_run", lambda command: ("", 2))
    done = go("--trainings", 4)
    assert done.exit_code == 2
    assert not go.compared
