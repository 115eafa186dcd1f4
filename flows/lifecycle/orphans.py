"""Recovers runs whose process on this machine is gone: after a kill or a power cut Prefect still shows them running."""

import os
import socket
from pathlib import Path
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.context import FlowRunContext
from prefect.states import AwaitingRetry, Cancelled, Crashed, State

from flows.lifecycle.end_task_runs import end_task_runs

HOST, PROCESS = "mmdvae.host", "mmdvae.process"  # labels of a flow run


def claim() -> None:
    """Record on this flow run which process of which machine executes it; called at its start."""
    context, me = FlowRunContext.get(), identity(os.getpid())
    if context and context.flow_run and me:
        with get_client(sync_client=True) as client:
            client.update_flow_run_labels(context.flow_run.id, {HOST: socket.gethostname(), PROCESS: me})


def recover() -> list[str]:
    """Give every orphan of this machine its next state; return a line for each.

    A deployment's run waits for the next worker, which continues from its checkpoints; one that was being cancelled
    becomes Cancelled; one that a command started becomes Crashed, because nothing else would continue it.
    """
    ours = FlowFilter(name=FlowFilterName(any_=["compare"]))
    live = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.CANCELLING]))
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(flow_filter=ours, flow_run_filter=FlowRunFilter(state=live))
        orphans = [run for run in runs if run.labels.get(HOST) == socket.gethostname() and not _alive(run)]
        for run in orphans:
            end_task_runs(None, run, Crashed())
            client.set_flow_run_state(run.id, _next_state(run))
        now = {run.id: client.read_flow_run(run.id).state_name for run in orphans}  # which the server may overrule
    return [f"run {run.name} ({run.id}): its process was gone, it is now {now[run.id]}" for run in orphans]


def identity(process: int) -> str | None:
    """An id that no other process has or will have, even after a reboot; None without /proc or such a process.

    A zombie process (ended but not reaped, as under the init process of many containers) does not count.
    """
    try:
        boot = UUID(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        state, *rest = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):  # no other error may make a live run an orphan
        return None
    started = rest[18]  # in ticks since boot
    return None if state in "ZX" else f"{process} {started} {boot}"


def _alive(run: FlowRun) -> bool:
    claimed = str(run.labels[PROCESS])
    return identity(int(claimed.split()[0])) == claimed


def _next_state(run: FlowRun) -> State:
    message = "the process of this run was gone"
    if run.state and run.state.is_cancelling():
        return Cancelled(message=message)
    return AwaitingRetry(message=message) if run.deployment_id else Crashed(message=message)
