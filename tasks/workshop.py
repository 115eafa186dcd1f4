"""Where child processes run: how many at a time, on which device, and how to end them all."""

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import IO, Any, cast

from mmdvae.files import strict_json
from tasks import devices

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
        self._children: set[subprocess.Popen] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def run(self, request: dict[str, Any], on_event: Callable[[Event], None]) -> dict[str, Any]:
        """Do one job and return its record; waits for a free slot.

        Raises: JobFailed if it cannot be done or the workshop is stopped; JobCrashed if the process died.
        """
        slot = self._free.get()
        try:
            with tempfile.TemporaryFile() as log, self._child(request, slot, log) as child:
                return _converse(child, request, on_event, log)
        except JobCrashed:
            if self._stopped:
                raise JobFailed("stopped") from None
            raise
        finally:
            self._free.put(slot)

    def stop(self) -> None:
        """Kill every child and start no other. Their files stay whole: each is written under another name first."""
        with self._lock:
            self._stopped = True
            for child in self._children:
                _kill(child)

    @contextmanager
    def _child(self, request: dict[str, Any], slot: dict[str, str], log: IO[bytes]) -> Iterator[subprocess.Popen]:
        with self._lock:  # so that stop() cannot miss a child that is just being born
            if self._stopped:
                raise JobFailed("stopped")
            # -P: the working folder must not shadow installed packages. A session of its own: the terminal's Ctrl-C
            # reaches this process alone, which then decides.
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "mmdvae.job"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=os.environ | slot,
                start_new_session=True,
            )
            self._children.add(child)
        try:
            yield child
        finally:
            with self._lock:
                _kill(child)
                self._children.discard(child)
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe:
                    pipe.close()


def _converse(child: subprocess.Popen, request: dict[str, Any], on_event: Callable[[Event], None], log: IO[bytes]):
    """Hand the request over, pass events on, return the record."""
    requests, answers = cast(IO[bytes], child.stdin), cast(IO[bytes], child.stdout)
    try:
        requests.write(strict_json(request).encode() + b"\n")
        requests.flush()  # and left open: its closing tells the child that we are gone
    except BrokenPipeError:
        pass  # it died at once; its exit code is reported below
    for line in answers:
        event = json.loads(line)
        if event["event"] == "done":
            return event["record"]
        if event["event"] == "error":
            raise JobFailed(event["message"])
        on_event(event)
    raise JobCrashed(_how_it_ended(child.wait(), log))


def _how_it_ended(code: int, log: IO[bytes]) -> str:
    if code >= 0:
        log.seek(0)
        last_words = log.read()[-4000:].decode(errors="replace").strip().splitlines()[-1:]
        return f"the process ended with exit code {code}: {' '.join(last_words) or 'it said nothing'}"
    name = signal.Signals(-code).name
    hint = " (often: out of memory)" if name == "SIGKILL" else ""
    return f"the process was killed by {name}{hint}"


def _kill(child: subprocess.Popen) -> None:
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)


_CURRENT: ContextVar[Workshop | None] = ContextVar("workshop", default=None)


@contextmanager
def opened(jobs: int | None) -> Iterator[Workshop]:
    """A workshop for the tasks that start from here; whatever ends the block ends the children."""
    workshop = Workshop(devices.slots(jobs))
    token = _CURRENT.set(workshop)
    try:
        yield workshop
    except BaseException:
        workshop.stop()
        raise
    finally:
        _CURRENT.reset(token)


def current() -> Workshop:
    """The workshop of the flow; a task that runs on another machine opens one of its own, with one slot."""
    return _CURRENT.get() or Workshop(devices.slots(1))
