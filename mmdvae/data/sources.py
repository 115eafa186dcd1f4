"""Where a data set's files are: the folder that was named, the cache, the system's package, the network."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mmdvae.data import catalog, download
from mmdvae.data.catalog import IDX_NAMES, IdxSet, Own, Row
from mmdvae.data.download import DownloadError, Progress
from mmdvae.data.idx import content_sha256
from mmdvae.errors import InputError
from mmdvae.files import file_sha256

_KINDS_OF_PLACE = {"digits": "scikit-learn", "npz": "file", "images": "folder", "idx": "folder"}
_NEEDED = {
    "digits": "no such file",
    "npz": "no such file",
    "images": "no folder with pictures",
    "idx": "no four IDX files, images and labels for training and testing",
}
PROBE_TIMEOUT = 5.0  # seconds; a question for people who wait for the answer


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found at one place."""

    place: str  # data-dir, cache, system, download, file, folder or scikit-learn
    where: str  # folder or address
    state: Literal["complete", "missing", "broken", "reachable", "not reachable"]
    detail: str  # which files, and what is wrong with them


def locate(
    dataset: str | Row, data_dir: Path | None, *, fetch: bool = True, on_progress: Progress | None = None
) -> Path:
    """The first place that has the whole data set, its digests checked: a folder, or the user's own file.

    If `data_dir` is given, it is the only place. Else the cache, the system's package and, with `fetch`, a download
    into the cache. Raises: InputError that says what is wrong, or all the ways to get the data.
    """
    row = catalog.find(dataset)
    findings = []
    for place, folder in places(row, data_dir):
        findings.append(found := inspect(row, place, folder))
        if found.state == "complete":
            return folder
    if isinstance(row, Own) or data_dir is not None:  # what the user named is never replaced by something else
        own = isinstance(row, IdxSet) and found.state == "broken"
        hint = f" (for IDX files of your own: --dataset idx:{found.where})" if own else ""
        raise InputError(f"{row.name}: {found.place} {found.where} is {found.state}{hint}: {found.detail}")
    trouble = "not tried"
    if fetch:
        try:
            return _download(row, on_progress)
        except DownloadError as error:
            trouble = str(error)
    raise InputError(_ways(row, findings, trouble))


def survey(dataset: str | Row, data_dir: Path | None, *, probe: bool = True) -> list[Finding]:
    """What every place has, in the order of the search; with `probe` and if none has all, what servers offer, too."""
    row = catalog.find(dataset)
    findings = [inspect(row, place, folder) for place, folder in places(row, data_dir)]
    found = any(finding.state == "complete" for finding in findings)
    if probe and not found and data_dir is None and isinstance(row, IdxSet):
        findings += [_probe(url) for url in row.urls]
    return findings


def places(row: Row, data_dir: Path | None) -> list[tuple[str, Path]]:
    """The places to search, as (name, path), in this order; nothing is opened."""
    if isinstance(row, Own):
        if data_dir is not None:
            raise InputError(f"--data-dir is for {', '.join(catalog.IDX_SETS)}, got it with dataset {row.name}")
        return [(_KINDS_OF_PLACE[row.kind], row.path)]
    if data_dir is not None:
        return [("data-dir", data_dir)]
    system = [("system", row.system_folder)] if row.system_folder else []
    return [("cache", cache_folder(row.name)), *system]


def cache_folder(name: str, environ: Mapping[str, str] = os.environ) -> Path:
    """Where downloads of a data set are kept: $XDG_CACHE_HOME or ~/.cache, then mmdvae, then its name."""
    base = Path(environ.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():  # the XDG specification: a relative path is to be ignored
        base = Path(os.path.expanduser("~/.cache"))
        if not base.is_absolute():
            raise InputError("no folder for the cache: HOME must be set, or XDG_CACHE_HOME, or --data-dir given")
    return base / "mmdvae" / name


def inspect(row: Row, place: str, folder: Path) -> Finding:
    """Look at one place and check its digests; for the whole of Fashion-MNIST that takes 0.4 s."""
    if isinstance(row, Own):
        if catalog.source_files(row, folder):
            return Finding(place, str(folder), "complete", catalog.contents(row, folder))
        return Finding(place, str(folder), "missing", _NEEDED[row.kind])
    missing = [name for name in IDX_NAMES if not catalog.idx_file(folder, name)]
    faults = [fault for name in IDX_NAMES if (fault := _fault(row, folder, name))]
    if faults:
        return Finding(place, str(folder), "broken", "; ".join(faults))
    if missing:
        return Finding(place, str(folder), "missing", f"no {', '.join(missing)} (.gz or plain)")
    return Finding(place, str(folder), "complete", f"{len(IDX_NAMES)} files, digests are right")


def _fault(row: IdxSet, folder: Path, name: str) -> str | None:
    path = catalog.idx_file(folder, name)
    if path is None:
        return None
    if row.digest_of == "gz" and path.suffix != ".gz":
        return f"{path.name} must be the published .gz, for only that one's digest is known"
    expected = row.sha256[IDX_NAMES.index(name)]
    try:
        found = _digest_function(row)(path)
    except (InputError, OSError) as error:
        return str(error)
    return (
        None
        if found == expected
        else f"{path.name} must have SHA-256 {expected[:12]}... ({row.digest_of}), has {found[:12]}..."
    )


def _digest_function(row: IdxSet) -> Callable[[Path], str]:
    return content_sha256 if row.digest_of == "content" else file_sha256


def _download(row: IdxSet, on_progress: Progress | None) -> Path:
    folder, arrived = cache_folder(row.name), 0
    for name in IDX_NAMES:
        path = catalog.idx_file(folder, name)
        if path is None or _fault(row, folder, name):
            path = folder / f"{name}.gz"
            _fetch_from_any(row, path, row.sha256[IDX_NAMES.index(name)], _shifted(on_progress, arrived, row))
        arrived += path.stat().st_size
    return folder


def _fetch_from_any(row: IdxSet, target: Path, sha256: str, on_progress: Progress | None) -> None:
    for url in row.urls:
        try:
            return download.fetch(
                url + target.name, target, sha256=sha256, digest=_digest_function(row), on_progress=on_progress
            )
        except DownloadError as error:
            trouble = error
    raise trouble


def _shifted(on_progress: Progress | None, before: int, row: IdxSet) -> Progress | None:
    """Progress of one file told as progress of all four."""
    return on_progress and (lambda done, _: on_progress(before + done, row.download_bytes))


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
