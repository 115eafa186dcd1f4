"""Isolation of the suite by namespaces: no network except loopback, no processes except its own."""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from pathlib import Path

INSIDE = "MMDVAE_CHAOS_ISOLATION"
GUARD = "MMDVAE_CHAOS_GUARD"
GUARD_FOLDER = Path(__file__).with_name("guard")
NAMESPACES = ["--net", "--pid", "--fork", "--mount-proc", "--kill-child"]
NOWHERE = "192.0.2.1"  # RFC 5737: reserved for documentation, assigned to no host


def enter(words: list[str]) -> str:
    """Start this program again in empty namespaces, if the system allows it; inside, return what holds there."""
    if INSIDE not in os.environ:
        for user in ([], ["--user", "--map-root-user"]):
            unshare = ["unshare", *user, *NAMESPACES]
            if shutil.which("unshare") and subprocess.run([*unshare, "true"], capture_output=True).returncode == 0:
                os.environ[INSIDE] = "an empty network namespace with loopback alone: nothing else could be reached"
                os.execvp("unshare", [*unshare, sys.executable, *words])
        return "no network namespace, for this system allows none"
    _switch_loopback_on()
    try:
        socket.create_connection((NOWHERE, 9), timeout=2).close()
    except OSError:
        return os.environ[INSIDE]
    raise RuntimeError(f"the namespace is not empty: {NOWHERE} was reached")


def watched(log: Path) -> dict[str, str]:
    """Environment variables that make every Python process log its attempts to reach other machines to the file.

    Raises: RuntimeError if the guard does not notice an attempt.
    """
    root = Path(__file__).parents[2]
    variables = {GUARD: str(log), "PYTHONPATH": f"{GUARD_FOLDER}{os.pathsep}{root}"}
    attempt = f"import socket; s = socket.socket(); s.settimeout(0.1); s.connect_ex(({NOWHERE!r}, 9))"
    subprocess.run([sys.executable, "-c", attempt], env=os.environ | variables, check=True)
    if NOWHERE not in log.read_text():
        raise RuntimeError("the socket guard does not notice what it should")
    log.write_text("")
    return variables


def _switch_loopback_on() -> None:
    SIOCSIFFLAGS, IFF_UP, IFF_RUNNING = 0x8914, 0x1, 0x40
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP | IFF_RUNNING))
