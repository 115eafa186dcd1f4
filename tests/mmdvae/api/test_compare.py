"""`mmdvae.compare` as a program calls it: a child process, its ends, and the trained model."""

import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pytest

import mmdvae
from mmdvae.api import compare as module
from mmdvae.jobs import store
from mmdvae.training.load import load

TINY = {"name": "tiny", "format": 1, "training": {"epochs": 1}, "variants": [{"regularizer": "none"}]}
ENDLESS = (
    "import mmdvae; mmdvae.compare('quick', dataset={data!r}, epochs=9999, only='none', server='none', out={out!r})"
)


@pytest.fixture(scope="module")
def report(tiny_npz, tmp_path_factory):
    """A comparison by a dictionary, with the path of its data relative to the current folder, and what was printed."""
    folder = tmp_path_factory.mktemp("program")
    shutil.copy(tiny_npz, folder / "mine.npz")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        found = mmdvae.compare({**TINY, "data": {"source": "npz:mine.npz"}}, server="none", out="my runs")
        yield found
    assert found.folder.parent.name == "my runs"


def test_a_dictionary_is_an_experiment_with_paths_from_here(report):
    assert report.record.run.preset == "tiny"
    assert report.record.run.dataset.name == "npz:mine.npz"
    assert report.page.is_file()
    assert list(report.frame().variant) == ["none"]


def test_the_model_is_that_of_the_store(report):
    model, images = report.model("none"), np.random.default_rng(0).integers(0, 256, (5, 28, 28), dtype=np.uint8)
    same = load(model.folder)
    means, log_variances = model.encode(images)
    assert np.array_equal(means, same.encode(images)[0])
    assert (means.shape, log_variances.shape, model.latent_dim, model.image_shape) == ((5, 8), (5, 8), 8, (28, 28, 1))
    pixels = model.decode(means)
    assert np.allclose(pixels, 1 / (1 + np.exp(-same.decode(means).astype(float))), atol=1e-6)
    assert np.array_equal(pixels, model.reconstruct(images))
    assert np.array_equal(model.sample(3, seed=1), model.sample(3, seed=1))
    assert not np.array_equal(model.sample(3, seed=1), model.sample(3, seed=2))
    assert repr(model) == "<mmdvae.Model none: 28 x 28 x 1 -> 8>"
    assert np.array_equal(mmdvae.load_model(model.folder).encode(images)[0], means)
    for n in (0, True, 1.5):
        with pytest.raises(mmdvae.InputError, match="n must be a whole number >= 1, got"):
            model.sample(n)


def test_the_model_is_exported_with_what_is_known_of_it(report, tmp_path):
    paths = report.model("none").export(tmp_path / "winner")
    assert {"encoder.keras", "decoder.keras", "model.json", "example.py"} <= {path.name for path in paths}
    assert report.record.run.dataset.sha256 in (tmp_path / "winner/model.json").read_text()


def test_a_model_that_is_not_there_gets_one_line(report, tmp_path):
    with pytest.raises(mmdvae.InputError, match="unknown variant 'nope'; choose one of: none"):
        report.model("nope")
    with pytest.raises(mmdvae.InputError, match="seed must be one of: 0; got 7"):
        report.model("none", seed=7)
    with pytest.raises(mmdvae.InputError, match="must be the folder of a training"):
        mmdvae.load_model(tmp_path)
    copy = shutil.copytree(report.folder, tmp_path / "copy")  # without its store
    with pytest.raises(mmdvae.InputError, match="none has no model in the store: .* trains it again"):
        mmdvae.load_report(copy).model("none")


def test_what_is_wrong_is_one_line_as_on_the_command_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(mmdvae.InputError) as caught:
        mmdvae.compare({**TINY, "training": {"epoch": 1}}, server="none", progress=False)
    assert str(caught.value).startswith("experiment.toml: training.epoch: unknown key; did you mean epochs? known: ")
    with pytest.raises(mmdvae.InputError, match="unknown preset 'nope'; choose one of: quick, "):
        mmdvae.compare("nope", progress=False)
    with pytest.raises(mmdvae.InputError, match="the experiment must hold texts, numbers, lists and tables, but"):
        mmdvae.compare({**TINY, "seeds": None})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("code", "told", "kind", "said"),
    [
        (1, ["Error: variant none with seed 0: diverged"], mmdvae.VariantFailed, "variant none with seed 0: diverged"),
        (1, ["Traceback"], RuntimeError, "the comparison ended with exit code 1: Traceback"),
        (-9, [], RuntimeError, "the comparison ended with exit code -9: it said nothing"),
    ],
)
def test_other_ends_are_exceptions_of_their_own(monkeypatch, code, told, kind, said):
    monkeypatch.setattr(module, "_run", lambda *_, **__: (code, "", told))
    with pytest.raises(kind, match=said):
        mmdvae.compare()


def test_a_variant_that_failed_is_a_warning_and_in_the_report(monkeypatch, report):
    monkeypatch.setattr(module, "_run", lambda *_, **__: (3, str(report.page), []))
    with pytest.warns(UserWarning, match="some variants failed, the report says why: "):
        assert mmdvae.compare().record == report.record


@pytest.fixture
def program(tiny_npz, tmp_path):
    """A program in the middle of a training, and the process ids of its children."""
    code = ENDLESS.format(data=f"npz:{tiny_npz}", out=str(tmp_path))
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as one:
        for line in one.stdout:
            if "epoch 1/9999" in line:
                break
        yield one
        one.kill()


def working(out):
    """Whether anybody trains in a store."""
    return any(store.is_claimed(folder) for folder in (Path(out) / "store").glob("train-*"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_comparison_ends_with_its_program(program, tmp_path, number):
    assert working(tmp_path)
    program.send_signal(number)
    program.wait(timeout=30)
    ended = time.monotonic() + 30
    while working(tmp_path):
        assert time.monotonic() < ended, "it goes on without the program"
        time.sleep(0.1)
    if number == signal.SIGINT:
        assert "KeyboardInterrupt" in program.stderr.read()
    assert list((tmp_path / "store").glob("train-*/checkpoint.npz"))  # from which the same call goes on


def test_its_messages_are_lines_even_where_the_program_has_colours(report, capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = mmdvae.compare(report.folder, server="none", out=report.folder.parent)
    told = capsys.readouterr().out
    assert "train none: found" in told
    assert "\x1b" not in told
    assert again.frame().mse.equals(report.frame().mse)
    assert os.environ["FORCE_COLOR"] == "1"
