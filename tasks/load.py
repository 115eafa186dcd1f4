"""The data set as files that child processes map into memory."""

from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from mmdvae.data import prepare
from mmdvae.data.catalog import Row
from mmdvae.data.prepare import Dataset
from mmdvae.jobs import inventory
from mmdvae.jobs.store import touch
from tasks.progress import tell


@task(task_run_name="load data", cache_policy=NO_CACHE)
def load_data(row: Row, data_dir: Path | None, store: Path) -> Dataset:
    """Find, check and decode the data set once, and tell what was converted or left out."""
    while True:
        dataset = prepare.prepare(
            row,
            data_dir=data_dir,
            store=store,
            on_progress=lambda done, total: tell("data", {"event": "download", "done": done, "total": total}),
            on_decoded=lambda done, total: tell("data", {"event": "decode", "done": done, "total": total}),
        )
        with inventory.using(store):
            touch(dataset.folder)
            there = dataset.folder.is_dir()  # else it was pruned just now
        if there:
            for note in dataset.notes:
                tell("data", {"event": "note", "message": note})
            return dataset
