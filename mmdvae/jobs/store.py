"""The content-addressed store: a finished piece of work has a name made of all that it depends on.

`<store>/<kind>-<24 hex>/` holds the work's files and, written last, result.json with their digests. What is there and
undamaged is never done again; what is not is done. This is the project's only cache, with Prefect or without.
"""

import contextlib
import fcntl
import re
from collections.abc import Collection, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mmdvae.errors import InputError
from mmdvae.files import digest, file_sha256, locked, read_json, write_json
from mmdvae.jobs.code_digest import digest_of
from mmdvae.recipes import Recipe
from mmdvae.variants import Variant

RESULT = "result.json"
REQUEST = "request.json"
LOCK = ".lock"
KEY = re.compile(r"(data|train|evaluate|classifier|baselines)-[0-9a-f]{24}")

# What does the work of each kind, and the libraries whose versions its numbers depend on (the backend apart).
MODULES = {
    "train": "mmdvae.training.fit",
    "evaluate": "mmdvae.measures.evaluate",
    "classifier": "mmdvae.measures.classifier",
    "baselines": "mmdvae.measures.baselines",
}
LIBRARIES = {
    "train": ("keras", "numpy"),
    "evaluate": ("keras", "numpy", "openTSNE", "scikit-image", "scikit-learn", "scipy"),
    "classifier": ("keras", "numpy"),
    "baselines": ("keras", "numpy", "scikit-image", "scikit-learn", "scipy"),
}


def train_key(variant: Variant, recipe: Recipe, *, seed: int, data_sha256: str, backend: str) -> str:
    """Name of a training: variant, recipe, seed, data, code and versions."""
    what = {"variant": variant.to_dict(), "recipe": recipe.to_dict(), "seed": seed, "data": data_sha256}
    return _key("train", what, backend=backend)


def evaluate_key(trained: Path, classifier: Path | None, *, backend: str) -> str:
    """Name of the evaluation of the finished training in a folder: a new metric re-evaluates, and retrains nothing."""
    return _key("evaluate", {"trained": _identity(trained), "classifier": _identity(classifier)}, backend=backend)


def classifier_key(data_sha256: str, *, backend: str) -> str:
    """Name of the classifier of one data set."""
    return _key("classifier", {"data": data_sha256}, backend=backend)


def baselines_key(data_sha256: str, classifier: Path | None, *, backend: str) -> str:
    """Name of the baselines of one data set."""
    return _key("baselines", {"data": data_sha256, "classifier": _identity(classifier)}, backend=backend)


def folder_of(store: Path, key: str) -> Path:
    """The folder of a key; InputError if the key is not one, so that no path can lead out of the store."""
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise InputError(f"a store key must look like train-<24 hex digits>, got {key!r}")
    return store / key


def read(folder: Path) -> dict[str, Any] | None:
    """The record of finished work, or None if it is absent, unfinished or any of its files is gone or changed."""
    try:
        result = read_json(folder / RESULT)
        whole = all(file_sha256(folder / name) == sha256 for name, sha256 in result["files"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # gone, half of it, or another thing altogether
        return None
    return result["record"] if whole else None


def finish(folder: Path, record: dict[str, Any], files: tuple[str, ...]) -> dict[str, Any]:
    """Declare the work in `folder` finished: the files are there, and this is what to tell of it."""
    write_json(folder / RESULT, {"record": record, "files": {name: file_sha256(folder / name) for name in files}})
    return record


def describe(folder: Path, request: dict[str, Any]) -> None:
    """Note beside unfinished work what was asked for, without the paths in it."""
    write_json(
        folder / REQUEST,
        {name: request[name] for name in ("kind", "variant", "recipe", "seed") if name in request}
        | {"data": Path(request["data"]).name},
    )


def other_epochs(store: Path, requests: Collection[dict[str, Any]]) -> set[int]:
    """Numbers of epochs that trainings in the store, begun or finished, have that differ from these in nothing else."""
    asked = {_apart_from_epochs(request) for request in requests}
    found = set()
    for path in store.glob(f"train-*/{REQUEST}"):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):  # of a killed process, of another version
            there = read_json(path)
            if _apart_from_epochs(there) in asked:
                found.add(int(there["recipe"]["epochs"]))
    return found - {request["recipe"]["epochs"] for request in requests}


def _apart_from_epochs(request: dict[str, Any]) -> str:
    recipe = request["recipe"] | {"epochs": None}
    return digest([request["variant"], recipe, request["seed"], Path(request["data"]).name])


def forget(folder: Path) -> None:
    """Let finished work count as undone; unfinished work keeps its checkpoint."""
    (folder / RESULT).unlink(missing_ok=True)


@contextlib.contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Hold the folder for this process, waiting for whoever holds it; a killed holder lets go at once."""
    with locked(folder / LOCK):
        for leftover in folder.glob(".*.*.*"):  # .model.npz.x1y2: of a process that was killed while it wrote
            leftover.unlink()
        yield


def is_claimed(folder: Path) -> bool:
    """Whether some process holds the folder now."""
    try:
        with (folder / LOCK).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except (FileNotFoundError, NotADirectoryError):  # nothing there yet, or no folder: whoever works there finds out
        return False
    return False


@cache
def code_digest(kind: str) -> str:
    """The code that does the work of a kind, and how it is run."""
    # The job decides what the module is given, the environment what its libraries do; the job's own imports are lazy
    # and cover all kinds of work, so they are not followed.
    return digest_of([MODULES[kind], "mmdvae.jobs.environment"], alone=["mmdvae.jobs.child"])


def _identity(finished: Path | None) -> dict[str, Any] | None:
    # The files count, too: on a GPU the same training done again may give another model.
    return {"name": finished.name, "files": read_json(finished / RESULT)["files"]} if finished else None


_version = cache(version)  # a thousand variants ask for it three thousand times


def _key(kind: str, what: dict[str, Any], *, backend: str | None = None) -> str:
    libraries = (*LIBRARIES[kind], *((backend,) if backend else ()))
    everything = {**what, "code": code_digest(kind), "versions": {name: _version(name) for name in libraries}}
    return f"{kind}-{digest(everything)[:24]}"
