"""The machine that a measurement was made on, and its peak rate of matrix multiplication."""

import os
import platform
import re
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from tasks.processes import devices

SIZE = 2048  # of the matrices: 17 GFLOP per product


def describe() -> dict[str, Any]:
    """What readers need to compare the figures with their own."""
    cpu_info = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*:\s*(.+)", cpu_info.read_text()) if cpu_info.exists() else []
    return {
        "cpu": names[0] if names else platform.processor() or platform.machine(),
        "cores": devices.cores(),
        "memory_gb": round(devices.memory_bytes() / 1e9, 1),
        "gpus": len(devices.gpus()),
        "system": f"{platform.system()}, Python {platform.python_version()}",
        "libraries": {name: version(name) for name in ("tensorflow", "keras", "numpy", "prefect")},
    }


def sgemm_gflops(repeats: int = 3) -> float:
    """Rate of a float32 matrix product with as many threads as this process may use, in GFLOP/s: the median."""
    a, b = np.random.default_rng(0).random((2, SIZE, SIZE), dtype="float32")
    a @ b
    rates = []
    for _ in range(repeats):
        started = time.perf_counter()
        a @ b
        rates.append(2 * SIZE**3 / (time.perf_counter() - started) / 1e9)
    return float(np.median(rates))


def at_the_same_time(folder: str, workers: int) -> None:
    """A barrier: return when `workers` processes have called this with the same folder, so that none measures alone.

    Raises: TimeoutError if some have not after five minutes, because one of them has died.
    """
    (Path(folder) / str(os.getpid())).touch()
    deadline = time.monotonic() + 300
    while (there := len(list(Path(folder).iterdir()))) < workers:
        if time.monotonic() > deadline:
            raise TimeoutError(f"only {there} of {workers} processes came")
        time.sleep(0.01)
