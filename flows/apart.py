"""Work of one command, which waits for no comparison: in a child process on the CPU, with slots of its own."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flows.trained import Trained
from mmdvae.errors import InputError
from mmdvae.jobs import environment, request
from tasks.processes import leases
from tasks.processes.blame import blamed_on_code
from tasks.processes.devices import Slot
from tasks.processes.pool import JobFailed, Pool

AT_ONCE = 8  # such commands on this machine; a further one waits

Work = Callable[[dict[str, Any]], dict[str, Any]]


@contextmanager
def worker(show: Callable[[dict[str, Any]], None], *, backend: str) -> Iterator[Work]:
    """What has a child process do a request; it ends with the block. `show` hears of its events."""
    leases.folder()
    variables = environment.of_child(None) | {"KERAS_BACKEND": backend}
    pool = Pool([Slot(f"apart-{number}", variables) for number in range(AT_ONCE)], 1)
    try:
        yield lambda asked: pool.run(asked, show)
    finally:
        pool.stop()


@contextmanager
def made(
    kind: str, target: Path, trained: Trained, work: Work, *, backend: str, **about: Any
) -> Iterator[tuple[dict[str, Any], Path]]:
    """The record of a job of this kind, and the folder with its files, beside the target until the block ends.

    Raises: InputError, one line, if the job fails; OSError if nothing can be written there.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as beside:
        asked = request.make(kind, Path(beside), backend=backend, needs={"trained": trained.folder}, **about)
        with blamed_on_code(f"{kind} of {trained.variant}"):
            try:
                record = work(asked)
            except JobFailed as error:
                if not (reason := str(error)).startswith("OSError: "):
                    raise
                raise InputError(f"{target}: cannot be written, for {reason.removeprefix('OSError: ')}") from None
        yield record, Path(asked["folder"])
