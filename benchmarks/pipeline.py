"""Start time of a child process, and growth of time and memory with variants and latent dimensions.

The work here is tiny (300 images of scikit-learn's digits, one epoch), so that the pipeline's own cost shows.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import child
from mmdvae import variants
from mmdvae.files import read_json
from mmdvae.jobs import store
from mmdvae.jobs.request import code_of
from tasks.processes import devices
from tasks.processes.children import ForkServer

PAIRS = 3
COUNTS = (1, 4, 16, 64)
DIMS = (2, 8, 32)
MMDVAE = str(Path(sys.executable).with_name("mmdvae"))


def measure(data: Path) -> dict[str, Any]:
    """Start time of a child process; growth with variants and latent dimensions."""
    with tempfile.TemporaryDirectory() as name:
        tiny = make_tiny(Path(name))
        return {
            "start": start_of_a_child(),
            "variants": [many_variants(tiny, count) for count in COUNTS],
            "dims": [
                child.call(one_dimension, env=child.ONE_THREAD, data=str(data), latent_dim=latent_dim)
                for latent_dim in DIMS
            ],
        }


def make_tiny(folder: Path) -> str:
    """Write an .npz of 300 small images; return the value for --dataset."""
    import numpy as np
    from sklearn.datasets import load_digits

    digits, labels = load_digits(return_X_y=True)
    images = np.pad(np.kron(digits.reshape(-1, 8, 8), np.ones((3, 3))), ((0, 0), (2, 2), (2, 2))) * (255 / 16)
    images, labels = images.astype("uint8"), labels.astype("uint8")
    arrays = {"x_train": images[:300], "y_train": labels[:300], "x_test": images[300:360], "y_test": labels[300:360]}
    np.savez(folder / "tiny.npz", **arrays)
    return f"npz:{folder / 'tiny.npz'}"


def start_of_a_child() -> dict[str, float]:
    """Seconds from requesting a child that can train to its first answer: forked, and as a new interpreter."""
    with tempfile.TemporaryDirectory() as name:
        finished = Path(name)
        store.finish(finished, {}, ())
        request = {"kind": "train", "folder": name, "code": code_of("train", {})}
        fork_server = ForkServer(child.ONE_THREAD)
        try:
            server = _seconds(lambda: _forked(fork_server, request))
            forked = [_seconds(lambda: _forked(fork_server, request)) for _ in range(10)]
        finally:
            fork_server.close()
    new = [sys.executable, "-c", "import mmdvae.training.fit, mmdvae.measures.evaluate"]
    environment = os.environ | child.ONE_THREAD
    fresh = [
        _seconds(lambda: subprocess.run(new, env=environment, stderr=subprocess.DEVNULL, check=True))
        for _ in range(PAIRS)
    ]
    return {"forked": statistics.median(forked), "fresh": statistics.median(fresh), "server": server}


def many_variants(tiny: str, count: int) -> dict[str, Any]:
    """A comparison of `count` tiny variants."""
    with tempfile.TemporaryDirectory() as out:
        sigmas = [word for name in _names(count) for word in ("--sigma", name)]
        return _watched(["--alpha", "0.6", *sigmas, "--dataset", tiny], Path(out))


def memory(data: Path) -> dict[str, Any]:
    """Memory of all processes of a comparison with one variant per core, on all images by the standard recipe."""
    with tempfile.TemporaryDirectory() as out:
        shutil.copytree(data, Path(out) / "store" / data.name)
        sigmas = [word for name in _names(devices.cores()) for word in ("--sigma", name)]
        return _watched(["--alpha", "0.6", *sigmas], Path(out))


def _watched(options: list[str], out: Path) -> dict[str, Any]:
    """A comparison of one epoch: seconds, and megabytes of its processes at the end of the n-th training."""
    command = [MMDVAE, "compare", "quick", *options, "--epochs", "1", "--server", "none", "--out", str(out)]
    started, parent, server = time.perf_counter(), [], []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            if line.startswith("train ") and line.rstrip().endswith("done"):
                parent.append(_megabytes(process.pid))
                server.append(max(map(_megabytes, _children_of(process.pid)), default=0.0))
        page = Path(process.stdout.read().strip())
    if process.returncode:
        raise RuntimeError(f"{command} ended with {process.returncode}")
    seconds = time.perf_counter() - started
    finished = [read_json(path)["record"] for path in (out / "store").glob("*/result.json")]
    return {
        "variants": len(read_json(page.with_name("report.json"))["variants"]),
        "seconds": seconds,
        "page_mb": page.stat().st_size / 1e6,
        "parent_mb": parent,
        "server_mb": server,
        "child_peak_mb": max(record["peak_rss_mb"] for record in finished if "history" in record),
        "evaluation_peak_mb": max(record["peak_rss_mb"] for record in finished if "metrics" in record),
    }


def one_dimension(data: str, latent_dim: int) -> dict[str, float]:
    """Microseconds per image of a training step and seconds of an evaluation at one latent dimension; real images."""
    import dataclasses

    import numpy as np

    from mmdvae import recipes
    from mmdvae.data import array_folder
    from mmdvae.measures import evaluate
    from mmdvae.training import compiled_loop, fit
    from mmdvae.training.build import build

    variant = dataclasses.replace(variants.gaussian(0.6, latent_dim**0.5), latent_dim=latent_dim)
    built = build(variant, recipes.STANDARD, seed=0)
    loop = compiled_loop.CompiledLoop(built, array_folder.open_split(Path(data), "train")[0])
    loop.run("train", np.arange(256), batch_size=128)
    started = time.process_time()
    loop.run("train", np.arange(12_800), batch_size=128, after=lambda done: 4)
    step = (time.process_time() - started) / 12_800
    with tempfile.TemporaryDirectory() as name:
        started = time.process_time()
        evaluate.evaluate(built, data=Path(data), judge=None, folder=Path(name))
        seconds = time.process_time() - started
    return {
        "latent_dim": latent_dim,
        "us_per_image": 1e6 * step,
        "evaluation_seconds": seconds,
        "peak_mb": fit.peak_rss_mb(),
    }


def _forked(fork_server: ForkServer, request: dict[str, Any]) -> None:
    import json

    with fork_server.start(child.ONE_THREAD) as started:
        started.requests.write(json.dumps(request).encode() + b"\n")
        started.requests.flush()
        started.answers.readline()


def _names(count: int) -> list[str]:
    return [f"{2.0 ** (number / 8):.4g}" for number in range(count)]


def _seconds(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _megabytes(pid: int) -> float:
    # Private memory only: what processes share counts for none of them.
    return int(re.findall(r"RssAnon:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0]) * 1024 / 1e6


def _children_of(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(one) for file in children for one in file.read_text().split()]
