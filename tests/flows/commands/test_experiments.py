"""`mmdvae new` and `mmdvae show`: an experiment is written, and told before anything is trained."""

import contextlib
import os
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows import asked, plan
from flows.cli import main
from mmdvae.data import prepare
from mmdvae.jobs import store
from tasks.processes import devices, leases


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


@pytest.fixture
def old_npz(tiny_npz, tmp_path):
    """A copy that is not of the last two seconds, in which a file may still change and is read again each time."""
    copy = Path(shutil.copy(tiny_npz, tmp_path))
    os.utime(copy, (0, 0))
    return f"npz:{copy}"


def test_what_is_trained_is_counted_by_seed(old_npz, tmp_path):
    made = plan.make(dataset=old_npz, only=("none", "kl-a0.5"), seeds=(0, 1), out=tmp_path)
    assert asked.known_data(made) is None  # the data were never prepared here
    data = prepare.prepare(old_npz, data_dir=None, store=made.store)
    plain, kl = made.experiment.variants
    assert asked.trained(made, data) == {plain: 0, kl: 0}
    second = list(asked.settings(made, data))[2]
    folder = Path(asked.make(made, data, "train", **second)["folder"])
    folder.mkdir(parents=True)
    store.finish(folder, {"status": "ok"}, ())
    assert asked.trained(made, asked.known_data(made)) == {plain: 1, kl: 0}


def test_the_network_and_the_time_are_shown_once_the_data_are_prepared(run, old_npz, tmp_path):
    prepare.prepare(old_npz, data_dir=None, store=tmp_path / "runs" / "store")
    before = sorted(tmp_path.rglob("*"))
    told = run("show", "quick", "--dataset", old_npz, "--epochs", "1").output
    assert "28 x 28 x 1 -> 14 x 14 x 32 -> 7 x 7 x 64 -> 128 -> 8, the decoder backwards; 506,705 weights" in told
    assert re.search(r"10 trainings to do, \d+ at a time, .*take about \d+ s, at [\d,]+ images/s each", told)
    assert sorted(tmp_path.rglob("*")) == before
    with contextlib.ExitStack() as others:
        for slot in devices.slots(1):
            others.enter_context(leases.first_free([slot]))
        told = run("show", "quick", "--dataset", old_npz, "--epochs", "1").output
    assert "10 trainings to do" in told  # though nothing can be run now
    assert told.endswith("how long they take is not measured while other runs use all of this machine\n")
