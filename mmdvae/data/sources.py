"""Find the files of a data set: in the folder the user named, in the cache, in the system's package, on the web."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mmdvae.data import catalog, download
from mmdvae.data.catalog import IDX_NAMES, IdxSet, Own, Row
from mmdvae.data.idx import content_sha256
from mmdvae.data.kinds.table import KINDS
from mmdvae.data.source import Progress
from mmdvae.errors import InputError
from mmdvae.files import file_sha256, locked

PROBE_TIMEOUT = 5.0  # seconds; shorter than a download's, because the user waits for the answer


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of looking at one place."""

    place: str  # data-dir, cache, system, download, file, folder or scikit-learn
    where: str  # folder or address
    state: Literal["complete", "missing", "broken", "reachable", "not reachable"]
    detail: str  # which files are missing or broken, and how; or what a user's own set contains


def locate(
    dataset: str | Row, data_dir: Path | None, *, fetch: bool = True, on_progress: Progress | None = None
) -> Path:
    """Return the first place with all files and the right digests: a folder, or the user's own file.

    `data_dir`, if given, is the only place searched; otherwise the cache, then the system's package, then, with
    `fetch`, the servers, whose files go into the cache.
    Raises: InputError that says what is wrong, or lists every place tried and all the ways to get the data.
    """
    row = catalog.find(dataset)
    findings = []
    for place, folder in places(row, data_dir):
        findings.append(found := _inspect(row, place, folder))
        if found.state == "complete":
            return folder
    if isinstance(row, Own) or data_dir is not None:  # never replaced by another place
        own = isinstance(row, IdxSet) and found.state == "broken"
        hint = f" (for IDX files of your own: --dataset idx:{found.where})" if own else ""
        raise InputError(f"{row.name}: {found.place} {found.where} is {found.state}{hint}: {found.detail}")
    trouble = "not tried"
    if fetch:
        try:
            return _download(row, on_progress)
        except InputError as error:
            trouble = str(error)
    raise InputError(_ways(row, findings, trouble))


def survey(dataset: str | Row, data_dir: Path | None) -> list[Finding]:
    """What each place has, in search order; if none has all files, also whether each server can be reached."""
    row = catalog.find(dataset)
    findings = [_inspect(row, place, folder) for place, folder in places(row, data_dir)]
    found = any(finding.state == "complete" for finding in findings)
    if not found and data_dir is None and isinstance(row, IdxSet):
        findings += [_probe(url) for url in row.urls]
    return findings


def places(row: Row, data_dir: Path | None) -> list[tuple[str, Path]]:
    """The places to search as (name, path), in search order; nothing is opened."""
    if isinstance(row, Own):
        if data_dir is not None:
            raise InputError(f"--data-dir is for {', '.join(catalog.IDX_SETS)}, got it with dataset {row.name}")
        return [(KINDS[row.kind].place, row.made or row.path)]
    if data_dir is not None:
        return [("data-dir", data_dir)]
    system = [("system", row.system_folder)] if row.system_folder else []
    return [("cache", cache_folder(row.name)), *system]


def cache_folder(name: str) -> Path:
    """The folder for a data set's downloads: mmdvae/NAME in $XDG_CACHE_HOME or ~/.cache."""
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():  # the XDG specification says to ignore a relative path
        base = Path(os.path.expanduser("~/.cache"))
        if not base.is_absolute():
            raise InputError("no folder for the cache: HOME must be set, or XDG_CACHE_HOME, or --data-dir given")
    return base / "mmdvae" / name


def _inspect(row: Row, place: str, folder: Path) -> Finding:
    """Look at one place and check the digests of its files; 0.4 s for all of Fashion-MNIST."""
    if isinstance(row, Own):
        kind = KINDS[row.kind]
        if kind.files(folder):
            return Finding(place, str(folder), "complete", kind.contents(folder))
        return Finding(place, str(folder), "missing", kind.needed)
    paths = {name: catalog.idx_file(folder, name) for name in IDX_NAMES}
    missing = [name for name, path in paths.items() if not path]
    faults = [fault for name, path in paths.items() if path and (fault := _fault(row, name, path))]
    if faults:
        return Finding(place, str(folder), "broken", "; ".join(faults))
    if missing:
        return Finding(place, str(folder), "missing", f"no {', '.join(missing)} (.gz or plain)")
    return Finding(place, str(folder), "complete", f"{len(IDX_NAMES)} files, digests are right")


def _fault(row: IdxSet, name: str, path: Path) -> str | None:
    """What is wrong with the file at `path`, which should be the one published as `name`; None if nothing is."""
    if row.digest_of == "gz" and path.suffix != ".gz":
        return f"{path.name} must be the published .gz, because no digest of its content is known"
    expected = row.sha256[IDX_NAMES.index(name)]
    try:
        found = content_sha256(path) if row.digest_of == "content" else file_sha256(path)
    except (InputError, OSError) as error:
        return str(error)
    if found == expected:
        return None
    return f"{path.name} must have SHA-256 {expected[:12]}... ({row.digest_of}), has {found[:12]}..."


def _download(row: IdxSet, on_progress: Progress | None) -> Path:
    """Download the files that are missing or broken in the cache; return its folder."""
    folder, done = cache_folder(row.name), 0
    try:
        with locked(folder / ".lock"):  # one process downloads; the others wait, and find the files there
            for name in IDX_NAMES:
                path = catalog.idx_file(folder, name)
                if path is None or _fault(row, name, path):
                    path = folder / f"{name}.gz"
                    _fetch_from_any(row, name, path, done, on_progress)
                done += path.stat().st_size
    except OSError as error:
        raise InputError(f"{folder}: must be a writable folder, but {error.strerror or error}") from None
    return folder


def _fetch_from_any(row: IdxSet, name: str, target: Path, before: int, on_progress: Progress | None) -> None:
    """Try the row's servers in turn; `before` is the size of the files that are there already, for the progress."""
    failures = []
    for url in row.urls:
        try:
            return download.fetch(
                url + target.name,
                target,
                fault=lambda path: _fault(row, name, path),
                max_bytes=row.download_bytes,  # of all four files: more than any one of them has
                on_progress=lambda done: on_progress(before + done, row.download_bytes) if on_progress else None,
            )
        except InputError as error:
            failures.append(str(error))
    raise InputError("; ".join(failures))


def _probe(url: str) -> Finding:
    if download.reachable(f"{url}{IDX_NAMES[1]}.gz", timeout=PROBE_TIMEOUT):
        return Finding("download", url, "reachable", "")
    return Finding("download", url, "not reachable", f"no answer with the file within {PROBE_TIMEOUT:.0f} s")


def _ways(row: IdxSet, findings: list[Finding], trouble: str) -> str:
    ways = [
        "name a folder that has its four IDX files with --data-dir DIR",
        f"`apt-get install {row.package}` on Debian or Ubuntu" if row.package else "",
        f"let it be downloaded from {row.urls[0]} into {cache_folder(row.name)} (download: {trouble})",
        "or take --dataset digits for an offline smoke run",
    ]
    looked = "; ".join(f"{found.place} {found.where} is {found.state}: {found.detail}" for found in findings)
    return f"{row.name} was not found: {'; '.join(way for way in ways if way)}. Looked at: {looked}"
