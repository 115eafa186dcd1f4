"""Contents of a store: what each folder holds, which runs refer to it, and what can be deleted."""

import contextlib
import fcntl
import os
import secrets
import shutil
import stat
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmdvae.errors import InputError
from mmdvae.files import digest, locked, read_json
from mmdvae.jobs.names import DATA, KEY, LOCK, REQUEST, RESULT
from mmdvae.variants import Variant

RUNNING = ".running-{}.lock"  # held by a running comparison
REMOVED = ".removed-"  # prefix of the name of a folder that is being deleted
PRUNE = ".prune.lock"
STALE = 3600.0  # seconds after which the lock file of a killed comparison is deleted; it locks its own at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One folder of the store."""

    folder: Path
    kind: str
    what: str  # variant and seed of a training or evaluation, name of a data set or of code; empty if unknown
    data: str  # key of the data set that it was made from; empty if unknown
    finished: bool
    size: int  # bytes
    used: float  # time of the last write or use, seconds since the epoch
    runs: tuple[str, ...]  # ids of the runs that refer to it

    @property
    def age(self) -> float:
        """Seconds since it was last used."""
        return max(0.0, time.time() - self.used)


def entries(store: Path, *, strict: bool = False) -> list[Entry]:
    """All entries of a store, the least recently used first; its runs are those in the parent folder.

    Raises: with `strict` InputError for a manifest that cannot be read, because nobody knows what its run refers to.
    """
    runs = _Runs(store.parent, strict)
    found = [_entry(folder, runs) for folder in _folders(store)]
    return sorted(found, key=lambda entry: (entry.used, entry.folder.name))


@dataclass(slots=True)
class Pruned:
    """What became of the entries that were selected."""

    deleted: list[Entry] = field(default_factory=list)
    kept: list[Entry] = field(default_factory=list)  # a running comparison or a process needs them
    failed: list[str] = field(default_factory=list)  # folder and reason


def prune(store: Path, *, unused: bool, older_than: float | None, dry_run: bool = False) -> Pruned:
    """Delete entries of the store.

    Args: unused, select what no run refers to; unfinished work, from which a training can resume, only together with
        older_than. older_than, seconds since the last use. Both: select what meets both. dry_run: delete nothing.
    Entries that a running comparison may need or that a process is working in are kept.
    Raises: InputError without any rule, which would select everything, and as `entries` with `unused`.
    """
    if not unused and older_than is None:
        raise InputError("select what to delete: --unused, --older-than AGE, or both")
    began = _oldest_running(store)  # before the runs are read, because one may end meanwhile
    result = Pruned()
    if not dry_run:
        _clean(store)
    for entry in entries(store, strict=unused):
        if unused and (entry.runs or (not entry.finished and older_than is None)):
            continue
        if older_than is not None and entry.age < older_than:
            continue
        try:
            gone = _remove(entry, min(began, _oldest_running(store)), dry_run)
            (result.deleted if gone else result.kept).append(entry)
        except OSError as error:
            result.failed.append(f"{entry.folder}: {error.strerror or error}")
    return result


@contextlib.contextmanager
def using(store: Path) -> Iterator[None]:
    """While the block lasts, nothing is pruned: between noting that something is used and reading it."""
    with _prune_lock(store, fcntl.LOCK_SH):
        yield


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
        with contextlib.suppress(KeyError, TypeError, ValueError, OverflowError):  # of another version
            there = _read(path)
            if _apart_from_epochs(there) in asked:
                found.add(int(there["recipe"]["epochs"]))
    return found - {request["recipe"]["epochs"] for request in requests}


def _apart_from_epochs(request: dict[str, Any]) -> str:
    recipe = request["recipe"] | {"epochs": None}
    return digest([request["variant"], recipe, request["seed"], Path(request["data"]).name])


