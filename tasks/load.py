"""The data set as files that children map into memory."""

from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from mmdvae.data import catalog, prepare, sources
from tasks.progress import tell


@task(task_run_name="load data", cache_policy=NO_CACHE)
def load_data(name: str, data_dir: Path | None, store: Path) -> dict[str, Any]:
    """Find, check and decode the data set once; return its folder's name, digest, counts and classes."""
    row = catalog.find(name)
    for contents in filter(None, (catalog.contents(row, place) for _, place in sources.places(row, data_dir))):
        tell("data", {"event": "note", "message": contents})
    dataset = prepare.prepare(
        row,
        data_dir=data_dir,
        store=store,
        on_progress=lambda done, total: tell("data", {"event": "download", "done": done, "total": total}),
    )
    return {
        "name": dataset.name,
        "folder": dataset.folder.name,
        "sha256": dataset.sha256,
        "train": dataset.train,
        "valid": dataset.valid,
        "test": dataset.test,
    }
