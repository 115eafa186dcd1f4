"""Shows progress in Prefect's UI: log lines with variant and epoch, a progress bar per training."""

import contextlib
import re
import threading
import time
from collections.abc import Iterator
from typing import Any, cast
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.logging import get_run_logger

from flows.progress.terminal import in_brief
from tasks.progress import LISTENER, Listener, share

EVERY = 5.0  # seconds between two updates of one bar
AFTER_FAILURE = 60.0  # seconds without bars after the server failed to take one


class Watcher:
    """Shows the events of tasks in their own task runs, and passes them on to the previous listener."""

    def __init__(self, also: Listener | None = None):
        self._also = also
        self._bars: dict[str, UUID] = {}
        self._next: dict[str, float] = {}  # when a bar may be updated again
        self._paused_until = 0.0
        self._lock = threading.Lock()

    def __call__(self, unit: str, event: dict[str, Any]) -> None:
        """Show one event; called in the task's own thread."""
        if self._also:
            self._also(unit, event)
        fraction, logger = share(event), get_run_logger()
        if event["event"] not in ("progress", "download", "decode"):
            logger.info("%s: %s", unit, in_brief(event))
        if event["event"] in ("progress", "epoch") and fraction is not None:
            self._move(unit, fraction, logger)

    def _move(self, unit: str, fraction: float, logger) -> None:
        now = time.monotonic()
        with self._lock:
            if fraction < 1 and now < max(self._next.get(unit, 0.0), self._paused_until):
                return
            self._next[unit] = now + EVERY
        try:
            if unit in self._bars:
                update_progress_artifact(self._bars[unit], progress=100 * fraction)
            else:
                made = create_progress_artifact(100 * fraction, key=key(unit), description=unit)
                self._bars[unit] = cast(UUID, made)  # not a coroutine: a task's thread runs no event loop
        except Exception as error:  # no problem of the server may stop the training
            self._paused_until = time.monotonic() + AFTER_FAILURE
            logger.warning("%s: progress cannot be shown: %s", unit, type(error).__name__)


def key(unit: str) -> str:
    """An artifact's key: lower-case letters, digits and dashes, such as `train-mmd-a0p6-s2p83`."""
    return re.sub("[^a-z0-9]+", "-", unit.lower().replace(".", "p")).strip("-")


@contextlib.contextmanager
def in_prefect() -> Iterator[None]:
    """Also show in Prefect the events of tasks that start in this block."""
    token = LISTENER.set(Watcher(LISTENER.get()))
    try:
        yield
    finally:
        LISTENER.reset(token)
