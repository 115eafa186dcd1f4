"""Ends the task runs of a flow run that was cancelled or crashed."""

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    TaskRunFilter,
    TaskRunFilterState,
    TaskRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.states import Cancelled, Crashed

UNFINISHED = [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]


def end_task_runs(flow, flow_run, state) -> None:
    """Flow hook: a process that was killed cannot report its task runs; they would be shown as running for ever."""
    ended = Cancelled if state.is_cancelled() or state.is_cancelling() else Crashed
    ours = FlowRunFilter(id=FlowRunFilterId(any_=[flow_run.id]))
    unfinished = TaskRunFilter(state=TaskRunFilterState(type=TaskRunFilterStateType(any_=UNFINISHED)))
    with get_client(sync_client=True) as client:
        for task_run in client.read_task_runs(flow_run_filter=ours, task_run_filter=unfinished):
            client.set_task_run_state(task_run.id, ended(message="ended together with its flow run"), force=True)
