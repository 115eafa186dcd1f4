"""The resources of a machine for trainings: CPU cores, memory, GPUs; found without loading a framework."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mmdvae.jobs import environment
from mmdvae.model import cost

# One training of this network is bound by kernel launches and leaves a GPU idle most of the time (a T4: 5 % of its
# peak), so four share one. Not measured here, as docs/performance.md says.
JOBS_PER_GPU = 4
DRIVERS = (Path("/proc/driver/nvidia"), Path("/dev/nvidiactl"), Path("/dev/dxg"))  # the last one: WSL
# Of control groups (cgroup v2 and v1), as a container sees them.
MEMORY_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a child process may work."""

    name: str  # the same in every run on this machine: cpu-CORE-0, or gpu-ID-0 to gpu-ID-3
    environment: dict[str, str]  # for the child process


def slots(jobs: int | None) -> list[Slot]:
    """The slots that all runs on this machine share; each child process holds one while it works.

    One per core as far as memory allows, with GPUs at most four per GPU; more if `jobs` asks for more. Consecutive
    slots are on different GPUs. On a CPU each child has one thread: small convolutions do not scale to two.
    """
    devices = gpus()
    count = min(cores(), fitting(cost.LEAST))
    if devices:
        count = max(len(devices), min(count, JOBS_PER_GPU * len(devices)))
    kind, places = ("gpu", devices) if devices else ("cpu", list(map(str, core_ids())))
    return [
        Slot(
            f"{kind}-{re.sub('[^A-Za-z0-9-]', '_', places[number % len(places)])}-{number // len(places)}",
            environment.of_child(places[number % len(places)] if devices else None),
        )
        for number in range(max(count, jobs or 0))
    ]


def fitting(bytes_each: float) -> int:
    """How many processes of that size this machine's memory holds, and that of its GPUs if they are used and known.

    At least one of the smallest, whose size has a margin: a machine that has less is not refused all work.
    """
    count, devices = int(memory_bytes() / bytes_each), gpus()
    if devices and (each := gpu_memory()):
        count = min(count, len(devices) * int(min(each) / bytes_each))
    return max(count, int(bytes_each <= cost.LEAST))


def largest() -> float:
    """Bytes that a single training may take."""
    return min([memory_bytes(), *(gpu_memory() if gpus() else [])])


def gpus() -> list[str]:
    """Ids of the NVIDIA GPUs that this process may use, as CUDA_VISIBLE_DEVICES wants them; none without a driver."""
    if not any(path.exists() for path in DRIVERS):  # then CUDA_VISIBLE_DEVICES is meant for another machine
        return []
    allowed = os.environ.get("CUDA_VISIBLE_DEVICES")
    if allowed is not None:
        return [gpu for gpu in allowed.split(",") if gpu.strip() not in ("", "-1")]
    return _of_each_gpu("index")


@cache
def gpu_memory() -> list[float]:
    """Bytes of each GPU of this machine; empty if the driver does not tell."""
    return [float(mebibytes) * 2**20 for mebibytes in _of_each_gpu("memory.total") if mebibytes.isdecimal()]


def _of_each_gpu(what: str) -> list[str]:
    if not shutil.which("nvidia-smi"):
        return []
    query = ["nvidia-smi", f"--query-gpu={what}", "--format=csv,noheader,nounits"]
    try:
        listing = subprocess.run(query, capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:  # a hanging driver offers no GPU
        return []
    return listing.stdout.split() if listing.returncode == 0 else []


def cores() -> int:
    """Number of cores that this process may use: its CPU affinity, or fewer if its control group has a lower quota."""
    import joblib  # takes half a second; only a comparison needs it

    return min(len(core_ids()), joblib.cpu_count())


def core_ids() -> list[int]:
    """Numbers of these cores: processes that are bound to different cores need not wait for each other."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def memory_bytes() -> int:
    """Memory that this process may use: the machine's, or less if its control group says so."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = [path.read_text().strip() for path in MEMORY_LIMITS if path.exists()]
    return min([physical, *(int(limit) for limit in limits if limit != "max")])
