"""`mmdvae refine`: what it proposes of runs and files, its errors, and how it is interrupted."""

import re
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import fake_run
import pytest
from click.testing import CliRunner
from command_line import MMDVAE, wait_for_end_of_work

from flows import refining
from flows.cli import main
from mmdvae.experiment import file
from mmdvae.record import report_json
from mmdvae.record.result import Chosen

MMD = fake_run.QUICK[3]
HEAD = 'format = 1\nname = "mine"\n[training]\nepochs = 1\n[data]\nsource = "digits"\n'
NONE, GAUSSIAN = (
    '[[variants]]\nregularizer = "none"\n',
    '[[variants]]\nregularizer = "mmd"\nalpha = 0.6\nsigma = 2.83\n',
)
CORNERS = ["mmd-a0.2-s2.83", "mmd-a0.9-s2.83", "mmd-a0.2-s6.75", "mmd-a0.9-s6.75"]


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(main, ["refine", *map(str, words)])


def made(out, variants=fake_run.QUICK, *, chosen=None, **options):
    """A finished run with its experiment.toml; its name."""
    fake = fake_run.make(out, variants, **options)
    asked = replace(
        file.read("quick"),
        variants=tuple(one.variant for one in variants),
        seeds=tuple(fake.report.run.seeds),
        chosen=chosen,
    )
    (fake.run_dir / "experiment.toml").write_text(file.text(asked, fake.run_dir))
    return fake


def rows(output):
    return [re.split(r" {2,}", line) for line in output.splitlines() if line.startswith(("mmd-", "none"))]


def test_of_a_run_the_missing_corners_are_shown_with_the_command_that_trains_them(run):
    fake = made(Path("runs"))
    before = sorted(Path.cwd().rglob("*"))
    for asked in (fake.run_dir, fake.run_dir.name):
        done = run(asked, "--trainings", 6)
        assert done.exit_code == 0, done.output
        assert [row[:2] for row in rows(done.output)] == [[name, "0"] for name in CORNERS]
        assert all(row[2].startswith("corner: ") for row in rows(done.output))
        assert done.output.endswith(
            f"This trains 4 of them, and 2 more that these decide:\nmmdvae refine {asked} --trainings 6 --go\n"
        )
    assert sorted(Path.cwd().rglob("*")) == before


def test_with_all_corners_there_gaps_follow_from_validation_metrics_alone(run):
    values = {
        (0.2, 2.83): (0.0154, 0.2),
        (0.9, 2.83): (0.023, 0.1),
        (0.2, 6.75): (0.015, 0.24),
        (0.9, 6.75): (0.02, 0.12),
    }
    there = [
        replace(
            MMD, alpha=a, sigma=s, metrics={"valid_mse": mse, "valid_sliced_w2": w2, "mse": None, "sliced_w2": None}
        )
        for (a, s), (mse, w2) in values.items()
    ]
    fake = made(Path("runs"), [fake_run.NONE, *there])
    found = rows(run(fake.run_dir, "--trainings", 2).output)
    assert [row[0] for row in found][0] == "mmd-a0.55-s4.37"
    assert re.fullmatch(r"gap of \d\.\d\d between mmd-a0.2-s2.83 and mmd-a0.9-s6.75", found[0][2])


def test_every_seed_of_a_run_is_trained_and_counted(run):
    fake = made(Path("runs"), seeds=(0, 1, 2))
    found = rows(run(fake.run_dir, "--trainings", 7).output)
    assert [row[:2] for row in found] == [[name, "0, 1, 2"] for name in CORNERS[:2]]
    done = run(fake.run_dir, "--trainings", 2)
    assert done.exit_code == 2
    assert done.output == "Error: --trainings must be >= 3, for 3 seeds of each variant, got 2\n"


def test_of_several_latent_dimensions_each_gets_its_share_or_one_is_refined(run):
    fake = made(Path("runs"), fake_run.DIMS)
    both = [row[0] for row in rows(run(fake.run_dir, "--trainings", 7).output)]
    assert both == [
        "mmd-a0.2-s1.41-d2", "mmd-a0.9-s1.41-d2", "mmd-a0.2-s4.69-d2",
        "mmd-a0.2-s2.83", "mmd-a0.9-s2.83",
        "mmd-a0.2-s5.66-d32", "mmd-a0.9-s5.66-d32",
    ]  # fmt: skip
    alone = run(fake.run_dir, "--trainings", 7, "--latent-dim", 32).output
    assert {row[0].rpartition("-")[2] for row in rows(alone)} == {"d32"}
    assert alone.endswith(f"mmdvae refine {fake.run_dir} --trainings 7 --go --latent-dim 32\n")
    wrong = run(fake.run_dir, "--trainings", 7, "--latent-dim", 5)
    assert wrong.output == "Error: --latent-dim must be one of: 2, 8, 32; got 5\n"


def test_a_file_that_was_not_compared_gets_its_corners(run):
    Path("mine.toml").write_text(HEAD + NONE + GAUSSIAN)
    found = rows(run("mine.toml", "--trainings", 9).output)
    assert [row[0] for row in found] == CORNERS
    assert not Path("runs").exists()


