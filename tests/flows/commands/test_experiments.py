"""`mmdvae new` and `mmdvae show`: an experiment is written, and told before anything is trained."""

import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows import asked, plan
from flows.cli import main
from mmdvae.data import prepare
from mmdvae.jobs import request, store


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(main, words)


def test_a_new_file_is_shown_with_what_each_kernel_does_before_training(run):
    Path("mine.toml").write_text(run("new").output)
    told = run("show", "mine.toml", "--sigma", "0.01", "--sigma", "sqrt(d)", "--alpha", "0.6").output
    assert 'name = "mine"' in told
    rows = [line.split() for line in told.splitlines() if line.startswith(("variant ", "mmd-"))]
    assert rows[1:] == [
        ["mmd-a0.6-s0.01", "0.01", "saturated", "not", "known", "yet"],
        ["mmd-a0.6-s2.83", "2.83", "strong", "not", "known", "yet"],
    ]
    assert not list(Path("runs").glob("*"))  # nothing is written where nothing was compared


def test_a_mistake_in_a_file_is_one_line_and_leaves_nothing(run):
    Path("bad.toml").write_text('format = 1\nname = "bad"\n[training]\nepoch = 3\n[[variants]]\nregularizer = "none"\n')
    for command in ("show", "compare"):
        done = run(command, "bad.toml")
        assert done.exit_code == 2
        (line,) = done.output.splitlines()
        assert line.startswith("Error: bad.toml: training.epoch: unknown key; did you mean epochs? known: recipe, ")
    assert {path.name for path in Path.cwd().iterdir()} == {"bad.toml"}


def test_what_is_trained_is_counted_by_seed(tiny_npz, tmp_path):
    copy = Path(shutil.copy(tiny_npz, tmp_path))
    os.utime(copy, (0, 0))  # a file of the last two seconds may still change, and is read again each time
    made = plan.make(dataset=f"npz:{copy}", only=("none", "kl-a0.5"), seeds=(0, 1), out=tmp_path)
    assert asked.trained(made) is None  # the data were never prepared here
    data = prepare.prepare(f"npz:{copy}", data_dir=None, store=made.store)
    plain, kl = made.experiment.variants
    assert asked.trained(made) == {plain: 0, kl: 0}
    about = {"variant": plain.to_dict(), "recipe": made.experiment.recipe.to_dict(), "seed": 1}
    folder = Path(request.make("train", made.store, data=data.folder, backend="tensorflow", **about)["folder"])
    folder.mkdir(parents=True)
    store.finish(folder, {"status": "ok"}, ())
    assert asked.trained(made) == {plain: 1, kl: 0}
