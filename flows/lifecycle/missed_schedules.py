"""Skips scheduled runs that were missed because no worker could start them."""

from datetime import UTC

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.context import FlowRunContext
from prefect.types import DateTime

DUE_OR_DONE = [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING, StateType.COMPLETED]


def newer_run() -> str | None:
    """The name of a newer run of this run's schedule, due or done, with the same parameters; None if there is none.

    After an outage all missed runs would start one after another, and all but the first would find the work done. The
    newest alone is enough. A run that was requested by hand, or that is being retried, is never skipped.
    """
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None or not run.auto_scheduled or run.run_count > 1 or not run.deployment_id:
        return None
    due = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=[run.deployment_id]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=DUE_OR_DONE)),
        expected_start_time=FlowRunFilterExpectedStartTime(after_=run.expected_start_time, before_=DateTime.now(UTC)),
    )
    with get_client(sync_client=True) as client:
        return next((other.name for other in client.read_flow_runs(flow_run_filter=due) if _replaces(other, run)), None)


def _replaces(other: FlowRun, run: FlowRun) -> bool:
    return other.id != run.id and bool(other.auto_scheduled) and other.parameters == run.parameters
