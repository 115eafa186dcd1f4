"""`mmdvae refine` is killed with -9 and goes on."""

import json
import subprocess

import pytest
from command_line import MMDVAE, mmdvae, report_of, wait_for_end_of_work

from mmdvae.record import report_json

FILE = """format = 1
name = "mine"
data = {{ source = "npz:{data}" }}
training = {{ epochs = 1 }}
[[variants]]
regularizer = "mmd"
alpha = 0.6
sigma = 2.83
"""
CORNERS = ["mmd-a0.2-s2.83", "mmd-a0.9-s2.83", "mmd-a0.2-s6.75", "mmd-a0.9-s6.75"]


@pytest.mark.outage
def test_killed_and_started_again_it_goes_on_and_ends_with_a_page(tiny_npz, tmp_path):
    path, out = tmp_path / "mine.toml", tmp_path / "runs"
    path.write_text(FILE.format(data=tiny_npz))
    words = ["refine", str(path), "--trainings", "5", "--go", "--server", "none", "--out", str(out), "--jobs", "2"]
    with subprocess.Popen([*MMDVAE, *words], stderr=subprocess.PIPE, text=True) as first:
        for line in first.stderr:
            if "train" in line and "done" in line:
                break
        first.kill()
    wait_for_end_of_work(out)
    kept = {result: result.stat().st_mtime_ns for result in out.glob("store/train-*/result.json")}
    assert kept
    assert not list(out.glob("*/report.json"))
    done = mmdvae(*words)
    assert done.returncode == 0, done.stderr
    assert all(result.stat().st_mtime_ns == when for result, when in kept.items())
    report = report_of(done)
    assert {one["name"] for one in report["variants"]} >= {"mmd-a0.6-s2.83", *CORNERS}
    assert report["run"]["chosen"]["by"] == ["valid_mse", "valid_sliced_w2"]
    pages = sorted(out.glob("*/report.html"))
    assert f"Chosen among {report['run']['chosen']['among']} settings" in pages[-1].read_text()
    again = mmdvae(*words)  # every round is in the list of runs
    assert (again.returncode, again.stdout) == (0, done.stdout)
    assert sorted(out.glob("*/report.html")) == pages
    assert report_json.load(pages[-1].parent).run.experiment == json.loads(json.dumps(report["run"]["experiment"]))
