"""The command in a process of its own, and what came of it."""

import json
import subprocess
import sys
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
