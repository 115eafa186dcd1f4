"""The suite's processes, seen from outside: what each one is and which run it belongs to."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MARK = "MMDVAE_CHAOS_UNIT"  # in the environment, which children inherit: server or worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A running process; zombies (ended but not reaped) do not count."""

    pid: int
    unit: str
    kind: str  # server, worker, flow, fork server, child, other
    run: str | None  # the flow run's id


def living(unit: str | None = None) -> list[Process]:
    """All processes of the suite, or of one unit, by process id."""
    return sorted((process for process in _all() if unit in (None, process.unit)), key=lambda process: process.pid)


def _all() -> Iterator[Process]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            variables = dict(
                line.split("=", 1)
                for line in (folder / "environ").read_text(errors="replace").split("\0")
                if "=" in line
            )
            words = (folder / "cmdline").read_text(errors="replace").split("\0")
            stdin = os.readlink(folder / "fd" / "0")
        except OSError:  # it has ended
            continue
        if MARK in variables and int(folder.name) != os.getpid():
            run = variables.get("PREFECT__FLOW_RUN_ID")
            yield Process(pid=int(folder.name), unit=variables[MARK], kind=_kind(words, stdin, run), run=run)


def _kind(words: list[str], stdin: str, run: str | None) -> str:
    if "mmdvae.jobs.forkserver" in words:
        return "child" if stdin.startswith("pipe:") else "fork server"
    if run:
        return "other" if "hook" in words else "flow"
    return next((kind for kind in ("worker", "server") if kind in words and "start" in words), "other")
