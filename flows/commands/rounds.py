"""The rounds of `mmdvae refine --go`: each is a comparison in a process of its own, as `mmdvae compare` makes it."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from flows import refining
from flows.commands.interruption import INTERRUPTED
from flows.commands.proposals import checks_told, told
from flows.refining import Round, State
from mmdvae.record import report_json
from mmdvae.refinement import search
from tasks.processes import devices

SOME_FAILED = 3
_END_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def go_on(
    state: State,
    budget: int,
    dims: Sequence[int],
    *,
    out: Path,
    jobs: int | None,
    server: str,
    data_dir: Path | None,
    allow_code: bool,
) -> None:
    """Train rounds until the budget is spent or nothing is left to settle; the last line is the last page.

    What was trained before an interruption is found: rounds in the list of runs, trainings in the store.
    """
    options = {"--out": out, "--server": server, "--jobs": jobs, "--data-dir": data_dir}
    words = [str(word) for option in options.items() if option[1] is not None for word in option]
    words += ["--allow-code"] if allow_code else []
    slots = jobs or len(devices.slots(None))
    gaps = max(1, slots // (len(state.experiment.seeds) * len(dims)))  # as many as are trained at a time
    code, left = 0, budget
    if state.report is None and not any(search.missing_corners(state.known, dim) for dim in dims):
        state, code = _compared(state, words, out)
    while True:
        step = refining.following(state, left, dims, gaps=gaps)
        for line in told(step):
            click.echo(line, err=True)
        if not step.trainings:
            break
        left -= len(step.trainings)
        state, code = _compared(State(experiment=refining.with_round(state, step), report=None), words, out)
        if step.settled or not left:
            break
    _tell_end(state, step, budget, left)
    if code:
        sys.exit(code)


def _tell_end(state: State, step: Round, budget: int, left: int) -> None:
    """What a larger budget would buy, if anything is left to do; then the page."""
    if len(step.trainings) < step.checks:
        needed = budget - left - len(step.trainings) + step.checks
        click.echo(f"{checks_told(step)}; the same command with --trainings {needed} makes them", err=True)
    elif not step.settled:
        click.echo("the budget is spent; with more --trainings the same command goes on", err=True)
    if state.folder:
        click.echo(state.folder / "report.html")


def _compared(state: State, words: Sequence[str], out: Path) -> tuple[State, int]:
    """The state after the comparison of its experiment, and that command's exit code; it is found if it is there."""
    found = refining.done(state.experiment, out)
    if found:
        click.echo(f"found in the list of runs: {found.folder}", err=True)
        return found, 0
    path = refining.written(state.experiment, out)
    page, code = _run([sys.executable, "-P", "-m", "mmdvae", "compare", str(path), *words])
    if code not in (0, SOME_FAILED):
        sys.exit(code)
    folder = Path(page).parent
    return State(experiment=state.experiment, report=report_json.load(folder), folder=folder), code


def _run(command: Sequence[str]) -> tuple[str, int]:
    """Run it with its messages on ours; return the last line of its output, and its exit code.

    A session of its own, so that Ctrl-C reaches it once; it is told to stop when this process is, or dies.
    """
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=partial(_end_with, os.getpid())
    ) as child:
        try:
            output, _ = child.communicate()
        except KeyboardInterrupt:
            child.terminate()  # it says how to continue
            child.wait()
            sys.exit(INTERRUPTED)
    lines = output.splitlines()
    return (lines[-1] if lines else ""), child.returncode if child.returncode >= 0 else 128 - child.returncode


def _end_with(parent: int) -> None:
    """Have this process told to stop when its parent dies; where the system cannot, it finishes its comparison."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_END_WITH_PARENT, signal.SIGTERM)
        if os.getppid() != parent:  # it died before this
            os.kill(os.getpid(), signal.SIGTERM)
