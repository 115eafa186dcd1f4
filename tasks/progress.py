"""Progress events: from tasks and child processes to the listener that shows them."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

Listener = Callable[[str, dict[str, Any]], None]  # (unit of work, event)

# A context variable, because Prefect copies the caller's context to the threads that its tasks run in.
LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)


def share(event: dict[str, Any]) -> float | None:
    """The completed fraction of a unit of work, 0 to 1; None for an event that does not say."""
    match event["event"]:
        case "progress":
            return (event["epoch"] - 1 + event["fraction"]) / event["epochs"]
        case "epoch":
            return event["epoch"] / event["epochs"]
        case "download" | "decode" | "encode":
            return event["done"] / event["total"] if event["total"] else None
        case "found" | "done":
            return 1.0
        case _:
            return None


def tell(unit: str, event: dict[str, Any]) -> None:
    """Pass an event on; without a listener it is dropped."""
    listener = LISTENER.get()
    if listener:
        listener(unit, event)