def test_a_run_without_validation_metrics_is_to_be_compared_again(run):
    fake = made(Path("runs"))
    stripped = [
        replace(
            one, runs=[replace(r, metrics={k: v for k, v in r.metrics.items() if "valid" not in k}) for r in one.runs]
        )
        for one in fake.report.variants
    ]
    fake.save(variants=stripped)
    done = run(fake.run_dir, "--trainings", 6)
    assert done.exit_code == 2
    (line,) = done.output.splitlines()
    assert line.startswith(f"Error: {fake.run_dir} has no validation metrics")
    assert f"run `mmdvae compare {fake.run_dir}` and refine the new run: nothing is trained again" in line


@pytest.mark.parametrize(
    ("content", "words", "said"),
    [
        (NONE + GAUSSIAN, ["--trainings", "0"], "--trainings must be a whole number >= 1, got 0"),
        (
            NONE,
            ["--trainings", "4"],
            "mine: must have a variant with MMD and a Gaussian kernel, the one that is refined",
        ),
    ],
)
def test_what_cannot_be_refined_is_one_line(run, content, words, said):
    Path("mine.toml").write_text(HEAD + content)
    for more in ([], ["--go"]):
        done = run("mine.toml", *words, *more)
        assert done.exit_code == 2
        assert done.output == f"Error: {said}\n"


def test_an_unknown_run_is_one_line_with_those_that_exist(run):
    fake = made(Path("runs"))
    done = run("nothing", "--trainings", 4)
    assert done.exit_code == 2
    known = f"runs in runs: {fake.run_dir.name}; nor is it a preset or a file"
    assert done.output == f"Error: nothing is not a run (no report.json); {known}\n"
    assert run("nothing.toml", "--trainings", 4).output.startswith(
        "Error: unknown preset 'nothing.toml'; choose one of:"
    )


def test_a_run_whose_strong_kernels_all_failed_has_no_front(run):
    corners = [replace(MMD, alpha=a, sigma=s, status="failed") for a in (0.2, 0.9) for s in (2.83, 6.75)]
    done = run(made(Path("runs"), [fake_run.NONE, *corners]).run_dir, "--trainings", 4)
    assert done.exit_code == 2
    assert done.output == (
        "Error: no variant whose kernel pulls strongly has validation metrics: there is no front to refine\n"
    )


def test_a_run_that_checks_a_choice_is_not_refined(run):
    chosen = Chosen(among=9, by=("valid_mse",), rounds=2, seeds=(7,))
    done = run(made(Path("runs"), chosen=chosen).run_dir, "--trainings", 4)
    assert done.exit_code == 2
    assert "checks what was chosen, with seeds that did not choose" in done.output


def test_a_round_keeps_the_other_variants_and_says_among_how_many_it_chose(run):
    state = refining.start("", Path("runs"), made(Path("runs")).run_dir)
    first = refining.following(state, 9, (8,))
    after = refining.with_round(state, first)
    assert [one.name for one in after.variants] == [*(one.name for one in state.experiment.variants), *CORNERS]
    assert after.chosen == Chosen(among=5, by=("valid_mse", "valid_sliced_w2"), rounds=1, seeds=(0,))
    assert after.name == "quick-refined"
    assert refining.with_round(refining.State(experiment=after, report=None), first).chosen.rounds == 2
    path = refining.written(after, Path("runs"))
    assert file.read(str(path)) == after
    assert refining.written(after, Path("runs")) == path


def test_code_of_the_users_own_runs_only_where_it_was_allowed(run):
    fake = made(Path("runs"))
    assert run(fake.run_dir, "--trainings", 4, "--allow-code").output.endswith(" --trainings 4 --go --allow-code\n")


def test_a_run_of_another_recipe_is_no_round_of_this_one(run):
    made(Path("runs"), epochs=3)
    asked = file.read("quick", {"training.epochs": 3})
    exact = replace(asked, variants=tuple(one.variant for one in fake_run.QUICK))
    folder = next(Path("runs").glob("2*"))
    (folder / "experiment.toml").write_text(file.text(exact, folder))
    found = refining.done(exact, Path("runs"))
    assert found is None  # the run's record has no likelihood, so it is of a recipe that nobody asks for now
    report = report_json.load(folder)
    settings = exact.recipe.for_images(1).to_dict()
    report_json.write(replace(report, run=replace(report.run, recipe_settings=settings)), folder)
    assert refining.done(exact, Path("runs")).folder == folder
    assert refining.done(replace(exact, seeds=(1,)), Path("runs")) is None
    assert refining.done(replace(exact, recipe=replace(exact.recipe, epochs=4)), Path("runs")) is None


def test_help_shows_a_command_to_copy(run):
    told = " ".join(run("--help").output.split())
    assert "mmdvae refine runs/RUN --trainings 9 --go" in told
    assert "never by test images" in told


def test_an_interrupted_command_says_once_how_to_continue(tiny_npz, tmp_path):
    path, out = tmp_path / "mine.toml", tmp_path / "runs"
    path.write_text(
        (HEAD + NONE + GAUSSIAN).replace('"digits"', f'"npz:{tiny_npz}"').replace("epochs = 1", "epochs = 9")
    )
    words = ["refine", str(path), "--trainings", "4", "--go", "--server", "none", "--out", str(out)]
    with subprocess.Popen([*MMDVAE, *words], stderr=subprocess.PIPE, text=True) as command:
        for line in command.stderr:
            if "epoch" in line and "train" in line:
                break
        command.send_signal(signal.SIGINT)
        said = command.stderr.read()
        assert command.wait(timeout=30) == 130, said
    assert said.count("run the same command again to continue") == 1
    assert "Traceback" not in said
    wait_for_end_of_work(out)
