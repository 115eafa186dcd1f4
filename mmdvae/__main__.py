"""`mmdvae`, and `python -m mmdvae`: makes this process fit to run in, however it was started, then the command runs.

It stands here and not with the command line because its name is the only one of ours that nobody else has: another
project's `tasks.py` or `flows.py` may come before ours wherever modules are searched for.
"""

import importlib
import io
import os
import signal
import sys
import warnings
from importlib.machinery import PathFinder
from pathlib import Path

OURS = ("flows", "reports", "tasks")
ROOT = str(Path(__file__).parents[1])


class Ours:
    """Finds our packages beside this one, before anybody else's of the same name."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        """As importlib asks its finders."""
        return PathFinder.find_spec(name, [ROOT]) if name in OURS else None


def main() -> None:
    """Run the command."""
    _open_streams()
    try:
        os.getcwd()
    except OSError as error:
        sys.exit(_say(f"the folder that this was started in cannot be used ({error.strerror}); start it in another"))
    signal.pthread_sigmask(signal.SIG_SETMASK, ())  # a loop may have blocked Ctrl-C
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # or the ends of children
    os.environ.pop("SOURCE_DATE_EPOCH", None)  # numpy fails on one that is no number
    if sys.warnoptions:  # PYTHONWARNINGS=error is for the user's own code: libraries of ours would fail on it
        warnings.simplefilter("default")
    sys.meta_path.insert(0, Ours)
    importlib.import_module("flows.cli").main()


def _open_streams() -> None:
    """Cron and services may start a process without them; the next files would get their numbers, and be printed to."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
        stream = getattr(sys, name) or open(number, mode)
        setattr(sys, name, stream)
        if mode == "w" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a locale may have no σ


def _say(reason: str) -> int:
    sys.stderr.write(f"Error: {reason}\n")
    return 2


if __name__ == "__main__":
    main()
