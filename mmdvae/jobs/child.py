"""One piece of heavy work in a process of its own: `python -m mmdvae.jobs.child`.

Reads one JSON line from standard input: kind (of mmdvae.jobs.kinds), folder, and what the kind needs. The kind's module
does it: its `work(request, folder, report)` returns the record and the names of the files that belong to it. Writes
JSON lines to standard output: progress events, and at the end one of
    {"event": "done", "record": {...}}        finished, or found finished
    {"event": "error", "message": "..."}      will fail again if tried again
Whoever is killed or crashes says nothing. When standard input closes, the asker is gone, and so is this process.
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
    """Serve the one request."""
    answers = _own_stdout()
    request = json.loads(sys.stdin.readline())
    threading.Thread(target=_die_with_parent, daemon=True).start()

    def report(event: dict[str, Any]) -> None:
        answers.write(json_line(event))
        answers.flush()

    try:
        report({"event": "done", "record": run(request, report)})
    except (OSError, ValueError, MemoryError) as error:  # full disk, damaged file, no memory: known, and final
        report({"event": "error", "message": f"{type(error).__name__}: {error}"})


def run(request: dict[str, Any], report) -> dict[str, Any]:
    """Do the work, unless its folder says that it is done; return its record."""
    if request["code"] != code_of(request["kind"], request):
        raise ValueError("the program was edited while the run was going on; start it again")  # or the key would lie
    folder = Path(request["folder"])
    with store.claimed(folder):
        record = store.read(folder)
        if record is not None:
            return record
        report({"event": "started"})
        store.describe(folder, request)
        # Imported here, for it takes seconds and there may be nothing to do.
        record, files = importlib.import_module(kinds.find(request["kind"]).module).work(request, folder, report)
        return store.finish(folder, record, files)


def _own_stdout() -> IO[bytes]:
    # Libraries print; from here on that goes to standard error, and the answers have the pipe for themselves.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _die_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
