"""The pool of child processes: how many run at a time, in which slots of the machine, and how all are stopped."""

import contextlib
import json
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from mmdvae.files import json_line
from mmdvae.jobs import kinds, store
from tasks.processes import devices, leases
from tasks.processes.children import Child, ForkServer
from tasks.processes.devices import Slot

Event = dict[str, Any]
BUSY = "all slots are in use by other comparisons on this machine (--jobs N adds some)"
LOOK_AGAIN = 0.2  # seconds between two attempts to get a slot that other runs hold


class JobFailed(RuntimeError):
    """The work cannot be done; a retry would fail in the same way."""


class JobCrashed(RuntimeError):
    """The process died before it finished; a retry continues from its checkpoint."""


class Pool:
    """Runs jobs in child processes, at most `jobs` at a time, each in a slot that no other run uses."""

    def __init__(self, slots: list[Slot], jobs: int | None = None):
        self.size = min(jobs or len(slots), len(slots))
        self._slots = slots
        self._permits: queue.Queue[None] = queue.Queue()  # first come, first served
        for _ in range(self.size):
            self._permits.put(None)
        self._fork_server = ForkServer(slots[0].environment)
        self._children: set[Child] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def narrow(self, most: int) -> None:
        """From now on run at most this many jobs at a time, but one; to be called while none runs."""
        while self.size > max(1, most):
            self._permits.get()
            self.size -= 1

    def run(self, request: dict[str, Any], on_event: Callable[[Event], None]) -> dict[str, Any]:
        """Wait for a free slot, do one job and return its record.

        Raises: JobFailed if it cannot be done or the pool was stopped; JobCrashed if the process died.
        """
        permit = self._permits.get()
        try:
            with self._slot(Path(request["folder"]), on_event) as slot, self._child(slot, request["kind"]) as child:
                return _converse(child, request, on_event)
        except JobCrashed:
            if self._stopped:
                raise JobFailed("stopped") from None
            raise
        finally:
            self._permits.put(permit)

    def stop(self) -> None:
        """Kill every child and start no more."""
        self._stopped = True
        self._fork_server.kill()  # first: the holder of the lock may be waiting for it
        with self._lock:
            for child in self._children:
                child.kill()
        self._fork_server.close()

    @contextmanager
    def _slot(self, work: Path, on_event: Callable[[Event], None]) -> Iterator[Slot]:
        """Wait for a slot and hold it; an event says what it waits for."""
        told = None
        while not self._stopped:
            # If another run does this work, it already has a slot; a second one would be idle while we wait for it.
            claimed = store.is_claimed(work)
            with leases.first_free(() if claimed else self._slots) as slot:
                if slot:
                    yield slot
                    return
            reason = "another run is doing this work" if claimed else BUSY
            if reason != told:
                on_event({"event": "note", "message": f"waiting: {reason}"})
            told = reason
            time.sleep(LOOK_AGAIN)
        raise JobFailed("stopped")

    @contextmanager
    def _child(self, slot: Slot, kind: str) -> Iterator[Child]:
        with self._lock:  # so that stop() cannot miss a child that is just starting
            if self._stopped:
                raise JobFailed("stopped")
            try:
                child = self._fork_server.start(slot.environment, fresh=kind in kinds.FRESH)
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
    """Send the request, pass events on, return the record."""
    with contextlib.suppress(BrokenPipeError):  # it died at once; its exit code is reported below
        child.requests.write(json_line(request))
        child.requests.flush()  # and left open: its end tells the child that we are gone
    for line in child.answers:
        if not line.endswith(b"\n"):
            break  # killed in the middle of a line
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


_CURRENT: ContextVar[Pool | None] = ContextVar("pool", default=None)


@contextmanager
def opened(jobs: int | None) -> Iterator[Pool]:
    """A pool for the tasks that start in this block; its children end with the block, however it ends."""
    leases.folder()  # before anything starts, so that an invalid one is reported once
    workers = Pool(devices.slots(jobs), jobs)
    token = _CURRENT.set(workers)
    try:
        yield workers
    finally:
        workers.stop()
        _CURRENT.reset(token)


def narrow(most: int) -> None:
    """Limit the flow's pool, as Pool.narrow; without one, where each task opens its own, nothing is to do."""
    workers = _CURRENT.get()
    if workers:
        workers.narrow(most)


def at_a_time() -> int | None:
    """How many jobs the flow's pool runs at a time; None outside of a flow that has one."""
    workers = _CURRENT.get()
    return workers.size if workers else None


@contextmanager
def current() -> Iterator[Pool]:
    """The flow's pool; a task that runs on another machine opens its own, for one job at a time."""
    workers = _CURRENT.get()
    if workers:
        yield workers
    else:
        with opened(1) as own:
            yield own
