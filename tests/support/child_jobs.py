"""Jobs for child processes, and a check whether a process is alive."""

import dataclasses
import time

from mmdvae import recipes, variants
from mmdvae.jobs.request import code_of


def training_request(tiny, folder, **recipe):
    return {
        "kind": "train",
        "code": code_of("train", {"variant": variants.none().to_dict()}),
        "folder": str(folder),
        "data": str(tiny),
        "variant": variants.none().to_dict(),
        "recipe": dataclasses.replace(recipes.STANDARD, **recipe).to_dict(),
        "seed": 0,
    }


def alive(pid):
    """Whether a process runs (a zombie, which has ended but is not reaped, does not)."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition, seconds=30.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)
