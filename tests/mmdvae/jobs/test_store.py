"""The store: keys name all that work depends on, and only whole work counts."""

import dataclasses
import shutil
import subprocess
import sys
import time

import pytest

from mmdvae import recipes, variants
from mmdvae.errors import InputError
from mmdvae.jobs import store

BASE = {"seed": 0, "data_sha256": "0" * 64, "backend": "tensorflow"}
VARIANT = variants.gaussian(0.6, 2.83)
RECIPE = recipes.STANDARD


def test_a_key_changes_with_all_that_a_training_depends_on():
    keys = [
        store.train_key(VARIANT, RECIPE, **BASE),
        store.train_key(variants.gaussian(0.6, 2.84), RECIPE, **BASE),
        store.train_key(VARIANT, dataclasses.replace(RECIPE, epochs=3), **BASE),
        store.train_key(VARIANT, RECIPE, **BASE | {"seed": 1}),
        store.train_key(VARIANT, RECIPE, **BASE | {"data_sha256": "1" * 64}),
        store.train_key(VARIANT, RECIPE, **BASE | {"backend": "jax"}),
    ]
    assert len(set(keys)) == len(keys)
    assert keys[0] == store.train_key(VARIANT, RECIPE, **BASE)
    assert all(store.KEY.fullmatch(key) for key in keys)


def finished(folder):
    folder.mkdir()
    (folder / "model.npz").write_bytes(b"weights")
    store.finish(folder, {"status": "ok"}, ("model.npz",))
    return folder


def test_finished_work_is_found(tmp_path):
    assert store.read(finished(tmp_path / "train")) == {"status": "ok"}


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: (folder / "model.npz").unlink(),
        lambda folder: (folder / "model.npz").write_bytes(b"weightz"),
        lambda folder: (folder / store.RESULT).unlink(),
        lambda folder: (folder / store.RESULT).write_text("{"),
        lambda folder: (folder / store.RESULT).write_text("{}"),
        lambda folder: (folder / store.RESULT).write_text("[]"),
        lambda folder: shutil.rmtree(folder),
    ],
    ids=[
        "file deleted",
        "file changed",
        "no result",
        "half a result",
        "empty result",
        "another thing",
        "folder deleted",
    ],
)
def test_damaged_work_counts_as_undone(tmp_path, harm):
    folder = finished(tmp_path / "train")
    harm(folder)
    assert store.read(folder) is None


@pytest.mark.parametrize("key", ["../../etc", "train-123", "train-" + "g" * 24, "", None, "train-" + "0" * 24 + "/.."])
def test_a_key_cannot_lead_out_of_the_store(tmp_path, key):
    with pytest.raises(InputError, match="a store key must look like train-"):
        store.folder_of(tmp_path, key)


def test_a_killed_holder_lets_go_at_once_and_its_half_written_files_go(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from mmdvae import store\n"
        "with store.claimed(Path(sys.argv[1])):\n"
        "    Path(sys.argv[1], '.model.npz.abc').write_text('half')\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        holder.kill()
    started = time.monotonic()
    with store.claimed(tmp_path):
        assert not list(tmp_path.glob(".model*"))
    assert time.monotonic() - started < 5


def test_a_folder_that_is_not_there_is_free_and_a_lock_that_cannot_be_opened_is_an_error(tmp_path):
    assert not store.is_claimed(tmp_path / "nothing")
    (tmp_path / "odd" / store.LOCK).mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        store.is_claimed(tmp_path / "odd")


def asked(epochs, **changes):
    recipe = dataclasses.replace(RECIPE, epochs=epochs).to_dict()
    request = {"kind": "train", "variant": VARIANT.to_dict(), "recipe": recipe, "seed": 0, "data": "/there/data-0"}
    return request | changes


def test_trainings_of_another_length_are_known_and_nothing_else_is_taken_for_one(tmp_path):
    for number, request in enumerate([asked(2), asked(20), asked(3, seed=1), asked(4, data="data-1")]):
        folder = tmp_path / f"train-{number}"
        folder.mkdir()
        store.describe(folder, request)
        assert "/there" not in (folder / store.REQUEST).read_text()
    (tmp_path / "train-cut").mkdir()
    (tmp_path / "train-cut" / store.REQUEST).write_text("{")
    assert store.other_epochs(tmp_path, [asked(5)]) == {2, 20}
    assert store.other_epochs(tmp_path, [asked(2)]) == {20}
    assert store.other_epochs(tmp_path, []) == set()
