"""Heartbeats of a flow run; the server's zombie automation fails runs that stop sending them.

Prefect's own heartbeat thread sleeps in steps of one second, and every run waits at its end until the thread wakes:
0.5 s on average. A command, for which a user waits, sends the same events itself; a worker's runs use Prefect's.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context

from prefect.context import FlowRunContext
from prefect.events import emit_event
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

_EVERY: ContextVar[float | None] = ContextVar("every", default=None)


@contextmanager
def ours(*, watched: bool) -> Iterator[None]:
    """Turn off Prefect's heartbeat for flow runs that start in this block; if `watched`, send ours instead."""
    token = _EVERY.set(PREFECT_FLOWS_HEARTBEAT_FREQUENCY.value() if watched else None)
    try:
        with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
            yield
    finally:
        _EVERY.reset(token)


@contextmanager
def beating() -> Iterator[None]:
    """Send our heartbeats for this flow run until the end of the block, if `ours` asked for them."""
    every, context = _EVERY.get(), FlowRunContext.get()
    if not every or not context or not context.flow_run:
        yield
        return
    run = {
        "prefect.resource.id": f"prefect.flow-run.{context.flow_run.id}",
        "prefect.resource.name": context.flow_run.name,
    }
    ended = threading.Event()

    def beat() -> None:
        while True:
            with suppress(Exception):  # a server in trouble must not end the run
                emit_event("prefect.flow-run.heartbeat", resource=run)
            if ended.wait(every):
                return

    thread = threading.Thread(target=copy_context().run, args=(beat,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
