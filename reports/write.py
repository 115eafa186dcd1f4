"""Write the report and its sidecar files from a run's folder."""

import logging
from pathlib import Path

from mmdvae import results
from mmdvae.data import array_folder
from mmdvae.errors import InputError
from mmdvae.files import file_sha256, write_text
from mmdvae.jobs import store as stored
from mmdvae.record import report_json
from mmdvae.record.result import Report
from reports import sidecars
from reports.drawing.picture_cache import cache_in
from reports.page import markdown, page
from reports.page.page import Failure
from reports.sections.more.provenance import Sidecar
from reports.stored_arrays import StoredArrays

log = logging.getLogger("reports")

PICTURES = ".pictures"  # cache file in the store; hidden, as it may be deleted at any time


def write(run_dir: Path, store: Path) -> Path:
    """Write report.html, metrics.csv, latents.parquet and summary.md into `run_dir`; return the report's path.

    Each file is replaced atomically, and equal inputs give equal bytes. Failures are logged and named on the page.
    Raises: InputError if report.json or manifest.json is missing or breaks its schema.
    """
    with cache_in(store / PICTURES):
        return _write(run_dir, store)


def rewrite(run_dir: Path, store: Path, *, judge: bool = False) -> Path:
    """As `write`, for a run that may already have a page: nothing that the page shows may be lost.

    With `judge`, verdicts, checks and advice of report.json are first made again from its numbers, by today's rules.

    Raises: InputError if there is a page and stored results it was made from are missing or damaged, for example
        because the folder was copied without its store.
    """
    lost, count = _lost(run_dir, store)
    page = run_dir / "report.html"
    if lost and page.exists():
        raise InputError(
            f"{page} is kept as it is, for {len(lost)} of the {count} stored results it was drawn from are missing "
            f"in {store} or damaged, {lost[0]} first; delete the page to have one written without them"
        )
    if judge:
        found = report_json.load(run_dir)
        report_json.write(results.judged(found.run, found.variants, found.baselines), run_dir)
    return write(run_dir, store)


def _lost(run_dir: Path, store: Path) -> tuple[list[str], int]:
    """The keys of the stored results that cannot be read, and the number of all keys."""
    keys = StoredArrays(run_dir, store).keys
    for key in keys:
        stored.touch(store / key)  # so that nothing of it is pruned while the page is drawn
    return [key for key in keys if not _is_whole(store / key)], len(keys)


def _is_whole(folder: Path) -> bool:
    if folder.name.startswith("data-"):
        return not array_folder.damaged(folder)
    return stored.read(folder) is not None


def _write(run_dir: Path, store: Path) -> Path:
    run, arrays = report_json.load(run_dir), StoredArrays(run_dir, store)
    beside = [
        _sidecar(run_dir / "metrics.csv", "every number, one a line", run, arrays),
        _sidecar(run_dir / "latents.parquet", "codes and PCA of every test image, t-SNE of some", run, arrays),
    ]
    rendered = page.render(run, arrays, [sidecar for sidecar, _ in beside])
    failures = [*rendered.failures, *(failure for _, failure in beside if failure)]
    report = run_dir / "report.html"
    write_text(report, rendered.html)
    _sidecar(run_dir / "summary.md", "", run, arrays, failures)
    return report


def _sidecar(
    path: Path, what: str, report: Report, arrays: StoredArrays, failures: list[Failure] | None = None
) -> tuple[Sidecar, Failure | None]:
    """Write one file beside the report; a failure costs only that file."""
    try:
        match path.name:
            case "metrics.csv":
                sidecars.metrics(report, path)
            case "latents.parquet":
                sidecars.latents(report, arrays, path)
            case _:
                markdown.write(report, arrays, path, [failure.section for failure in failures or []])
        return Sidecar(name=path.name, what=what, sha256=file_sha256(path)), None
    except Exception as error:  # the page is still useful without this file
        path.unlink(missing_ok=True)  # a file from an earlier call would not match this page
        log.error("%s could not be written", path.name, exc_info=error)
        return Sidecar(name=path.name, what=what, sha256=""), Failure(section=path.name, error=error)
