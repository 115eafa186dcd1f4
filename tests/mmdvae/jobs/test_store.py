"""The store: only complete results count."""

import shutil
import subprocess
import sys
import time

import pytest

from mmdvae.errors import InputError
from mmdvae.jobs import store


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
        "import sys, time; from pathlib import Path; from mmdvae.jobs import store\n"
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
