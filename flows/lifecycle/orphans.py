"""Runs whose process on this machine is gone: a killed worker or a power cut leaves them running in Prefect's eyes."""

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
    """Note on this flow run which process of which machine it lives in; called at its start."""
    context, me = FlowRunContext.get(), identity(os.getpid())
    if context and context.flow_run and me:
        with get_client(sync_client=True) as client:
            client.update_flow_run_labels(context.flow_run.id, {HOST: socket.gethostname(), PROCESS: me})


def recover() -> list[str]:
    """Put every orphan of this machine in order; return a line for each.

    A deployment's run waits for the next worker, which goes on from its checkpoints; one that was being cancelled is
    cancelled; one that a command made is crashed, for nobody else would go on with it.
    """
    ours = FlowFilter(name=FlowFilterName(any_=["compare"]))
    live = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.CANCELLING]))
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(flow_filter=ours, flow_run_filter=FlowRunFilter(state=live))
        orphans = [run for run in runs if run.labels.get(HOST) == socket.gethostname() and not _alive(run)]
        for run in orphans:
            end_task_runs(None, run, Crashed())
            client.set_flow_run_state(run.id, _next_state(run))
        now = {run.id: client.read_flow_run(run.id).state_name for run in orphans}  # the server may have other ideas
    return [f"run {run.name} ({run.id}): its process was gone, it is now {now[run.id]}" for run in orphans]


def identity(process: int) -> str | None:
    """What no other process has or will have, also after a reboot; None where there is no /proc or no such process.

    One that has ended and that nobody has waited for yet, as under many a container's first process, is none.
    """
    try:
        boot = UUID(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        state, *rest = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):  # anything else must not make a living run an orphan
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
