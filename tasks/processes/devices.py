"""What a machine offers to trainings: processor cores, memory, GPUs; told without loading a framework."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from mmdvae.jobs import environment

BYTES_PER_JOB = 1.5e9  # a training held 0.75 GB at its peak on a CPU; the rest is margin
# One training of this network launches more than it computes and leaves a GPU idle most of the time (a T4: 5 % of its
# peak). Four share one; not measured here, docs/performance.md says so.
JOBS_PER_GPU = 4
DRIVERS = (Path("/proc/driver/nvidia"), Path("/dev/nvidiactl"), Path("/dev/dxg"))  # the last one: Windows' Linux
# Of control groups, version 2 and 1, as a container sees them.
MEMORY_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a child process may work."""

    name: str  # the same in every run on this machine: cpu-CORE-0, or gpu-ID-0 to gpu-ID-3
    environment: dict[str, str]  # of the child


def slots(jobs: int | None) -> list[Slot]:
    """What runs of this machine share: each child holds one of them while it works.

    One per core as far as memory allows, with GPUs at most four for each of them; more if `jobs` asks for more. Jobs
    take the GPUs in turn. On a CPU each child has one thread: small convolutions do not scale to two.
    """
    devices = gpus()
    count = max(1, min(cores(), int(memory_bytes() / BYTES_PER_JOB)))
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


def gpus() -> list[str]:
    """Ids of the NVIDIA GPUs that this process may use, as CUDA_VISIBLE_DEVICES wants them; none without a driver."""
    if not any(path.exists() for path in DRIVERS):  # then CUDA_VISIBLE_DEVICES is of another machine
        return []
    allowed = os.environ.get("CUDA_VISIBLE_DEVICES")
    if allowed is not None:
        return [gpu for gpu in allowed.split(",") if gpu.strip() not in ("", "-1")]
    if not shutil.which("nvidia-smi"):
        return []
    query = ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"]
    try:
        listing = subprocess.run(query, capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:  # a driver that hangs has no GPU for us
        return []
    return listing.stdout.split() if listing.returncode == 0 else []


def cores() -> int:
    """Cores that this process may use: those that it may run on, or fewer if its control group has less time."""
    import joblib  # half a second that only a comparison needs

    return min(len(core_ids()), joblib.cpu_count())


def core_ids() -> list[int]:
    """Their numbers: processes that are bound to different cores need not wait for each other."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def memory_bytes() -> int:
    """Memory that this process may use: the machine's, or less if its control group says so."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = [path.read_text().strip() for path in MEMORY_LIMITS if path.exists()]
    return min([physical, *(int(limit) for limit in limits if limit != "max")])
