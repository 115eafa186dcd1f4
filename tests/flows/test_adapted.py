"""Data from a user's own function, from the command line: allowed or not, run once, refreshed, listed, pruned."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows import asked, plan
from flows.cli import main
from mmdvae.errors import InputError
from mmdvae.experiment import file
from mmdvae.files import read_json

LOAD = """import os
import sys
from pathlib import Path

import numpy as np


def load():
    Path("loaded.txt").write_text(" ".join(sys.modules))
    with open("ran.txt", "a") as file:
        file.write("once ")
    seed = int(Path("seed.txt").read_text())
    images = np.random.default_rng(seed).integers(0, 256, (60, 12, 10), np.uint8)
    images[::2, :6] //= 4
    if seed == 9:
        os.kill(os.getpid(), 9)
    pairs = [(image, number % 2) for number, image in enumerate(images)]
    return {"train": pairs[:40], "test": pairs[40:], "classes": ["<b>dark</b>", "bright"]}
"""
TABLE = '[data]\nsource = "load.py:load"\nsize = [16, 16]\n'
CODE = ("--dataset", "load.py:load", "--allow-code")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with load.py, which is where the commands are given."""
    monkeypatch.chdir(tmp_path)
    Path("load.py").write_text(LOAD)
    Path("seed.txt").write_text("0")
    return tmp_path


def run(command, *words):
    """Give a command; its store is named in full, because the fork server of the tests is in another folder."""
    return CliRunner().invoke(main, [command, *map(str, words), "--out", str(Path("runs").absolute())])


def times():
    return Path("ran.txt").read_text().count("once")


def line_of(done):
    """The one line of a command that refuses."""
    assert done.exit_code == 2, done.output
    (line,) = [line for line in done.output.splitlines() if line != "data: started"]
    return line


@pytest.mark.parametrize("command", ["data", "compare"])
def test_without_the_flag_it_is_one_line_and_nothing_is_run_or_written(here, command):
    before = set(here.iterdir())
    line = line_of(run(command, "--dataset", "load.py:load"))
    assert line.startswith("Error: load.py:load is code: load.py (18 lines, sha256 ")
    assert line.endswith("). Read it, then add --allow-code")
    assert set(here.iterdir()) == before


def test_what_is_asked_for_is_shown_without_the_flag_and_nothing_is_run_or_written(here):
    before = set(here.iterdir())
    shown = run("show", "--dataset", "load.py:load", "--only", "none")
    assert shown.exit_code == 0
    told = "The data are not prepared yet; load.py:load is code, which is run with --allow-code: load.py (18 lines, "
    assert shown.output.splitlines()[-1].startswith(told)
    assert set(here.iterdir()) == before


def test_what_the_administrator_put_somewhere_needs_no_flag(here, monkeypatch):
    monkeypatch.setenv("MMDVAE_CODE", str(here))
    assert plan.make(dataset="load.py:load").adapted.code.name == "load.py:load"
    monkeypatch.setenv("MMDVAE_CODE", str(here / "elsewhere"))
    with pytest.raises(InputError, match="Read it, then add --allow-code; MMDVAE_CODE=.*elsewhere does not have it"):
        plan.make(dataset="load.py:load")


def test_it_is_run_once_then_known_and_run_again_only_when_asked(here, warm):
    first = run("data", *CODE)
    assert first.exit_code == 0, first.output
    note, told = first.output.splitlines()[-2:]
    assert note.startswith("note: given by load.py (18 lines, sha256 ")
    assert told.endswith(": 12 x 10 grey; 36 to train on, 4 for validation, 20 for testing")
    Path("seed.txt").write_text("1")  # what it reads from elsewhere does not count
    assert run("data", *CODE).output.splitlines() == [note, told]
    known = asked.known_data(plan.make(dataset="load.py:load", allow_code=True, out=Path("runs").absolute()))
    assert (known.name, known.train, known.classes) == ("load.py:load", 36, ("<b>dark</b>", "bright"))
    assert times() == 1
    loaded = set(Path("loaded.txt").read_text().split())
    assert not loaded & {"tensorflow", "keras", "sklearn"}  # with which others, such as PyTorch, need not get on
    again = run("data", *CODE, "--refresh")
    assert (times(), again.exit_code) == (2, 0)
    assert again.output.splitlines()[-1].split()[3] != told.split()[3]  # another folder
    sized = run("data", *CODE, "--size", "8x8")
    assert (times(), sized.output.splitlines()[-1].partition(": ")[2]) == (
        3,
        "8 x 8 grey; 36 to train on, 4 for validation, 20 for testing",
    )


def test_the_store_lists_it_and_prunes_it_as_what_can_be_made_again(here, warm):
    first = run("data", *CODE)
    listed = run("store").output
    (folder,) = Path("runs/store").glob("adapter-*")
    assert f"{folder.name}  load.py:load" in listed
    shutil.rmtree(folder)
    assert run("data", *CODE).output.splitlines() == first.output.splitlines()[-2:]
    assert times() == 1  # the prepared images are enough
    run("data", *CODE, "--refresh")
    pruned = run("store", "prune", "--unused")
    assert (pruned.exit_code, folder.exists()) == (0, False)
    assert run("data", *CODE).exit_code == 0
    assert times() == 3


