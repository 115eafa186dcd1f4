"""One run: start it, kill processes, recover, check everything."""

import json
import random
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import checks
import processes
from machine import RUN, Machine, kill

# What is killed, in turn. Units are restarted by their service manager, which kills what they left behind; a worker
# started "by hand" has none: what it left goes on running. A power cut kills everything at once.
VICTIMS = ("child", "fork server", "flow", "worker", "server", "worker by hand", "power")
UNITS = {"worker": ["worker"], "worker by hand": ["worker"], "server": ["server"]}


@dataclass(kw_only=True)
class Row:
    """The effects of one kill."""

    victim: str
    runs: int  # at once, on one store
    clock: str
    moment: float  # seconds after the start of the run
    at: float  # on the monotonic clock
    done: list[str] = field(default_factory=list)  # by service manager and operator, until the next kill
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0  # from the kill to the completion of every run
    resumed: int | None = None  # trainings resumed from a checkpoint; set in the last row of a run


@dataclass(frozen=True, kw_only=True)
class Reference:
    """An undisturbed run."""

    seconds: float
    numbers: Any
    windows: dict[str, tuple[float, float]]  # kind of process -> first and last seconds at which it ran


def undisturbed(machine: Machine) -> Reference:
    """Run once without kills; record when each kind of process runs, and keep the numbers."""
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


def one_run(
    machine: Machine, victims: list[str], twice: bool, reference: Reference, chance: random.Random
) -> list[Row]:
    """Start one comparison, or two at once, kill the victims one after another and recover; a row for each kill.

    There are fewer rows than victims if the runs finished before the last kill was due.
    """
    out, started = machine.folder / "runs", time.monotonic()
    # Two deployments, because runs of one deployment wait for each other.
    ids = [machine.start(name, **RUN, out=str(out)) for name in ("nightly", "weekly")[: 1 + twice]]
    rows: list[Row] = []
    try:
        for victim in victims:
            window = (0.0, reference.seconds / 2) if rows else reference.windows.get(victim, (0.0, reference.seconds))
            machine.see_to(ids, until=time.monotonic() + chance.uniform(*window))
            row = _kill(machine, victim, ids, chance, started)
            if not row:
                break
            rows.append(row)
        machine.see_to(ids)
    except AssertionError as error:
        if not rows:  # nothing has been killed yet: the suite or the machine is at fault
            raise
        rows[-1].problems.append(str(error))
    for row in rows:
        row.seconds = time.monotonic() - row.at
    if rows:
        rows[-1].problems += [*look(machine, out, reference.numbers), *_states(machine, ids)]
        rows[-1].resumed = sum("resumed after epoch" in line for line in machine.said(*ids))
    shutil.rmtree(out)
    return rows


def _kill(machine: Machine, victim: str, ids: list[Any], chance: random.Random, started: float) -> Row | None:
    struck = _strike(machine, victim, chance, ids)
    if not struck:
        return None
    at = time.monotonic()
    row = Row(victim=victim, runs=len(ids), clock=time.strftime("%H:%M:%S"), moment=at - started, at=at)
    machine.done, machine.by_hand = row.done, victim == "worker by hand"
    if victim == "flow":
        # A fork server that is still importing notices only after its imports.
        row.problems += checks.orphans({process.run for process in struck}, seconds=60)
    return row


def look(machine: Machine, out: Path, numbers: Any) -> list[str]:
    """Problems with anything that must hold when all runs are done."""
    return [
        *checks.orphans(),
        *checks.reports(out, numbers),
        *checks.half_written(out),
        *checks.held(out, machine.folder / "slots"),
        *machine.attempts(),
    ]


def _strike(machine: Machine, victim: str, chance: random.Random, ids: list[Any]) -> list[processes.Process]:
    """Kill the victim as soon as it exists; return what was killed, nothing if the runs ended first."""
    while True:
        if all(machine.state(run).is_final() for run in ids):
            return []
        found = _targets(victim)
        if found:
            break
        machine.see_to(ids, until=time.monotonic() + 0.05)  # what was killed before may need a restart
    struck = found if victim == "power" else [chance.choice(found)]
    kill([process.pid for process in struck])
    machine.see_gone({process.pid for process in struck})
    while set(struck) & set(processes.living()):  # gone before the next check
        time.sleep(0.02)
    return struck


def _targets(victim: str) -> list[processes.Process]:
    if victim == "power":
        return processes.living()
    kinds = UNITS.get(victim, [victim])
    return [process for process in processes.living() if process.kind in kinds]


def _states(machine: Machine, ids: list[Any]) -> list[str]:
    """Task runs that Prefect still shows as running."""
    return [
        f"task run {name} is shown as {state}"
        for run in ids
        for name, state in machine.tasks(run).items()
        if state in ("Running", "Pending", "Scheduled", "AwaitingRetry")
    ]
