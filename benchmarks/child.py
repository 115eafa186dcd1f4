"""Runs a measurement in its own process: `python -m benchmarks.child MODULE FUNCTION`, arguments and result in JSON."""

import contextlib
import importlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from mmdvae.jobs import environment

ONE_THREAD = environment.of_child(None)  # as the pipeline trains
# As a notebook trains on a machine without a GPU.
ALL_CORES = {"CUDA_VISIBLE_DEVICES": "-1", "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "2"}
JAX = {"KERAS_BACKEND": "jax", "TF_CPP_MIN_LOG_LEVEL": "2"}


def call(function, *, env: dict[str, str], **arguments: Any) -> Any:
    """The result of `function(**arguments)` in a new process with these environment variables and no others of ours."""
    drop = set(ONE_THREAD) | set(ALL_CORES) | set(JAX)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.child", function.__module__, function.__name__],
        input=json.dumps(arguments),
        env={name: value for name, value in os.environ.items() if name not in drop} | env,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def at_once(calls: list[dict[str, Any]], *, workers: int) -> list[Any]:
    """The results of several `call`s, `workers` of them at a time."""
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda arguments: call(**arguments), calls))


def main() -> None:
    """Execute the one call; what libraries print goes to standard error."""
    module, function = sys.argv[1:]
    with contextlib.redirect_stdout(sys.stderr):
        result = getattr(importlib.import_module(module), function)(**json.loads(sys.stdin.read()))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
