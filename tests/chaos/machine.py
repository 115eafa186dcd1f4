"""The machine on which processes are killed, with a simulated service manager and a simulated operator."""

import contextlib
import math
import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import isolation
import processes
import site_of_tests
from prefect.states import Crashed
from site_of_tests import ROOT, Site, wait_for

RUN = {
    "preset": "quick",
    "dataset": "digits",
    "epochs": 2,
    "only": ["none", "mmd-a0.6-s2.83"],
    "jobs": None,
}
PATIENCE = 40.0  # seconds that a run may make no progress without a process before the operator steps in
LONGEST = 900.0  # seconds that anything may take on a busy machine
site_of_tests.PATIENCE = LONGEST


@dataclass
class Watch:
    """Since when a run has not changed its state."""

    state: Any = None  # the state's id
    since: float = 0.0


class Machine(Site):
    """A site whose units are restarted when they end, as their .service files say."""

    def __init__(self, folder: Path):
        super().__init__(folder, database=None, webhook="")
        self.guard = folder / "guard.log"
        common = isolation.watched(self.guard) | {"MMDVAE_SLOTS": str(folder / "slots"), "CUDA_VISIBLE_DEVICES": "-1"}
        self._server_environment |= common | {processes.MARK: "server"}
        self.environment |= common | {processes.MARK: "worker"}
        self.by_hand = False  # whether the worker was started by hand, without a service manager
        self._watches: dict[Any, Watch] = {}  # by run
        self.done: list[str] = []  # what service manager and operator did
        self.tried: list[str] = []  # attempts that the guard has logged

    def switch_on_worker(self) -> None:
        """Start the worker as its unit does."""
        self._recover()
        self.start_worker()

    def tend(self) -> None:
        """Act as a service manager: restart what has ended, after killing what it left behind."""
        if self._server.poll() is not None:
            time.sleep(_setting("mmdvae-server", "RestartSec"))
            self.start_server()
            self.done.append("server started")
        if self._worker.poll() is not None:
            if not self.by_hand:
                self._end_the_rest()
            time.sleep(_setting("mmdvae-worker", "RestartSec"))
            self.switch_on_worker()
            self.done.append("worker started")

    def see_to(self, runs: list[Any], until: float = math.inf) -> None:
        """Tend until all runs are completed, as an operator who checks now and then, or until the given moment.

        Raises: AssertionError if a run does not complete.
        """
        deadline = time.monotonic() + LONGEST
        while time.monotonic() < until:
            self.tend()
            states = {run: self.state(run) for run in runs}
            if all(state.name == "Completed" for state in states.values()):  # PartiallyFailed is a completed state, too
                return
            for run, state in states.items():
                self._look_in(run, state, self._watches.setdefault(run, Watch()))
                assert time.monotonic() < deadline, f"run {run} is {state.name} after {LONGEST:g} s: {state.message}"
            time.sleep(0.3)

    def _look_in(self, run: Any, state: Any, watch: "Watch") -> None:
        lives = any(process.run == str(run) for process in processes.living())
        if state.is_final() and state.name != "Completed":
            self._retry(run, state.name)
        elif lives or state.is_final() or state.is_scheduled() or watch.state != state.id:  # the worker will start it
            watch.state, watch.since = state.id, time.monotonic()
        elif time.monotonic() - watch.since > PATIENCE and not self._recover():
            self._end_as_the_automation_does(run, state)

    def see_gone(self, pids: set[int]) -> None:
        """Wait for the end of those units that are among these processes."""
        for unit in (self._server, self._worker):
            if unit.pid in pids:
                unit.wait()

    def attempts(self) -> list[str]:
        """Attempts to reach other machines since the last call."""
        new = self.guard.read_text().splitlines()[len(self.tried) :]
        self.tried += new
        return new

    def _retry(self, run: Any, state: str) -> None:
        done = self.prefect("flow-run", "retry", str(run))
        assert done.returncode == 0, done.stdout + done.stderr
        self.done.append(f"{state}, retried")

    def _end_as_the_automation_does(self, run: Any, state: Any) -> None:
        with self.client() as client:
            client.set_flow_run_state(run, Crashed(message="nothing of it lives"), force=True)
        self.done.append(f"stood still as {state.name}, ended")

    def _recover(self) -> list[str]:
        done = wait_for(lambda: _if_good(self.mmdvae("recover")), "mmdvae recover")
        lines = [re.sub(r".*, it is now (\w+).*", r"recovered to \1", line) for line in done.stdout.splitlines()]
        self.done += lines
        return lines

    def _end_the_rest(self) -> None:
        """End what the worker left, as KillMode=control-group does."""
        deadline = time.monotonic() + _setting("mmdvae-worker", "TimeoutStopSec")
        send = signal.SIGTERM
        while left := processes.living("worker"):
            if send:
                kill([process.pid for process in left], send)
            send = signal.SIGKILL if time.monotonic() > deadline else None
            time.sleep(0.1)


def kill(pids: list[int], number: int = signal.SIGKILL) -> None:
    """Send a signal to those that still exist."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _if_good(done: subprocess.CompletedProcess) -> subprocess.CompletedProcess | None:
    return done if done.returncode == 0 else None


def _setting(unit: str, name: str) -> float:
    """A setting in seconds from a unit file in deploy/."""
    text = (ROOT / "deploy" / f"{unit}.service").read_text()
    return float(re.search(rf"^{name}=(\d+)$", text, re.MULTILINE)[1])
