"""A network of the user's own from the command line to the page: where its code runs, and what it is known by."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from command_line import mmdvae, report_of

from flows import asked, plan
from flows import compare as compare_flow
from flows.cli import main
from mmdvae.data import prepare
from mmdvae.errors import InputError

NET = """
import os
import keras
from keras import layers
from parts import dense

with open(os.environ["WHO_RAN_IT"], "a") as file:
    file.write(f"{os.getpid()}\\n")


def build(image_shape, latent_dim, width=8):
    images, codes = layers.Input(image_shape), layers.Input((latent_dim,))
    x = layers.Dropout(0.1)(dense(width)(layers.Flatten()(images)))
    height, side, channels = image_shape
    pixels = layers.Dense(height * side * channels)(dense(width)(codes))
    encoder = keras.Model(images, [layers.Dense(latent_dim)(x), layers.Dense(latent_dim)(x)])
    return encoder, keras.Model(codes, layers.Reshape(image_shape)(pixels))
"""
PARTS = "from keras import layers\n\n\ndef dense(width):\n    return layers.Dense(width, activation='relu')\n"
# Every file of the user's that this process executes; children are processes of their own.
SPY = """
import sys
ran = set()
sys.addaudithook(lambda event, args: ran.add(args[0].co_filename) if event == "exec" else None)
from click.testing import CliRunner
from flows.cli import main
for words in {commands!r}:
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
import os, signal, threading, urllib.request
import mmdvae
from flows.commands.serving import serve
from pathlib import Path
newest = mmdvae.load_report()
newest.frame(), newest.summary(), newest.best("mse")
others = [path.name for path in Path("runs").iterdir() if (path / "report.json").is_file()]
assert CliRunner().invoke(main, ["runs", "--diff", *others, "--page"]).exit_code == 0


def visited(url):
    assert urllib.request.urlopen(url).status == 200
    os.kill(os.getpid(), signal.SIGINT)


