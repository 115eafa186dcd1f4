"""Files are complete or absent, never partial."""

import os
import stat
import subprocess
import sys
import threading

import pytest

from mmdvae.files import locked, write_text


def test_others_may_read_a_file_as_the_umask_says_and_the_umask_is_never_touched(tmp_path, monkeypatch):
    """The umask belongs to the whole process: setting it, even just to read it, is a race between threads."""
    before = os.umask(0o027)
    try:
        monkeypatch.setattr(os, "umask", lambda mask: pytest.fail("the umask was set"))
        write_text(tmp_path / "report.html", "page")
    finally:
        monkeypatch.undo()
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "report.html").stat().st_mode) == 0o640


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file"
    write_text(path, "old")
    with pytest.raises(AttributeError):
        write_text(path, None)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_killed_holder_frees_the_lock(tmp_path):
    hold = "import sys, time; from pathlib import Path; from mmdvae.files import locked\n"
    hold += "with locked(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", hold, str(tmp_path / "lock")], stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        taken = threading.Event()
        waiter = threading.Thread(target=_take, args=(tmp_path / "lock", taken))
        waiter.start()
        held = not taken.wait(0.2)
        holder.kill()
        assert held
        assert taken.wait(10)
        waiter.join()


def _take(path, taken):
    with locked(path):
        taken.set()
