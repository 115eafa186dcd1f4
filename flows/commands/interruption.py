"""What Ctrl-C and SIGTERM do to a command: end soon, leave no process, say how to go on."""

import contextlib
import os
import signal
import sys
import threading
from pathlib import Path

import click

INTERRUPTED = 130  # exit code
STOPPED = "\nStopped. Finished epochs are kept: run the same command again to go on."
PATIENCE = 3.0  # seconds between Ctrl-C and the end of what does not listen


@contextlib.contextmanager
def interruptible():
    """Ctrl-C and SIGTERM: one line that says how to go on, exit code 130."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        yield
    except KeyboardInterrupt:
        click.echo(STOPPED, err=True)
        sys.exit(INTERRUPTED)


def _interrupt(number, frame):
    """Stop in order; what cannot be interrupted (a download, a picture being drawn) is cut off a little later."""
    cut_off = threading.Timer(PATIENCE, _cut_off)
    cut_off.daemon = True
    cut_off.start()
    raise KeyboardInterrupt


def _cut_off() -> None:
    """End this process and what it started, now. All files are whole or have other names, so nothing is lost."""
    for listing in Path("/proc/self/task").glob("*/children"):
        for pid in listing.read_text().split():
            os.kill(int(pid), signal.SIGTERM)
    sys.stderr.write(f"{STOPPED}\n")
    sys.stderr.flush()
    os._exit(INTERRUPTED)
