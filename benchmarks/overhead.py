"""Overhead of the pipeline, and of Prefect in it.

The first six variants of the quick preset, trained one at a time for their two epochs on 300 tiny images, so that the
training itself hardly counts. Then the same six once on all real images, for Prefect's share of the time.
"""

import contextlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import child
from benchmarks.pipeline import MMDVAE, make_tiny
from mmdvae.data import prepare as datasets
from mmdvae.experiment import file

ROUNDS = 3
QUICK = file.read("quick")
VARIANTS = QUICK.variants[:6]  # always as many, so that editions of the program can be compared
START = 120  # seconds that a server may take to start


def measure(data: Path) -> dict[str, Any]:
    """Seconds per round and way, first run and repeat with all results stored; and of one quick run on real images."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tiny = make_tiny(folder)
        with _lasting_server(folder / "prefect") as url:
            rounds = [_round(tiny, {"threads": "none", "server": url, "auto": "auto"}) for _ in range(ROUNDS)]
        return {"rounds": rounds, "quick": quick(data, folder / "quick")}


def _round(tiny: str, ways: dict[str, str]) -> dict[str, float]:
    seconds = {"bare": child.call(bare_calls, env=child.ONE_THREAD, tiny=tiny)}
    for way, server in ways.items():
        with tempfile.TemporaryDirectory() as out:
            for kind in (way, f"{way}_cached"):
                seconds[kind] = _compare("--dataset", tiny, "--jobs", "1", "--server", server, "--out", out)
    return seconds


def bare_calls(tiny: str) -> float:
    """Seconds of the same functions called one after another in one process, imports not counted."""
    from mmdvae.measures import baselines, classifier, evaluate
    from mmdvae.training import fit
    from mmdvae.training.load import load

    with tempfile.TemporaryDirectory() as name:
        started = time.perf_counter()
        data = datasets.prepare(tiny, data_dir=None, store=Path(name)).folder
        judge = Path(name) / "classifier"
        judge.mkdir()
        classifier.fit(data, judge, lambda event: None)
        baselines.evaluate(data, judge, latent_dims=[8])
        for variant in VARIANTS:
            folder = Path(name) / variant.name
            folder.mkdir()
            fit.fit(variant, QUICK.recipe, seed=0, data=data, folder=folder, report=lambda event: None)
            model = load(folder, variant, QUICK.recipe)
            evaluate.evaluate(model, data=data, judge=judge, folder=folder)
        return time.perf_counter() - started


def quick(data: Path, out: Path) -> float:
    """Seconds of these variants on real images, without Prefect; the data set is already prepared."""
    shutil.copytree(data, out / "store" / data.name)
    return _compare("--server", "none", "--out", str(out))


def medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    """The median of each way."""
    return {way: statistics.median(each[way] for each in rounds) for way in rounds[0]}


def _compare(*options: str) -> float:
    only = [word for variant in VARIANTS for word in ("--only", variant.name)]
    started = time.perf_counter()
    subprocess.run([MMDVAE, "compare", "quick", *only, *options], capture_output=True, check=True)
    return time.perf_counter() - started


@contextlib.contextmanager
def _lasting_server(home: Path) -> Iterator[str]:
    """Start a server of our own; yield its API's address once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    quiet = {"PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    with subprocess.Popen(
        command, env=os.environ | quiet, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            url, deadline = f"http://127.0.0.1:{port}/api", time.monotonic() + START
            while not _answers(f"{url}/health"):
                if server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"no Prefect server answers at {url}")
                time.sleep(0.2)
            yield url
        finally:
            server.terminate()


def _answers(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):
        return True
    return False
