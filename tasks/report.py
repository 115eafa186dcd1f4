"""The comparison written down: report.json and manifest.json first, then all that is made from them."""

import shutil
from pathlib import Path
from typing import Any

from prefect import task
from prefect.artifacts import create_link_artifact, create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from mmdvae.files import write_json
from reports import index, write


@task(task_run_name="report", cache_policy=NO_CACHE)
def write_report(run_dir: Path, store: Path, report: dict[str, Any], manifest: dict[str, Any]) -> Path:
    """Write the run's folder, whole or not at all, and bring the list of runs up to date; return the page's path."""
    draft = run_dir.with_name(f".{run_dir.name}")
    try:
        draft.mkdir(parents=True)
        write_json(draft / "report.json", report)
        write_json(draft / "manifest.json", manifest)
        write.write(draft, store)
        draft.rename(run_dir)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    index.write(run_dir.parent)
    return run_dir / "report.html"


@task(task_run_name="artifacts", cache_policy=NO_CACHE)
def publish_artifacts(page: Path) -> None:
    """Show the summary and the way to the report in Prefect's UI."""
    create_markdown_artifact(
        (page.parent / "summary.md").read_text(encoding="utf-8"),
        key="comparison",
        description="What the comparison found",
    )
    # Browsers refuse to open file:// from a web page, so the text says where the file is.
    create_link_artifact(
        page.resolve().as_uri(), link_text=str(page), key="report", description="The whole report, one HTML file"
    )
