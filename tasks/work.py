"""Tasks that are done in a child process, once: classifier, baselines, training, evaluation."""

from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.states import Completed, State

from mmdvae.jobs import store
from tasks.processes import pool
from tasks.progress import tell


def is_crash(task, task_run, state: State) -> bool:
    """Retry what died, not what failed: a full disk or a broken file is the same the second time."""
    return isinstance(state.data, pool.JobCrashed) or isinstance(getattr(state.data, "result", None), pool.JobCrashed)


# The store is the cache (docs/decisions/cache.md); Prefect's own would be a second truth that outlives deleted files.
once = task(
    task_run_name="{unit}", cache_policy=NO_CACHE, retries=1, retry_delay_seconds=1, retry_condition_fn=is_crash
)


def _find_or_do(unit: str, request: dict[str, Any]) -> Any:
    record = store.read(Path(request["folder"]))
    if record is not None:
        tell(unit, {"event": "found"})
        return Completed(name="Cached", message="found in the store", data=record)
    try:
        with pool.current() as shop:
            record = shop.run(request, lambda event: tell(unit, event))
    except (pool.JobFailed, pool.JobCrashed) as error:
        tell(unit, {"event": "failed", "message": f"failed: {error}"})
        raise
    tell(unit, {"event": "done", "message": record.get("error") or "done"})
    return record


@once
def train_classifier(unit: str, request: dict[str, Any]) -> dict[str, Any]:
    """Train the data set's classifier, which judges samples from the prior; a record with its accuracy and digest."""
    return _find_or_do(unit, request)


@once
def measure_baselines(unit: str, request: dict[str, Any]) -> dict[str, Any]:
    """The mean image, PCA, raw pixels, real images and draws from the prior, measured like a variant."""
    return _find_or_do(unit, request)


@once
def train(unit: str, request: dict[str, Any]) -> dict[str, Any]:
    """Train one variant with one seed; a record with history and status."""
    return _find_or_do(unit, request)


@once
def evaluate(unit: str, request: dict[str, Any]) -> dict[str, Any]:
    """Measure one trained variant on the test split; a record with metrics."""
    return _find_or_do(unit, request)
