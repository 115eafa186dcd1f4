"""The environment variables of a child process, on which numbers and speed depend."""

import importlib.util
import os

from mmdvae.errors import InputError

BACKENDS = ("tensorflow", "jax")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
TENSORFLOW_THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


# Prefixes of variables that can change numbers or make a child fail; a child gets only the ones set here.
LIBRARIES = (
    *("BLIS_", "CUBLAS_", "CUDNN_", "DNNL_", "GOTO_", "JAX_", "KERAS_", "KMP_", "MKL_", "NUMEXPR_", "NVIDIA_TF32_"),
    *("OMP_", "ONEDNN_", "OPENBLAS_", "TF2_", "TF_", "XLA_"),
    *("PYTHONDEVMODE", "PYTHONINSPECT", "PYTHONOPTIMIZE", "PYTHONTRACEMALLOC", "PYTHONWARNINGS"),
    "SOURCE_DATE_EPOCH",
)


def backend() -> str:
    """The Keras backend that KERAS_BACKEND names; InputError if it is not supported or not installed."""
    name = os.environ.get("KERAS_BACKEND") or BACKENDS[0]
    if name not in BACKENDS:
        raise InputError(f"unknown KERAS_BACKEND {name!r}; choose one of: {', '.join(BACKENDS)}")
    if importlib.util.find_spec(name) is None:
        raise InputError(f"KERAS_BACKEND is {name}, which is not installed; `pip install -e '.[{name}]'`, or unset it")
    return name


def without_settings() -> dict[str, str]:
    """This process's environment without the settings of libraries that numbers depend on."""
    return {name: value for name, value in os.environ.items() if not name.startswith(LIBRARIES)}


def of_child(gpu: str | None) -> dict[str, str]:
    """Variables to add to `without_settings` for a child with this GPU or, with None, one CPU thread."""
    shared = {
        "ARROW_DEFAULT_MEMORY_POOL": "system",  # Arrow's default starts a thread, which does not survive a fork
        "KERAS_BACKEND": backend(),
        "KERAS_HOME": os.devnull,  # no keras.json, which could change precision and axis order
        "PYTHONHASHSEED": "0",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "TF_DETERMINISTIC_OPS": "1",  # the same seed gives the same numbers on one machine
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        **dict.fromkeys(THREADS, "1"),
    }
    if gpu is not None:
        return shared | {"CUDA_VISIBLE_DEVICES": gpu, "XLA_FLAGS": "--xla_gpu_deterministic_ops=true"}
    return shared | {"CUDA_VISIBLE_DEVICES": "-1"} | dict.fromkeys(TENSORFLOW_THREADS, "1")
