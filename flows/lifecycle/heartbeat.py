"""Signs of life of a flow run, by which a server's automation tells zombies.

Prefect's own thread looks once a second whether the run has ended, so that every run lasts half a second longer, and
up to a whole one. A command, where somebody waits, sends the same events itself; a worker's runs leave it to Prefect.
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
    """For flow runs that start here: no heartbeat by Prefect, and one by us if the server is watched by anybody."""
    token = _EVERY.set(PREFECT_FLOWS_HEARTBEAT_FREQUENCY.value() if watched else None)
    try:
        with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
            yield
    finally:
        _EVERY.reset(token)


@contextmanager
def beating() -> Iterator[None]:
    """Our heartbeat of this flow run to the end of the block, if it is ours to send."""
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
            with suppress(Exception):  # whatever the server's trouble is: the run goes on
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
