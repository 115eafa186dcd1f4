"""Kills what a site started once the tests end, killed or not: `python reaper.py NAME` waits for its input to end.

With SIGKILL, because a worker whose server has gone retries for minutes before it shuts down.
"""

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

MARK = "MMDVAE_TEST_SITE"  # in the environment, which children inherit


def living(name: str) -> list[int]:
    """Processes that carry the mark with this name."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended
            if f"{MARK}={name}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


if __name__ == "__main__":
    sys.stdin.read()
    while left := living(sys.argv[1]):
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
