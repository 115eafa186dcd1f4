"""One machine set up as in docs/operations.md: a server, a worker, deployments; all in temporary folders."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import reaper
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas import filters
from prefect.events.filters import EventFilter, EventNameFilter, EventOccurredFilter, EventResourceFilter
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

ROOT = Path(__file__).parents[2]
PATIENCE = 600  # seconds that one step may take on a busy machine
PASSWORD = "operator:for the tests"
TINY = {"preset": "quick", "dataset": "digits", "epochs": 1, "only": ["none", "mmd-a0.6-s2.83"], "jobs": 1}


def wait_for(condition: Callable[[], Any], what: str, *, seconds: float = PATIENCE) -> Any:
    """Wait until the condition returns anything true, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {seconds:g} s for {what}"
        time.sleep(0.3)
    return found


def settings_of(name: str) -> dict[str, str]:
    """The settings that deploy/ ships, as systemd reads them."""
    lines = (ROOT / "deploy" / name).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


class Site:
    """The parts of the machine, and what an operator does with them."""

    def __init__(self, folder: Path, database: str | None, webhook: str):
        self.folder, self.out = folder, folder / "runs"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.url = f"{self.address}/api"
        common = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        common[reaper.MARK] = str(folder)
        common["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        self._server_environment = common | settings_of("server.env")
        self._server_environment |= {
            "PREFECT_HOME": str(folder / "server"),
            "PREFECT_SERVER_API_PORT": str(port),
            "PREFECT_SERVER_API_AUTH_STRING": PASSWORD,
        }
        if database:
            self._server_environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = database
        self.environment = common | settings_of("worker.env")
        self.environment |= {
            "PREFECT_HOME": str(folder / "worker"),
            "PREFECT_API_URL": self.url,
            "PREFECT_API_AUTH_STRING": PASSWORD,
            "PREFECT_WORKER_QUERY_SECONDS": "1",
            "MMDVAE_WEBHOOK_URL": webhook,
        }
        self._processes: list[subprocess.Popen] = []
        self._reaper = subprocess.Popen(
            [sys.executable, reaper.__file__, str(folder)], stdin=subprocess.PIPE, start_new_session=True
        )

    def start_server(self) -> None:
        """Start the server; return when it answers."""
        server = self._start("server", ["-m", "prefect", "server", "start"], self._server_environment)

        def answers():
            assert server.poll() is None, self.log("server")
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/health", timeout=5) as reply:
                return reply.status == 200

        wait_for(answers, "the server")
        self._server = server

    def kill_server(self) -> None:
        """Kill it, as a power cut would."""
        os.killpg(self._server.pid, signal.SIGKILL)
        self._server.wait()

    def start_worker(self) -> None:
        """Start a worker of the pool, with room for two runs."""
        words = ["-m", "prefect", "worker", "start", "--pool", "mmdvae", "--type", "process", "--limit", "2"]
        self._worker = self._start("worker", words, self.environment)

    def kill_worker(self, run: Any) -> None:
        """Kill the worker and the process of its run at once, as a power cut would."""
        process = flow_process(run)
        os.kill(self._worker.pid, signal.SIGKILL)
        os.kill(process, signal.SIGKILL)
        self._worker.wait()

    def start_serving(self) -> subprocess.Popen:
        """Start `mmdvae serve`."""
        return self._start("serve", ["-m", "mmdvae", "serve"], self.environment)

    def mmdvae(self, *words: str, **environment: str) -> subprocess.CompletedProcess:
        """Run one of our commands to its end."""
        return self._run(["-P", "-m", "mmdvae", *words], environment)

    def prefect(self, *words: str) -> subprocess.CompletedProcess:
        """Run one of Prefect's commands to its end."""
        return self._run(["-m", "prefect", "--no-prompt", *words], {})

    @contextlib.contextmanager
    def client(self) -> Iterator[SyncPrefectClient]:
        """A client with the password."""
        access = {PREFECT_API_URL: self.url, PREFECT_API_AUTH_STRING: PASSWORD}
        with temporary_settings(access), get_client(sync_client=True) as client:
            yield client

    def start(self, deployment: str, *, environment: dict[str, str] | None = None, **parameters: Any) -> Any:
        """Request a run of a deployment; return the flow run's id."""
        variables = {"env": environment} if environment else None
        with self.client() as client:
            there = client.read_deployment_by_name(f"compare/{deployment}")
            wishes = there.parameters | TINY | {"out": str(self.out)} | parameters
            return client.create_flow_run_from_deployment(there.id, parameters=wishes, job_variables=variables).id

    def state(self, run: Any) -> Any:
        """The state of a flow run."""
        with self.client() as client:
            return client.read_flow_run(run).state

    def end(self, run: Any, *, seconds: float = PATIENCE) -> Any:
        """The final state of a flow run, when it has one."""
        wait_for(lambda: self.state(run).is_final(), f"the end of run {run}:\n{self.log('worker')}", seconds=seconds)
        return self.state(run)

    def tasks(self, run: Any) -> dict[str, str]:
        """Task run name -> state name of a flow run's task runs; the latest where a retry made two."""
        with self.client() as client:
            runs = client.read_task_runs(flow_run_filter=only(run))
        return {task.name: task.state.name for task in sorted(runs, key=lambda task: task.start_time or task.created)}

    def artifacts(self, run: Any) -> dict[str, Any]:
        """Key -> artifact of a flow run."""
        ours = filters.ArtifactFilter(flow_run_id=filters.ArtifactFilterFlowRunId(any_=[run]))
        with self.client() as client:
            return {artifact.key: artifact for artifact in client.read_artifacts(artifact_filter=ours)}

    def said(self, *runs: Any) -> list[str]:
        """The log lines of flow runs, from the server."""
        ours = filters.LogFilter(flow_run_id=filters.LogFilterFlowRunId(any_=list(runs)))
        with self.client() as client:
            return [line.message for line in client.read_logs(log_filter=ours, limit=200)]

    def heartbeats(self, run: Any, *, since: datetime) -> int:
        """How many heartbeats a flow run has sent."""
        wanted = EventFilter(
            event=EventNameFilter(name=["prefect.flow-run.heartbeat"]),
            occurred=EventOccurredFilter(since=since),
            resource=EventResourceFilter(id=[f"prefect.flow-run.{run}"]),
        )
        with self.client() as client:
            return len(client.read_events(filter=wanted, limit=50).events)

    def log(self, name: str) -> str:
        """The end of a process's log."""
        return (self.folder / f"{name}.log").read_text(errors="replace")[-6000:]

    def stop(self) -> None:
        """End what is still running."""
        for process in reversed(self._processes):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._reaper.communicate()

    def _start(self, name: str, words: list[str], environment: dict[str, str]) -> subprocess.Popen:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *words],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                umask=0o077,  # as in the units
            )
        self._processes.append(process)
        return process

    def _run(self, words: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )


def only(run: Any) -> filters.FlowRunFilter:
    """The filter that only this flow run passes."""
    return filters.FlowRunFilter(id=filters.FlowRunFilterId(any_=[run]))


def flow_process(run: Any) -> int:
    """The process that executes a flow run."""
    wanted = f"PREFECT__FLOW_RUN_ID={run}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            if wanted in (process / "environ").read_bytes().split(b"\0") and b"prefect.engine" in words:
                return int(process.name)
        except OSError:
            continue
    raise AssertionError(f"no process of run {run}")
