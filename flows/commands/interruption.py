"""How a command handles Ctrl-C and SIGTERM: it ends soon, leaves no process and says how to continue."""

import contextlib
import os
import signal
import sys
import threading
from pathlib import Path

import click

INTERRUPTED = 130  # exit code
STOPPED = "\nStopped. Finished epochs are kept: run the same command again to continue."
PATIENCE = 3.0  # seconds after Ctrl-C until what has not stopped is killed


@contextlib.contextmanager
def interruptible(stopped: str = STOPPED):
    """On Ctrl-C or SIGTERM print one line that says what is kept and exit with code 130."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: _interrupt(stopped))
    try:
        yield
    except KeyboardInterrupt:
        click.echo(stopped, err=True)
        sys.exit(INTERRUPTED)


def _interrupt(stopped: str) -> None:
    """Shut down cleanly; what cannot be interrupted (a download, a picture being drawn) is cut off after PATIENCE."""
    cut_off = threading.Timer(PATIENCE, _cut_off, [stopped])
    cut_off.daemon = True
    cut_off.start()
    raise KeyboardInterrupt


def _cut_off(stopped: str) -> None:
    """End this process and its children at once. All files are complete or have temporary names: nothing is lost."""
    for listing in Path("/proc/self/task").glob("*/children"):
        for pid in listing.read_text().split():
            os.kill(int(pid), signal.SIGTERM)
    sys.stderr.write(f"{stopped}\n")
    sys.stderr.flush()
    os._exit(INTERRUPTED)
