"""The machine that things are killed on, its service manager, and the person who looks after it."""

import contextlib
import os
import re
import signal
import subprocess
import time
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
    "only": ["none"],
    "jobs": None,
}
PATIENCE = 40.0  # seconds that a run may stand still without a process until the person looks after it
LONGEST = 900.0  # seconds that anything may take, on a machine that has other things to do
site_of_tests.PATIENCE = LONGEST


class Machine(Site):
    """A site whose units are started again when they end, as their .service files say."""

    def __init__(self, folder: Path):
        super().__init__(folder, database=None, webhook="")
        self.guard = folder / "guard.log"
        common = isolation.watched(self.guard) | {"MMDVAE_SLOTS": str(folder / "slots"), "CUDA_VISIBLE_DEVICES": "-1"}
        self._server_environment |= common | {processes.MARK: "server"}
        self.environment |= common | {processes.MARK: "worker"}
        self.done: list[str] = []  # what service manager and person did
        self.tried: list[str] = []  # what the guard has noticed

    def switch_on_worker(self) -> None:
        """What the worker's unit does."""
        self._recover()
        self.start_worker()

    def tend(self, *, ends_the_rest: bool = True) -> None:
        """What a service manager does: start again what has ended, and before that end what it left behind."""
        if self._server.poll() is not None:
            time.sleep(_setting("mmdvae-server", "RestartSec"))
            self.start_server()
            self.done.append("server started again")
        if self._worker.poll() is not None:
            if ends_the_rest:
                self._end_the_rest()
            time.sleep(_setting("mmdvae-worker", "RestartSec"))
            self.switch_on_worker()
            self.done.append("worker started again")

    def see_to(self, run: Any, **tending: bool) -> None:
        """Tend until the run is completed, as a person who looks in now and then; AssertionError if it will not."""
        deadline, changed, before = time.monotonic() + LONGEST, time.monotonic(), None
        while True:
            self.tend(**tending)
            state = self.state(run)
            if state.name == "Completed":  # PartiallyFailed is a completed state, too
                return
            assert time.monotonic() < deadline, f"run {run} is {state.name} after {LONGEST:g} s: {state.message}"
            lives = any(process.run == str(run) for process in processes.living())
            if state.id != before or lives or state.is_scheduled():  # the worker will come for it
                before, changed = state.id, time.monotonic()
            if state.is_final():
                self._retry(run, state.name)
            elif time.monotonic() - changed > PATIENCE and not self._recover():
                self._end_as_the_automation_does(run, state)
            time.sleep(0.3)

    def attempts(self) -> list[str]:
        """What somebody tried to reach beyond this machine since the last question."""
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
        """KillMode=control-group."""
        deadline = time.monotonic() + _setting("mmdvae-worker", "TimeoutStopSec")
        send = signal.SIGTERM
        while left := processes.living("worker"):
            if send:
                kill([process.pid for process in left], send)
            send = signal.SIGKILL if time.monotonic() > deadline else None
            time.sleep(0.1)


def kill(pids: list[int], number: int = signal.SIGKILL) -> None:
    """Send a signal to those that are still there."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _if_good(done: subprocess.CompletedProcess) -> subprocess.CompletedProcess | None:
    return done if done.returncode == 0 else None


def _setting(unit: str, name: str) -> float:
    """A number of seconds from a unit that deploy/ ships."""
    text = (ROOT / "deploy" / f"{unit}.service").read_text()
    return float(re.search(rf"^{name}=(\d+)$", text, re.MULTILINE)[1])
