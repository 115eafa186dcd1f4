"""Registers prefect.yaml on a server: for workers (`mmdvae deploy`), or for this process alone (`mmdvae serve`)."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import yaml
from prefect import serve
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import ConcurrencyLimitConfig
from prefect.deployments.runner import RunnerDeployment
from prefect.events.schemas.automations import AutomationCore
from prefect.runner.storage import LocalStorage
from prefect.schedules import Cron
from prefect.workers.process import ProcessWorker

from mmdvae.errors import InputError

FILE = Path("prefect.yaml")
AUTOMATIONS = Path("deploy/automations.yaml")


def deploy() -> list[str]:
    """Register the work pool, deployments and automations of this folder; return a line for each; repeatable.

    Raises: InputError if the files are missing; RuntimeError with Prefect's output if it fails.
    """
    deployments = _read(FILE)["deployments"]
    automations = [AutomationCore.model_validate(row) for row in _read(AUTOMATIONS)["automations"]]
    pools = sorted({row["work_pool"]["name"] for row in deployments})
    with get_client(sync_client=True) as client:
        known = {pool.name for pool in client.read_work_pools()}
        for pool in pools:
            if pool not in known:
                client.create_work_pool(_process_pool(pool))
    _prefect("deploy", "--all", "--prefect-file", str(FILE))
    for automation in automations:
        _bring_up_to_date(automation)
    return [
        *(f"work pool {pool}" for pool in pools),
        *(f"deployment compare/{row['name']}" for row in deployments),
        *(f"automation {automation.name}" for automation in automations),
    ]


def serve_here(limit: int) -> None:
    """Register the deployments without a work pool and run them in child processes, until this process is stopped."""
    rows = _read(FILE)["deployments"]
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts background jobs with it ignored
    serve(*map(served, rows), limit=limit)


def served(row: dict[str, Any]) -> RunnerDeployment:
    """A deployment from prefect.yaml without its work pool."""
    from flows.compare import compare

    schedules = [dict(schedule) for schedule in row["schedules"]]
    deployment = compare.to_deployment(
        name=row["name"],
        description=row["description"],
        tags=row["tags"],
        parameters=row["parameters"],
        concurrency_limit=ConcurrencyLimitConfig(**row["concurrency_limit"]),
        schedules=[Cron(schedule.pop("cron"), **schedule) for schedule in schedules],
    )
    made = cast(RunnerDeployment, deployment)  # not a coroutine: no event loop runs here
    # Without this a deployment made by `mmdvae deploy` loses the path of its code: Prefect 3.8 updates only pull steps.
    made.storage = LocalStorage(path=str(Path.cwd()))
    made.work_pool_name = None  # explicit: what is unset keeps its old value
    return made


def _process_pool(name: str) -> WorkPoolCreate:
    # With its template: with `prefect work-pool create` the server fetches it from GitHub.
    template = ProcessWorker.get_default_base_job_template()
    return WorkPoolCreate(name=name, type=ProcessWorker.type, base_job_template=template)


def _read(path: Path) -> dict[str, Any]:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path} is not in {Path.cwd()}; start this in the project's folder") from None
    except (OSError, yaml.YAMLError) as error:
        raise InputError(f"{path} cannot be read: {' '.join(str(error).split())}") from None


def _prefect(*words: str) -> None:
    # Prefect's command line is its only stable interface for registering a prefect.yaml.
    command = [sys.executable, "-m", "prefect", "--no-prompt", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"`prefect {' '.join(words)}` failed:\n{done.stdout}{done.stderr}")


def _bring_up_to_date(automation: AutomationCore) -> None:
    with get_client(sync_client=True) as client:
        same = client.read_automations_by_name(automation.name)
        if not same:
            client.create_automation(automation)
        elif _content(same[0]) != _content(automation):  # an update discards the heartbeats received so far
            client.update_automation(same[0].id, automation)


def _content(automation: AutomationCore) -> dict[str, Any]:
    return automation.model_dump(include=set(AutomationCore.model_fields), exclude={"trigger": {"id"}})
