"""Entry point of `mmdvae` and `python -m mmdvae`: repair the process's environment, then run the command.

It lies here and not in flows because `mmdvae` is the only package name of ours that is sure to be unique: another
project's `tasks.py` or `flows.py` may come before ours on the module search path.
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
    """Import finder that looks for our packages beside this one first, before others of the same name."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        """Find a module; the interface of importlib's meta path finders."""
        return PathFinder.find_spec(name, [ROOT]) if name in OURS else None


def main() -> None:
    """Run the command."""
    _open_streams()
    try:
        os.getcwd()
    except OSError as error:
        sys.exit(_say(f"the folder that this was started in cannot be used ({error.strerror}); start it in another"))
    signal.pthread_sigmask(signal.SIG_SETMASK, ())  # whatever started us may have blocked Ctrl-C
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # or ignored the signal that a child has ended
    os.environ.pop("SOURCE_DATE_EPOCH", None)  # numpy fails if it is not a number
    if sys.warnoptions:  # PYTHONWARNINGS=error is meant for the user's own code; our libraries would fail under it
        warnings.simplefilter("default")
    sys.meta_path.insert(0, Ours)
    importlib.import_module("flows.cli").main()


def _open_streams() -> None:
    """Open missing standard streams: without them (cron, services) the next file opened would receive our output."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free file descriptor
        stream = getattr(sys, name) or open(number, mode)
        setattr(sys, name, stream)
        if mode == "w" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # the locale's encoding may lack σ


def _say(reason: str) -> int:
    sys.stderr.write(f"Error: {reason}\n")
    return 2


if __name__ == "__main__":
    main()
