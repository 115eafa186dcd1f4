"""The task for work done once in a child process: training, evaluation and every other kind (mmdvae.jobs.kinds)."""

from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.states import Completed, State

from mmdvae.jobs import inventory, store
from tasks.processes import pool
from tasks.progress import tell


def is_crash(task, task_run, state: State) -> bool:
    """Retry crashes, not failures: a full disk or a broken file would fail again."""
    return isinstance(state.data, pool.JobCrashed) or isinstance(getattr(state.data, "result", None), pool.JobCrashed)


# The store is the cache (docs/decisions/cache.md); Prefect's own would be a second one that outlives deleted files.
@task(task_run_name="{unit}", cache_policy=NO_CACHE, retries=1, retry_delay_seconds=1, retry_condition_fn=is_crash)
def work(unit: str, request: dict[str, Any]) -> Any:
    """Find the result in the store, or have a child process make it; return its record."""
    folder = Path(request["folder"])
    with inventory.using(folder.parent):
        store.touch(folder)  # first, so that it is not pruned once it was found
        record = store.read(folder)
    if record is not None:
        tell(unit, {"event": "found"})
        return Completed(name="Cached", message="found in the store", data=record)
    try:
        with pool.current() as workers:
            record = workers.run(request, lambda event: tell(unit, event))
    except (pool.JobFailed, pool.JobCrashed) as error:
        tell(unit, {"event": "failed", "message": f"failed: {error}"})
        raise
    tell(unit, {"event": "done", "message": record.get("error") or "done"})
    return record
