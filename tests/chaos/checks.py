"""What must hold after every kill; each check returns the problems in words, and nothing if there are none."""

import fcntl
import json
import time
from pathlib import Path
from typing import Any

import processes

from mmdvae.data import array_folder
from mmdvae.jobs import store
from reports.write import PICTURES

# Fields that may differ between two runs: date, duration, memory, state of the git repository.
TIMES_AND_MEMORY = {"id", "created", "train_seconds", "evaluate_seconds", "peak_rss_mb", "commit", "dirty"}


def numbers(value: Any) -> Any:
    """The part of report.json that must be the same, however often the run was killed."""
    if isinstance(value, dict):
        return {key: numbers(inner) for key, inner in value.items() if key not in TIMES_AND_MEMORY}
    return [numbers(inner) for inner in value] if isinstance(value, list) else value


def reports(out: Path, expected: Any) -> list[str]:
    """Every report in the folder is complete and has the numbers of the undisturbed run."""
    found = sorted(out.glob("*/report.json"))
    wrong = [path for path in found if numbers(json.loads(path.read_text())) != expected]
    bare = [path for path in found for name in ("report.html", "manifest.json") if not path.with_name(name).is_file()]
    return [
        *([] if found else [f"{out.name} has no report"]),
        *(f"{path} has other numbers" for path in wrong),
        *(f"{path.parent} is half a run" for path in bare),
    ]


def half_written(out: Path) -> list[str]:
    """No temporary file, no draft of a folder, no unfinished work."""
    kept = out / "store" / PICTURES
    hidden = [path for path in out.rglob(".*") if not path.name.endswith(".lock") and path != kept]
    works = [folder for folder in (out / "store").iterdir() if store.KEY.fullmatch(folder.name)]
    return [
        *(f"{path} was left" for path in [*hidden, *out.rglob("checkpoint.npz")]),
        *(f"{folder} is not whole" for folder in works if not _is_whole(folder)),
    ]


def _is_whole(folder: Path) -> bool:
    if folder.name.startswith("data-"):
        return not array_folder.damaged(folder)
    return store.read(folder) is not None


def held(*folders: Path) -> list[str]:
    """No process holds a lock."""
    return [f"{path} is held" for folder in folders for path in _locks(folder) if not _is_free(path)]


def _locks(folder: Path) -> list[Path]:
    return [
        path for path in folder.rglob("*") if path.is_file() and (path.name.endswith(".lock") or folder.name == "slots")
    ]


def _is_free(path: Path) -> bool:
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def orphans(runs: set[str] | None = None, *, seconds: float = 15.0) -> list[str]:
    """No process except server and worker is left after a while; with `runs`, none of these runs."""
    deadline = time.monotonic() + seconds
    while left := [process for process in processes.living() if _is_orphan(process, runs)]:
        if time.monotonic() > deadline:
            return [f"{process.kind} {process.pid} was left" for process in left]
        time.sleep(0.2)
    return []


def _is_orphan(process: processes.Process, runs: set[str] | None) -> bool:
    return process.run in runs if runs is not None else process.kind not in ("server", "worker")
