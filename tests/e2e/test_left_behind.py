"""Tests that are killed leave no process and no database behind."""

import subprocess
import sys
from pathlib import Path

import reaper
from site_of_tests import wait_for

UNATTENDED = """
import pathlib, sys
from databases import postgresql
from site_of_tests import Site, wait_for

with postgresql() as url:
    site = Site(pathlib.Path(sys.argv[1]), url, webhook="")
    site.start_server()
    site.start_worker()
    wait_for(lambda: "started!" in site.log("worker"), "the worker")
    print(url, flush=True)
    sys.stdin.read()
"""
SOON = 20  # seconds


def test_killed_tests_leave_nothing_behind(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", UNATTENDED, tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent,
    ) as tests:
        folder = Path(tests.stdout.readline().strip().partition("host=")[2])
        assert (folder / "data/postmaster.pid").exists()
        assert len(reaper.living(str(tmp_path))) >= 2
        tests.kill()
    wait_for(lambda: not folder.exists(), "the end of the database", seconds=SOON)
    wait_for(lambda: not reaper.living(str(tmp_path)), "the end of server and worker", seconds=SOON)
