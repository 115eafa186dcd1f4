"""A short run of `make chaos`, so that the chaos suite itself keeps working."""

import subprocess
import sys

from site_of_tests import PATIENCE, ROOT


def test_two_kills_are_harmless(tmp_path):
    page = tmp_path / "chaos.md"
    words = ["--kills", "2", "--only", "child", "--only", "flow", "--page", page]
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "chaos", *words],
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 kills" in page.read_text()
    assert "none with a problem" in page.read_text()
