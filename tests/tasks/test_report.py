"""A run's folder is written completely or not at all, despite leftovers of killed processes and other runs that end."""

import json
import subprocess
import sys
import threading
import time

import fake_run
import pytest

from flows.commands.results import report
from mmdvae.files import locked
from reports import write
from tasks.report import write_report


@pytest.fixture
def run(tmp_path):
    """Arguments for a report into `tmp_path`."""
    made = fake_run.make(tmp_path, fake_run.QUICK[:1])
    manifest = json.loads((made.run_dir / "manifest.json").read_text())
    return tmp_path / "20260301-093000-quick-beef", made.store, made.report, manifest, "format = 1\n"


def test_what_a_killed_process_left_is_gone_when_the_next_report_is_written(run, tmp_path):
    (tmp_path / ".draft").mkdir()
    (tmp_path / ".draft" / "report.html").write_text("<html>half a pa")
    (tmp_path / ".index.html.x1y2").write_text("<html>half a li")
    page = write_report.fn(*run)
    assert page.read_text().endswith("</html>")
    assert list(tmp_path.glob(".*")) == []


def test_a_report_waits_for_the_one_that_is_being_written_so_that_the_list_misses_none(run, tmp_path):
    thread = threading.Thread(target=write_report.fn, args=run)
    with locked(run[1] / ".report.lock"):
        thread.start()
        time.sleep(1)
        assert not (tmp_path / ".draft").exists()
    thread.join(timeout=300)
    assert run[0].name in (tmp_path / "index.html").read_text()


def test_a_page_made_again_waits_as_well(run, monkeypatch):
    page = write_report.fn(*run)
    assert run[1] == run[0].with_name("store")
    called = threading.Event()
    monkeypatch.setattr(write, "rewrite", lambda *_, **__: called.set() or page)
    words = {"run": run[0], "out": run[0].parent, "judge": False, "serve": False, "port": None}
    thread = threading.Thread(target=report.callback, kwargs=words)
    with locked(run[1] / ".report.lock"):
        thread.start()
        assert not called.wait(1)
    assert called.wait(300)
    thread.join()


def test_a_report_that_finds_the_disk_full_says_so_in_one_line_and_leaves_nothing(run, tmp_path):
    before = set(tmp_path.iterdir())
    code = """
import resource, sys
from pathlib import Path
from mmdvae.files import read_json
from mmdvae.record import report_json
from tasks.report import write_report
run_dir, store, made = map(Path, sys.argv[1:])
records = report_json.load(made), read_json(made / "manifest.json"), ""
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_report.fn(run_dir, store, *records)
except ValueError as error:
    print(error)
"""
    command = [sys.executable, "-c", code, *run[:2], tmp_path / run[2].run.id]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == (
        f"the report {run[0]} cannot be written (File too large); trained variants are kept, "
        "run the same command again\n"
    )
    assert set(tmp_path.iterdir()) == before