class _Runs:
    """What the manifests of the runs in a folder say about keys of their store."""

    def __init__(self, out: Path, strict: bool):
        self.ids: dict[str, list[str]] = {}  # key -> ids of the runs that name it
        self.names: dict[str, str] = {}  # key -> variant and seed, for older work without a request.json
        self.data: dict[str, str] = {}  # key -> key of the data set that it was made from
        for path in sorted(out.glob("[!.]*/manifest.json")):
            try:
                self._take(path.parent.name, read_json(path))
            except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
                if strict:
                    raise InputError(
                        f"{path} cannot be read ({error!r:.80}), so what its run needs is not known"
                    ) from None

    def _take(self, run: str, manifest: dict[str, Any]) -> None:
        data, rows = str(manifest["data"]), manifest["variants"]
        keys = [(str(key), row) for row in rows for key in (row["train"], row.get("evaluate")) if key]
        for key, row in [(data, {}), *keys]:
            self.ids.setdefault(key, []).append(run)
            self.data[key] = data
            self.names[key] = f"{row.get('name')} seed {row.get('seed')}"


def _folders(store: Path) -> list[Path]:
    return [path for path in store.glob("*-*") if KEY.fullmatch(path.name) and path.is_dir() and not path.is_symlink()]


def _entry(folder: Path, runs: _Runs) -> Entry:
    kind = _kind(folder)
    request = _read(folder / ("info.json" if kind == DATA else REQUEST))
    data = "" if kind == DATA else str(request.get("data") or runs.data.get(folder.name, ""))
    # A run also needs the classifier and baselines of its data set, which its manifest does not name.
    key = folder.name if kind in (DATA, "train", "evaluate") else data
    return Entry(
        folder=folder,
        kind=kind,
        what=str(request.get("name") or "") or _variant(request) or runs.names.get(folder.name, ""),
        data=data,
        finished=kind == DATA or (folder / RESULT).is_file(),
        size=sum(status.st_size for status in _statuses(folder) if stat.S_ISREG(status.st_mode)),
        used=_used(folder),
        runs=tuple(dict.fromkeys(runs.ids.get(key, ()))),
    )


def _used(folder: Path) -> float:
    """When anything in the folder was last written or found, seconds since the epoch."""
    return max((status.st_mtime for status in _statuses(folder)), default=0.0)


def _statuses(folder: Path) -> Iterator[os.stat_result]:
    """Of the folder and of all in it that does not vanish meanwhile; links are not followed."""
    for path in (folder, *folder.rglob("*")):
        with contextlib.suppress(FileNotFoundError):
            yield path.lstat()


def _variant(request: dict[str, Any]) -> str:
    try:
        return f"{Variant(**request['variant']).name} seed {request['seed']}"
    except (
        KeyError,
        TypeError,
        ValueError,
        OverflowError,
    ):  # from the first version, or of another kind
        return ""


def _kind(folder: Path) -> str:
    return folder.name.rpartition("-")[0]


def _read(path: Path) -> dict[str, Any]:
    """The JSON object in a file; empty if there is none or it cannot be read."""
    try:
        content = read_json(path)
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _oldest_running(store: Path) -> float:
    """Start time of the oldest running comparison; infinity if there is none."""
    began = [float("inf")]
    for path in store.glob(RUNNING.format("*")):
        with contextlib.suppress(OSError), path.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                began.append(path.stat().st_mtime)
    return min(began)


def _clean(store: Path) -> None:
    """Delete what killed comparisons and killed prunes left behind."""
    for aside in store.glob(f"{REMOVED}*"):
        shutil.rmtree(aside, ignore_errors=True)
    for path in store.glob(RUNNING.format("*")):
        with contextlib.suppress(OSError), path.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.stat().st_mtime < time.time() - STALE:
                path.unlink()


def _remove(entry: Entry, began: float, dry_run: bool) -> bool:
    """Delete an entry unless somebody needs it; return whether it may be deleted."""
    with contextlib.ExitStack() as stack:
        if not dry_run:
            stack.enter_context(_prune_lock(entry.folder.parent, fcntl.LOCK_EX))
        if _used(entry.folder) > entry.used or entry.used >= began:
            return False
        if (entry.folder / LOCK).is_file():
            file = stack.enter_context((entry.folder / LOCK).open())
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        if not dry_run:
            aside = entry.folder.with_name(f"{REMOVED}{secrets.token_hex(6)}")
            entry.folder.rename(aside)  # processes that have its files open can go on reading
    if not dry_run:
        shutil.rmtree(aside)
    return True


@contextlib.contextmanager
def _prune_lock(store: Path, kind: int) -> Iterator[None]:
    with (store / PRUNE).open("a") as file:
        fcntl.flock(file, kind)
        yield
