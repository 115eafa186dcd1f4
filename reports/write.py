"""A run's folder in, the report and its sidecars out."""

import logging
from pathlib import Path

from mmdvae.files import file_sha256, write_text
from reports import inputs, markdown, page, sidecars
from reports.arrays import Store
from reports.kept import kept_in
from reports.page import Failure
from reports.provenance import Sidecar
from reports.records import Run

log = logging.getLogger("reports")

PICTURES = ".pictures"  # beside what is stored; a dot, for it may be deleted at any time


def write(run_dir: Path, store: Path) -> Path:
    """Write report.html, metrics.csv, latents.parquet and summary.md into `run_dir`; return the report's path.

    Each file is replaced as a whole, and equal inputs give equal bytes. What fails is logged, and named in the page.
    Raises: InputError if report.json or manifest.json is missing or breaks its schema.
    """
    with kept_in(store / PICTURES):
        return _write(run_dir, store)


def _write(run_dir: Path, store: Path) -> Path:
    run, arrays = inputs.load(run_dir), Store(run_dir, store)
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
    path: Path, what: str, run: Run, arrays: Store, failures: list[Failure] | None = None
) -> tuple[Sidecar, Failure | None]:
    """Write one file beside the report; a failure costs that file alone."""
    try:
        match path.name:
            case "metrics.csv":
                sidecars.metrics(run, path)
            case "latents.parquet":
                sidecars.latents(run, arrays, path)
            case _:
                markdown.write(run, arrays, path, [failure.section for failure in failures or []])
        return Sidecar(name=path.name, what=what, sha256=file_sha256(path)), None
    except Exception as error:  # the page is still worth having
        path.unlink(missing_ok=True)  # an older one would not belong to this page
        log.error("%s could not be written", path.name, exc_info=error)
        return Sidecar(name=path.name, what=what, sha256=""), Failure(section=path.name, error=error)
