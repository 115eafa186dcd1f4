"""Where child processes run: how many at a time, on which device, and how to end them all."""

import contextlib
import json
import queue
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from mmdvae.files import strict_json
from tasks import devices
from tasks.children import Child, Nursery

Event = dict[str, Any]


class JobFailed(RuntimeError):
    """The work cannot be done; trying again would end in the same way."""


class JobCrashed(RuntimeError):
    """The process died in the middle; it goes on from its checkpoint when tried again."""


class Workshop:
    """Runs jobs (mmdvae.job) in child processes, at most one per slot."""

    def __init__(self, slots: list[dict[str, str]]):
        self.size = len(slots)
        self._free: queue.Queue[dict[str, str]] = queue.Queue()
        for slot in slots:
            self._free.put(slot)
        self._nursery = Nursery(slots[0])
        self._children: set[Child] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def run(self, request: dict[str, Any], on_event: Callable[[Event], None]) -> dict[str, Any]:
        """Do one job and return its record; waits for a free slot.

        Raises: JobFailed if it cannot be done or the workshop is stopped; JobCrashed if the process died.
        """
        slot = self._free.get()
        try:
            with self._child(slot) as child:
                return _converse(child, request, on_event)
        except JobCrashed:
            if self._stopped:
                raise JobFailed("stopped") from None
            raise
        finally:
            self._free.put(slot)

    def stop(self) -> None:
        """Kill every child and start no other."""
        self._stopped = True
        self._nursery.kill()  # first: whoever holds the lock may be waiting for it
        with self._lock:
            for child in self._children:
                child.kill()
        self._nursery.close()

    @contextmanager
    def _child(self, slot: dict[str, str]) -> Iterator[Child]:
        with self._lock:  # so that stop() cannot miss a child that is just being born
            if self._stopped:
                raise JobFailed("stopped")
            try:
                child = self._nursery.start(slot)
            except OSError as error:
                raise JobCrashed(f"no process could be started: {error}") from error
            self._children.add(child)
        try:
            with child:
                yield child
        finally:
            with self._lock:
                self._children.discard(child)


def _converse(child: Child, request: dict[str, Any], on_event: Callable[[Event], None]) -> dict[str, Any]:
    """Hand the request over, pass events on, return the record."""
    with contextlib.suppress(BrokenPipeError):  # it died at once; its exit code is reported below
        child.requests.write(strict_json(request).encode() + b"\n")
        child.requests.flush()  # and left open: its closing tells the child that we are gone
    for line in child.answers:
        if not line.endswith(b"\n"):
            break  # killed in the middle of a word
        event = json.loads(line)
        if event["event"] == "done":
            return event["record"]
        if event["event"] == "error":
            raise JobFailed(event["message"])
        on_event(event)
    raise JobCrashed(_how_it_ended(child))


def _how_it_ended(child: Child) -> str:
    code = child.wait()
    if code is None:
        return "the process was lost together with its fork server"
    if code >= 0:
        return f"the process ended with exit code {code}: {child.last_words()}"
    name = signal.Signals(-code).name
    hint = " (often: out of memory)" if name == "SIGKILL" else ""
    return f"the process was killed by {name}{hint}"


_CURRENT: ContextVar[Workshop | None] = ContextVar("workshop", default=None)


@contextmanager
def opened(jobs: int | None) -> Iterator[Workshop]:
    """A workshop for the tasks that start from here; whatever ends the block ends the children."""
    workshop = Workshop(devices.slots(jobs))
    token = _CURRENT.set(workshop)
    try:
        yield workshop
    finally:
        workshop.stop()
        _CURRENT.reset(token)


@contextmanager
def current() -> Iterator[Workshop]:
    """The workshop of the flow; a task that runs on another machine opens one of its own, with one slot."""
    workshop = _CURRENT.get()
    if workshop:
        yield workshop
    else:
        with opened(1) as own:
            yield own