serve(newest.folder, 0, lambda url: threading.Thread(target=visited, args=(url,)).start())
print(sorted(name for name in ran if name.startswith({folder!r}) or "/code/" in name))
"""


@pytest.fixture
def code(tmp_path, monkeypatch):
    """A network of two files, which notes every process that runs it."""
    (tmp_path / "net.py").write_text(NET)
    (tmp_path / "parts.py").write_text(PARTS)
    monkeypatch.setenv("WHO_RAN_IT", str(tmp_path / "who"))
    monkeypatch.delenv("MMDVAE_CODE", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def compare(tiny_npz, *words):
    wishes = ("--dataset", f"npz:{tiny_npz}", "--network", "net.py:build", "--server", "none", "--out", "runs")
    return ["compare", "quick", "--only", "none", "--epochs", "1", *wishes, *words]


def test_code_is_run_by_children_alone_and_only_where_it_is_trained(code, tiny_npz):
    assert CliRunner().invoke(main, compare(tiny_npz)).exit_code == 2  # without permission
    assert not (code / "who").exists()

    done = mmdvae(*compare(tiny_npz, "--allow-code"))
    assert done.returncode == 0, done.stderr
    assert (code / "who").read_text().split()
    report = report_of(done)
    network = report["run"]["recipe_settings"]["network"]
    assert (network["name"], network["options"], len(network["source"])) == ("net.py:build", {}, 64)
    assert report["run"]["command"].endswith("--network net.py:build --epochs 1 --dataset npz:tiny.npz --allow-code")
    page = Path(done.stdout.splitlines()[-1])
    assert network["source"] in page.read_text()
    assert str(code) not in page.read_text() + json.dumps(report)  # no path of this machine
    (trained,) = (code / "runs/store").glob("train-*")
    assert (trained / "code/net.py").read_text() == NET
    assert (trained / "code/parts.py").read_text() == PARTS

    before, run = (code / "who").read_text(), str(page.parent)
    again = compare(tiny_npz, "--allow-code", "--seed", "1")  # the flow's own process never, not even when it trains
    commands = [["show", run], ["runs"], ["report", run], ["report", run, "--judge"], again]
    spy = SPY.format(commands=commands, folder=str(code))
    seen = subprocess.run([sys.executable, "-c", spy], capture_output=True, text=True, check=False, cwd=code)
    assert seen.returncode == 0, seen.stderr
    assert seen.stdout == "[]\n"
    assert len((code / "who").read_text()) > len(before)  # by the child that trained with another seed


def keys(code, tiny_npz, **more):
    """The keys of the trainings that are asked for."""
    source = f"npz:{tiny_npz}"
    made = plan.make(dataset=source, network="net.py:build", allow_code=True, only=("none",), out=code / "runs", **more)
    data = prepare.prepare(source, data_dir=None, store=made.store)
    return [Path(asked.make(made, data, "train", **each)["folder"]).name for each in asked.settings(made, data)]


def test_a_key_depends_on_texts_and_options_and_not_on_place_or_time(code, tiny_npz, monkeypatch):
    first = keys(code, tiny_npz)
    os.utime(code / "net.py", (0, 0))
    assert keys(code, tiny_npz) == first
    (code / "elsewhere").mkdir()
    for name in ("net.py", "parts.py"):
        (code / "elsewhere" / name).write_text((code / name).read_text())
    monkeypatch.chdir(code / "elsewhere")
    assert keys(code, tiny_npz) == first
    assert keys(code, tiny_npz, overrides=("model.options.width=9",)) != first
    Path("parts.py").write_text(PARTS + "# a comment\n")  # of an imported file
    assert keys(code, tiny_npz) != first


def test_an_edit_after_the_plan_changes_nothing(code, tiny_npz):
    made = plan.make(dataset=f"npz:{tiny_npz}", network="net.py:build", allow_code=True, out=code / "runs")
    (code / "net.py").write_text("raise SystemExit\n")
    assert asked.network(made)["sources"]["net.py"] == NET


def test_in_a_deployment_only_the_folder_of_the_worker_allows_code(code, tiny_npz, monkeypatch):
    monkeypatch.setattr(compare_flow, "deployment", SimpleNamespace(id="asked for by anybody"))
    monkeypatch.setattr(compare_flow.orphans, "claim", lambda: None)
    monkeypatch.setattr(compare_flow.missed_schedules, "newer_run", lambda: None)
    monkeypatch.setattr(compare_flow, "run_with_prefect", lambda made: made.experiment.network.name)
    wishes = {"dataset": f"npz:{tiny_npz}", "network": "net.py:build", "allow_code": True, "out": code / "runs"}
    with pytest.raises(InputError, match="net.py:build is code: net.py, parts.py "):
        compare_flow.compare.fn(**wishes)
    monkeypatch.setenv("MMDVAE_CODE", str(code))
    assert compare_flow.compare.fn(**wishes) == "net.py:build"


def test_the_built_in_network_can_be_asked_for_instead_of_the_files(code, tiny_npz):
    (code / "mine.toml").write_text(
        'format = 1\nname = "mine"\n[model]\nnetwork = "net.py:build"\noptions = {width = 3}\n'
        '[[variants]]\nregularizer = "none"\n'
    )
    assert plan.make(preset="mine.toml", network="conv", writes=False).experiment.network is None
    assert plan.make(preset="mine.toml", writes=False).experiment.recipe.network.options == {"width": 3}
    with pytest.raises(InputError, match="--set cannot change model.network; take its own option"):
        plan.make(preset="mine.toml", overrides=("model.network=x.py:f",), writes=False)


def test_show_tells_what_to_read_and_runs_nothing(code, tiny_npz):
    told = CliRunner().invoke(main, ["show", "quick", "--network", "net.py:build", "--out", "runs"]).output
    lines = len((NET + PARTS).splitlines())
    assert f"network: net.py:build, net.py, parts.py ({lines} lines, sha256 " in told
    assert "read it, then add --allow-code" in told
    assert not (code / "who").exists()


def test_a_wrong_network_ends_the_comparison_before_any_training(code, tiny_npz):
    (code / "net.py").write_text("def build(image_shape, latent_dim):\n    return 1 / 0\n")
    done = mmdvae(*compare(tiny_npz, "--allow-code"))
    assert done.returncode == 2
    said = "Error: net.py:build: must run, but raises ZeroDivisionError: division by zero, in net.py line 2"
    assert done.stderr.splitlines()[-1] == said
    assert not list((code / "runs/store").glob("train-*"))
    assert not list((code / "runs").glob("*/report.json"))
