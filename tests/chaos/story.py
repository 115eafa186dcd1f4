"""One kill: a run is started, something is killed, all is put in order, and everything is looked at."""

import json
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import checks
import processes
from machine import RUN, Machine, kill

# What is killed, in turn. Units are started again by their service manager, which ends what they left behind; a worker
# "by hand" has none: what it left goes on. A power cut takes all at once.
VICTIMS = ("child", "fork server", "flow", "worker", "server", "worker by hand", "power")
UNITS = {"worker": ["worker"], "worker by hand": ["worker"], "server": ["server"]}
AFTER_RUN = "after"  # a moment that came too late: the run was done already


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one kill did."""

    victim: str
    runs: int  # at once, on one store
    clock: str
    moment: float  # seconds after the start of the run
    killed: int  # processes
    done: tuple[str, ...]  # by service manager and person
    resumed: tuple[str, ...]  # what the trainings said of it
    seconds: float  # from the kill to the completion of every run
    problems: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Reference:
    """An undisturbed run."""

    seconds: float
    numbers: Any
    windows: dict[str, tuple[float, float]]  # kind of process -> seconds after the start when it was there


def undisturbed(machine: Machine) -> Reference:
    """Run once, watch which processes are there when, and keep the numbers."""
    out, started = machine.folder / "undisturbed", time.monotonic()
    run = machine.start("nightly", **RUN, out=str(out))
    seen: dict[str, list[float]] = {}
    while not machine.state(run).is_final():
        for process in processes.living("worker"):
            seen.setdefault(process.kind, []).append(time.monotonic() - started)
        time.sleep(0.2)
    seconds = time.monotonic() - started
    assert machine.state(run).name == "Completed", machine.log("worker")
    numbers = checks.numbers(json.loads(next(out.glob("*/report.json")).read_text()))
    problems = look(machine, out, numbers)
    assert not problems, problems
    windows = {kind: (min(times), max(times)) for kind, times in seen.items()}
    return Reference(seconds=seconds, numbers=numbers, windows=windows)


def one_kill(
    machine: Machine, victim: str, runs: int, reference: Reference, chance: random.Random, out: Path
) -> Row | None:
    """Start so many runs of the same, kill the victim at a random moment, see to it; None if all was done before."""
    window = reference.windows.get(victim, (0.0, reference.seconds))
    moment, started = chance.uniform(*window), time.monotonic()
    machine.done.clear()
    # Two deployments, for each makes its own runs wait for one another.
    ids = [machine.start(name, **RUN, out=str(out)) for name in ("nightly", "weekly")[:runs]]
    time.sleep(max(0.0, started + moment - time.monotonic()))
    struck = _strike(machine, victim, chance, lambda: all(machine.state(run).is_final() for run in ids))
    if not struck:
        return None
    killed_at, clock = time.monotonic(), time.strftime("%H:%M:%S")
    hit = {process.run for process in struck if process.kind == "flow"}
    problems = checks.orphans(hit) if hit and victim == "flow" else []
    for run in ids:
        try:
            machine.see_to(run, ends_the_rest=victim != "worker by hand")
        except AssertionError as error:
            problems.append(str(error))
    seconds = time.monotonic() - killed_at
    return Row(
        victim=victim,
        runs=runs,
        clock=clock,
        moment=killed_at - started,
        killed=len(struck),
        done=tuple(machine.done),
        resumed=tuple(line for line in machine.said(*ids) if "resumed after epoch" in line),
        seconds=seconds,
        problems=(*problems, *look(machine, out, reference.numbers), *_states(machine, ids)),
    )


def look(machine: Machine, out: Path, numbers: Any) -> list[str]:
    """Everything that must hold when all runs are done."""
    return [
        *checks.orphans(),
        *checks.reports(out, numbers),
        *checks.half_written(out),
        *checks.held(out, machine.folder / "slots"),
        *machine.attempts(),
    ]


def _strike(machine: Machine, victim: str, chance: random.Random, over: Callable[[], bool]) -> list[processes.Process]:
    """Kill the victim as soon as it is there; what was killed, nothing if the runs were over before."""
    while not (found := _targets(victim)):
        if over():
            return []
        time.sleep(0.05)
    if victim not in UNITS and over():
        return []
    struck = found if victim == "power" else [chance.choice(found)]
    kill([process.pid for process in struck])
    for process in struck:  # gone before anybody looks again
        while os.path.exists(f"/proc/{process.pid}") and process in processes.living():
            time.sleep(0.02)
    return struck


def _targets(victim: str) -> list[processes.Process]:
    if victim == "power":
        return processes.living()
    kinds = UNITS.get(victim, [victim])
    return [process for process in processes.living() if process.kind in kinds]


def _states(machine: Machine, ids: list[Any]) -> list[str]:
    """Task runs that Prefect still shows as going on."""
    return [
        f"task run {name} is shown as {state}"
        for run in ids
        for name, state in machine.tasks(run).items()
        if state in ("Running", "Pending", "Scheduled", "AwaitingRetry")
    ]
