"""Run one job in a process of its own: `python -m mmdvae.jobs.child`.

Reads one JSON line from standard input: kind (a name in mmdvae.jobs.kinds), folder, and the arguments of that kind. The
kind's module does the work: its `work(request, folder, report)` returns the record and the names of the files that
belong to it. Writes JSON lines to standard output: progress events, and at the end one of
    {"event": "done", "record": {...}}        finished now or earlier
    {"event": "error", "message": "..."}      would fail again if tried again
A process that is killed or crashes writes neither. When standard input closes, the parent is gone and this process
exits.
"""

import importlib
import json
import os
import sys
import threading
from pathlib import Path
from typing import IO, Any

from mmdvae.files import json_line
from mmdvae.jobs import kinds, store
from mmdvae.jobs.request import code_of


def main() -> None:
    """Read the request, run the job and write the answer."""
    answers = _own_stdout()
    request = json.loads(sys.stdin.readline())
    threading.Thread(target=_die_with_parent, daemon=True).start()

    def report(event: dict[str, Any]) -> None:
        answers.write(json_line(event))
        answers.flush()

    try:
        report({"event": "done", "record": run(request, report)})
    except (OSError, ValueError, MemoryError) as error:  # full disk, damaged file, out of memory: a retry would fail
        report({"event": "error", "message": f"{type(error).__name__}: {error}"})


def run(request: dict[str, Any], report) -> dict[str, Any]:
    """Do the work unless its folder holds a finished result; return the record."""
    if request["code"] != code_of(request["kind"], request):
        raise ValueError("the program's code was changed during the run; start the run again")  # the key would be wrong
    folder = Path(request["folder"])
    with store.claimed(folder):
        record = store.read(folder)
        if record is not None:
            return record
        report({"event": "started"})
        store.describe(folder, request)
        # Imported here because it takes seconds and there may be nothing to do.
        record, files = importlib.import_module(kinds.find(request["kind"]).module).work(request, folder, report)
        return store.finish(folder, record, files)


def _own_stdout() -> IO[bytes]:
    # Libraries print to standard output: redirect that to standard error and keep the pipe for the answers alone.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _die_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
