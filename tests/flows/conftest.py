"""A comparison that several files look at, made once for all test processes."""

import json
import os
import shutil
import subprocess

import pytest
from command_line import GRID, compare

from mmdvae.files import locked


@pytest.fixture(scope="session")
def compared(tiny_npz, tmp_path_factory):
    """A finished comparison of two variants: its folder, and the process that made it."""
    own = tmp_path_factory.getbasetemp()
    place = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    out, said = place / "compared", place / "compared.json"
    with locked(place / "compared.lock"):
        if not said.exists():
            done = compare(tiny_npz, out, *GRID, "--epochs", 2)
            assert done.returncode == 0, done.stderr
            said.write_text(json.dumps([done.stdout, done.stderr]))
    return out, subprocess.CompletedProcess([], 0, *json.loads(said.read_text()))


@pytest.fixture
def copy(compared, tmp_path):
    """A copy whose files a test may damage."""
    return shutil.copytree(compared[0], tmp_path / "runs")
