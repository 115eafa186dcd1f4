"""Writes the comparison: report.json and manifest.json first, then everything that is made from them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prefect import task
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from mmdvae.errors import InputError
from mmdvae.experiment import tables
from mmdvae.files import write_json, write_text
from mmdvae.record import report_json
from mmdvae.record.result import Report
from reports import write
from reports.page import artifact, markdown
from reports.run_index import index
from reports.sections.numbers import summary
from reports.stored_arrays import StoredArrays
from tasks.rich import RichArtifact


@task(task_run_name="report", cache_policy=NO_CACHE)
def write_report(run_dir: Path, store: Path, report: Report, manifest: dict[str, Any], experiment: str) -> Path:
    """Write the run's folder, completely or not at all, and update the list of runs; return the page's path.

    `experiment` is the text of a file that repeats the comparison.
    Raises: InputError if it cannot be written, for example on a full disk.
    """
    try:
        with _alone(run_dir.parent, store) as draft:
            report_json.write(report, draft)
            write_json(draft / "manifest.json", manifest)
            write_text(draft / tables.NAME, experiment)
            write.write(draft, store)
            draft.rename(run_dir)
            index.write(run_dir.parent)
    except OSError as error:
        why = f"the report {run_dir} cannot be written ({error.strerror or error})"
        raise InputError(f"{why}; trained variants are kept, run the same command again") from None
    return run_dir / "report.html"


@contextmanager
def _alone(out: Path, store: Path) -> Iterator[Path]:
    """An empty folder to write a run in, while no other run of `out` writes, so that the list of runs misses none.

    Removes leftovers of killed processes first.
    """
    draft = out / ".draft"
    with index.alone(store):
        shutil.rmtree(draft, ignore_errors=True)
        for left in (*out.glob(".index.html.*"), *store.glob(f".{write.PICTURES}.*")):
            left.unlink()
        draft.mkdir(parents=True)
        try:
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)


@task(task_run_name="artifacts", cache_policy=NO_CACHE)
def publish_artifacts(page: Path, store: Path, rich: bool) -> None:
    """Show summary, table and location of the report in Prefect's UI; `rich` adds the page itself, cut down."""
    # Browsers refuse to open file:// from a web page, so the text says where the file is.
    create_link_artifact(
        page.resolve().as_uri(), link_text=str(page), key="report", description="The whole report, one HTML file"
    )
    report = report_json.load(page.parent)
    text = markdown.artifact(page)
    create_markdown_artifact(text, key="comparison", description="What the comparison found")
    create_table_artifact(summary.records(report), key="variants", description="Every variant and what it measured")
    if rich:
        html = artifact.render(report, StoredArrays(page.parent, store))
        RichArtifact(key="page", description=f"As much as fits here of {page}", html=html).create()
