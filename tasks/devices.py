"""What a machine offers to trainings: processor cores, memory, GPUs; told without loading a framework."""

import os
import shutil
import subprocess

BYTES_PER_JOB = 1.5e9  # a training holds 1.0 GB at its peak on a CPU; the rest is margin


def slots(jobs: int | None) -> list[dict[str, str]]:
    """The environment of each child process that may run at a time.

    One per GPU if there are any, else one per core as far as memory allows; `jobs` sets another number. More jobs than
    GPUs share them in turn. On a CPU each child has one thread: small convolutions do not scale to two.
    """
    devices = gpus()
    count = jobs or len(devices) or max(1, min(cores(), int(memory_bytes() / BYTES_PER_JOB)))
    return [_environment(devices[number % len(devices)] if devices else None) for number in range(count)]


def gpus() -> list[str]:
    """Ids of the NVIDIA GPUs that this process may use, as CUDA_VISIBLE_DEVICES wants them."""
    allowed = os.environ.get("CUDA_VISIBLE_DEVICES")
    if allowed is not None:
        return [gpu for gpu in allowed.split(",") if gpu.strip() not in ("", "-1")]
    if not shutil.which("nvidia-smi"):
        return []
    query = ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"]
    listing = subprocess.run(query, capture_output=True, text=True, timeout=60, check=False)
    return listing.stdout.split() if listing.returncode == 0 else []


def cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory_bytes() -> int:
    """Physical memory of the machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _environment(gpu: str | None) -> dict[str, str]:
    shared = {
        "ARROW_DEFAULT_MEMORY_POOL": "system",  # its own starts a thread, which does not survive a fork
        "KERAS_BACKEND": backend(),
        "PYTHONHASHSEED": "0",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "TF_DETERMINISTIC_OPS": "1",  # the same seed gives the same numbers on one machine
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    }
    if gpu is not None:
        return shared | {"CUDA_VISIBLE_DEVICES": gpu, "XLA_FLAGS": "--xla_gpu_deterministic_ops=true"}
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    return shared | {"CUDA_VISIBLE_DEVICES": "-1"} | dict.fromkeys(threads, "1")


def backend() -> str:
    """The Keras backend that trainings use."""
    return os.environ.get("KERAS_BACKEND") or "tensorflow"
