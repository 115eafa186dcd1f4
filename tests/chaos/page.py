"""Writes docs/chaos.md from the results of the suite."""

import os
import platform
import statistics
import time
from pathlib import Path

from story import VICTIMS, Reference, Row

HEAD = """# Chaos

`make chaos` starts a server, a worker and comparisons of two variants, kills something with signal 9 at a random
moment, starts again what a service manager would, retries what a person would, and looks at everything. It wrote this
page.

{date}, seed {seed}, {cores} cores, Python {python}: {kills} kills, {problems}. An undisturbed run took
{undisturbed:.0f} s. Network: {network}. {guard}

After every kill these held, or the row says what did not:

- every run ends as Completed, and no task run is shown as going on;
- every number in report.json that is no time and no memory is exactly the undisturbed run's;
- no process is left but server and worker;
- no temporary file, no draft, no unfinished work is left, and every file has the digest that its result.json says;
- no lock is held, of the store or of a slot.

| killed | how often | completed after it, median | longest |
|---|---:|---:|---:|
"""
TABLE = """
"At" is the time in the run. "Two" runs are the same comparison twice at once, on one store. A *worker by hand* has no
service manager that ends its runs with it; *power* is everything at once. "Then" says what service manager and person
did; where it says nothing, the run went on by itself. Up to three kills hit one run. "Resumed", in the last row of it,
counts the trainings that went on from a checkpoint.

| # | time | killed | runs | at | then | resumed | completed after |
|---:|---|---|---|---:|---|---:|---:|
"""


def write(path: Path, rows: list[Row], reference: Reference, *, seed: int, network: str, tried: list[str]) -> None:
    """Write the page."""
    problems = sum(bool(row.problems) for row in rows)
    head = HEAD.format(
        date=time.strftime("%Y-%m-%d"),
        seed=seed,
        cores=len(os.sched_getaffinity(0)),
        python=platform.python_version(),
        kills=len(rows),
        problems=f"{problems} with problems" if problems else "none with a problem",
        undisturbed=reference.seconds,
        network=network,
        guard="A guard in every Python process saw no attempt to reach anything else."
        if not tried
        else f"A guard saw these attempts: {'; '.join(tried)}.",
    )
    path.write_text(head + "".join(map(_summary, *_by_victim(rows))) + TABLE + "".join(map(_line, range(1, 999), rows)))


def _by_victim(rows: list[Row]) -> tuple[list[str], list[list[float]]]:
    there = [victim for victim in VICTIMS if any(row.victim == victim for row in rows)]
    return there, [[row.seconds for row in rows if row.victim == victim] for victim in there]


def _summary(victim: str, seconds: list[float]) -> str:
    return f"| {victim} | {len(seconds)} | {statistics.median(seconds):.0f} s | {max(seconds):.0f} s |\n"


def _line(number: int, row: Row) -> str:
    then = "; ".join([*row.done, *(f"**{problem}**" for problem in row.problems)]) or "-"
    resumed = "" if row.resumed is None else row.resumed
    cells = (number, row.clock, row.victim, "two" if row.runs == 2 else "one", f"{row.moment:.1f} s", then, resumed)
    return f"| {' | '.join(map(str, cells))} | {row.seconds:.0f} s |\n"