def test_a_process_that_is_killed_half_way_is_one_line_and_leaves_nothing_that_is_used(here, warm):
    Path("seed.txt").write_text("9")
    line = line_of(run("data", *CODE))
    assert line.startswith("Error: load.py:load: must run to its end, but the process was killed by SIGKILL")
    Path("seed.txt").write_text("0")
    assert run("data", *CODE).exit_code == 0
    assert times() == 2


def test_an_exception_in_it_is_one_line_with_its_place(here, warm):
    Path("seed.txt").write_text("zero")
    assert line_of(run("data", *CODE)) == (
        "Error: load.py:load: must run, but raises ValueError: invalid literal for int() with base 10: 'zero', "
        "in load.py line 12"
    )
    assert "--data-dir is for fashion-mnist" in line_of(run("data", *CODE, "--data-dir", "."))


def test_a_file_names_it_as_seen_from_itself_and_so_does_the_file_of_a_run(here, monkeypatch):
    Path("mine").mkdir()
    for name in ("load.py", "seed.txt"):
        Path(name).rename(f"mine/{name}")
    Path("mine/mine.toml").write_text(f'format = 1\nname = "mine"\n{TABLE}[[variants]]\nregularizer = "none"\n')
    Path("theirs").mkdir()
    Path("theirs/other.toml").write_text(
        'format = 1\nname = "other"\nbase = "../mine/mine.toml"\n[[variants]]\nregularizer = "none"\n'
    )
    for preset in ("mine/mine.toml", "theirs/other.toml"):
        made = plan.make(preset=preset, allow_code=True)
        assert made.adapted.code.path.resolve() == here / "mine/load.py"
        assert made.data.options.size == (16, 16)
        Path("runs/some").mkdir(parents=True, exist_ok=True)
        text = file.text(made.experiment, Path("runs/some"))
        assert 'source = "../../mine/load.py:load"' in text
        Path("runs/some/experiment.toml").write_text(text)
        assert plan.make(preset="runs/some", allow_code=True).adapted.request == made.adapted.request
    assert file.as_content(made.experiment)["data"]["source"] == "load.py:load"
    assert "mine" not in plan.make(dataset="mine/load.py:load", allow_code=True).command


def test_a_comparison_runs_it_first_and_its_page_names_it(here, warm):
    done = run("compare", "quick", *CODE, "--only", "none", "--epochs", 1, "--server", "none")
    assert done.exit_code == 0, done.output
    folder = Path(done.output.splitlines()[-1]).parent
    dataset = read_json(folder / "report.json")["run"]["dataset"]
    assert (dataset["name"], dataset["train"]) == ("load.py:load", 36)
    assert dataset["notes"][0].startswith("given by load.py (18 lines, sha256 ")
    page = (folder / "report.html").read_text()
    assert "load.py:load: 36 " in page
    assert "given by load.py" in page
    assert "<b>dark</b>" not in page
    again = run("compare", folder, "--allow-code", "--server", "none")
    assert "1 of 1 trainings are in the store" in again.output
    assert times() == 1
    Path("seed.txt").write_text("3")
    fresh = run("compare", folder, "--allow-code", "--server", "none", "--refresh")
    sha256 = read_json(Path(fresh.output.splitlines()[-1]).with_name("report.json"))["run"]["dataset"]["sha256"]
    assert (times(), sha256 != dataset["sha256"]) == (2, True)


HOOK = """
import json, sys
seen = []
def hook(event, arguments):
    if event == "exec":
        seen.append(getattr(arguments[0], "co_filename", ""))
sys.addaudithook(hook)
from flows.cli import main
for words in json.loads(sys.argv[1]):
    main(words, standalone_mode=False)
def ours():
    return [name for name in seen if name.endswith("/code/load.py") or name.endswith("here/load.py")]
before = ours()
sys.path.insert(0, "here")
import load
print(len(before), len(ours()))
"""


def test_no_command_imports_it_into_its_own_process(here, tmp_path):
    (tmp_path / "here").mkdir()
    for name in ("load.py", "seed.txt"):
        Path(name).rename(tmp_path / "here" / name)
    code = ["--dataset", "here/load.py:load", "--allow-code"]
    asked_for = ["quick", *code, "--only", "none", "--epochs", "1"]
    words = [["compare", *asked_for, "--server", "none"], ["data", *code], ["show", *asked_for], ["store"], ["runs"]]
    done = subprocess.run([sys.executable, "-c", HOOK, json.dumps(words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines()[-1] == "0 1"
    assert "images: load.py:load, 12 x 10 grey; 36 to train on" in done.stdout
    assert (tmp_path / "here" / "ran.txt").read_text() == "once "
