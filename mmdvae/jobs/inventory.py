"""Contents of a store: what each folder holds, which runs refer to it, and what can be deleted."""

import contextlib
import fcntl
import secrets
import shutil
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmdvae.errors import InputError
from mmdvae.files import digest, locked, read_json
from mmdvae.jobs.names import DATA, KEY, LOCK, REQUEST, RESULT
from mmdvae.variants import Variant

RUNNING = ".running-{}.lock"  # held by a running comparison
REMOVED = ".removed-"  # prefix of the name of a folder that is being deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One folder of the store."""

    folder: Path
    kind: str
    what: str  # variant and seed of a training or evaluation, name of a data set; empty if unknown
    data: str  # key of the data set that it was made from; empty if unknown
    finished: bool
    size: int  # bytes
    used: float  # time of the last write or use, seconds since the epoch
    runs: tuple[str, ...]  # ids of the runs that refer to it

    @property
    def age(self) -> float:
        """Seconds since it was last used."""
        return max(0.0, time.time() - self.used)


def entries(store: Path) -> list[Entry]:
    """All entries of a store, the least recently used first; its runs are those in the parent folder."""
    runs = _Runs(store.parent)
    folders = [folder for folder in store.glob("*-*") if KEY.fullmatch(folder.name) and folder.is_dir()]
    requests = {folder: _read(folder / ("info.json" if _kind(folder) == DATA else REQUEST)) for folder in folders}
    found = [_entry(folder, requests[folder], runs) for folder in folders]
    return sorted(found, key=lambda entry: (entry.used, entry.folder.name))


def prune(
    found: Iterable[Entry], *, unused: bool, older_than: float | None, dry_run: bool = False
) -> tuple[list[Entry], list[Entry]]:
    """Delete entries; return (deleted, kept although selected).

    Args: unused, select what no run refers to; unfinished work, from which a training can resume, only together with
        older_than. older_than, seconds since the last use. Both: select what meets both. dry_run: delete nothing.
    Entries that a running comparison may need or that a process is working in are kept.
    Raises: InputError without any rule, which would select everything.
    """
    if not unused and older_than is None:
        raise InputError("select what to delete: --unused, --older-than AGE, or both")
    deleted: list[Entry] = []
    kept: list[Entry] = []
    for entry in found:
        if unused and (entry.runs or (not entry.finished and older_than is None)):
            continue
        if older_than is not None and entry.age < older_than:
            continue
        needed = max(entry.used, _used(entry.folder)) >= _oldest_running(entry.folder.parent)  # perhaps used meanwhile
        (deleted if not needed and _remove(entry.folder, dry_run) else kept).append(entry)
    return deleted, kept


@contextlib.contextmanager
def running(store: Path, run_id: str) -> Iterator[None]:
    """Protect entries used from now on against `prune`, until the block ends or the process is killed."""
    path = store / RUNNING.format(run_id)
    with locked(path):
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def other_epochs(store: Path, requests: Collection[dict[str, Any]]) -> set[int]:
    """Epochs of the trainings in the store, begun or finished, that differ from these requests in epochs alone."""
    asked = {_apart_from_epochs(request) for request in requests}
    found = set()
    for path in store.glob(f"train-*/{REQUEST}"):
        with contextlib.suppress(KeyError, TypeError):  # written by another version
            there = _read(path)
            if _apart_from_epochs(there) in asked:
                found.add(int(there["recipe"]["epochs"]))
    return found - {request["recipe"]["epochs"] for request in requests}


def _apart_from_epochs(request: dict[str, Any]) -> str:
    recipe = request["recipe"] | {"epochs": None}
    return digest([request["variant"], recipe, request["seed"], Path(request["data"]).name])


class _Runs:
    """What the manifests of the runs in a folder say about keys of their store."""

    def __init__(self, out: Path):
        self.ids: dict[str, list[str]] = {}  # key -> ids of the runs that name it
        self.names: dict[str, str] = {}  # key -> variant and seed, for older work without a request.json
        self.data: dict[str, str] = {}  # key -> key of the data set that it was made from
        for path in sorted(out.glob("[!.]*/manifest.json")):
            with contextlib.suppress(KeyError, TypeError, AttributeError):
                self._take(path.parent.name, _read(path))

    def _take(self, run: str, manifest: dict[str, Any]) -> None:
        data = str(manifest["data"])
        self.ids.setdefault(data, []).append(run)
        for row in manifest["variants"]:
            for key in filter(None, (row.get("train"), row.get("evaluate"))):
                self.ids.setdefault(str(key), []).append(run)
                self.names[str(key)], self.data[str(key)] = f"{row['name']} seed {row['seed']}", data


def _entry(folder: Path, request: dict[str, Any], runs: "_Runs") -> Entry:
    kind, files = _kind(folder), [path for path in folder.rglob("*") if path.is_file()]
    data = "" if kind == DATA else str(request.get("data") or runs.data.get(folder.name, ""))
    # A run also needs the classifier and baselines of its data set, which its manifest does not name.
    key = folder.name if kind in (DATA, "train", "evaluate") else data
    return Entry(
        folder=folder,
        kind=kind,
        what=str(request.get("name") or "") if kind == DATA else _variant(request) or runs.names.get(folder.name, ""),
        data=data,
        finished=kind == DATA or (folder / RESULT).is_file(),
        size=sum(path.stat().st_size for path in files),
        used=_used(folder),
        runs=tuple(dict.fromkeys(runs.ids.get(key, ()))),
    )


def _used(folder: Path) -> float:
    """When anything in the folder was last written or found, seconds since the epoch."""
    return max(path.stat().st_mtime for path in (folder, *folder.rglob("*")))


def _variant(request: dict[str, Any]) -> str:
    try:
        return f"{Variant(**request['variant']).name} seed {request['seed']}"
    except (KeyError, TypeError, ValueError):  # from the first version, which kept no request, or another kind
        return ""


def _kind(folder: Path) -> str:
    return folder.name.rpartition("-")[0]


def _read(path: Path) -> dict[str, Any]:
    """The JSON object in a file; empty if there is none or it cannot be read."""
    try:
        content = read_json(path)
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _oldest_running(store: Path) -> float:
    """Start time of the oldest running comparison; infinity if there is none."""
    began = [float("inf")]
    for path in store.glob(RUNNING.format("*")):
        with contextlib.suppress(FileNotFoundError), path.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()  # of a comparison that was killed
            except BlockingIOError:
                began.append(path.stat().st_mtime)
    return min(began)


def _remove(folder: Path, dry_run: bool) -> bool:
    """Delete a folder unless a process is working in it; return whether it may be deleted."""
    with contextlib.ExitStack() as stack:
        if (folder / LOCK).is_file():
            file = stack.enter_context((folder / LOCK).open())
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        if not dry_run:
            aside = folder.with_name(f"{REMOVED}{secrets.token_hex(6)}")
            folder.rename(aside)  # processes that have its files open can go on reading
            shutil.rmtree(aside)
    return True
