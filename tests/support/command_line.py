"""The command in a process of its own, and what came of it."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

MMDVAE = [sys.executable, "-P", "-m", "mmdvae"]


GRID = ["--alpha", "0", "--alpha", "0.6", "--sigma", "2.83"]


COSTS = {"train_seconds", "evaluate_seconds", "peak_rss_mb"}


def mmdvae(*words, timeout=300):
    """Run the command to its end; return the completed process."""
    return subprocess.run([*MMDVAE, *map(str, words)], capture_output=True, text=True, timeout=timeout, check=False)


def compare(tiny_npz, out, *words):
    return mmdvae("compare", "quick", "--dataset", f"npz:{tiny_npz}", "--out", out, "--server", "none", *words)


def report_of(done):
    """report.json beside the page that the command printed last."""
    return json.loads(Path(done.stdout.splitlines()[-1]).with_name("report.json").read_text())


def numbers_of(report):
    """The values that must not depend on when and how often something was run."""
    return {
        variant["name"]: [
            (run["seed"], run["history"], {k: v for k, v in run["metrics"].items() if k not in COSTS})
            for run in variant["runs"]
        ]
        for variant in report["variants"]
    }


def wait_for_end_of_work(out):
    """Wait until no process has a file open below a folder: the comparison of a killed command ends by itself."""
    end = time.monotonic() + 20
    while any(_has_open(process, out) for process in Path("/proc").glob("[0-9]*")):
        assert time.monotonic() < end, "processes are left"
        time.sleep(0.1)


def _has_open(process, out):
    try:
        return any(str(out) in os.readlink(link) for link in (process / "fd").iterdir())
    except OSError:
        return False
