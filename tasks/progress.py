"""How the work tells what it is doing: events from tasks and child processes to whoever shows them."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

Listener = Callable[[str, dict[str, Any]], None]  # (unit of work, event)

# A context variable, because Prefect hands the caller's context to the threads that its tasks run in.
LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)


def tell(unit: str, event: dict[str, Any]) -> None:
    """Pass an event on; without a listener it is dropped."""
    listener = LISTENER.get()
    if listener:
        listener(unit, event)
