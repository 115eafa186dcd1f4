"""A PostgreSQL cluster for the tests alone: temporary, on a private socket, never as root.

A process of its own runs it: `python databases.py` prints the URL; when its standard input ends, as it does with the
tests even if they are killed, it stops the server and removes the folder.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PATIENCE = 120  # seconds for its start
OWNER = "postgres"  # of the cluster when root runs the tests; Debian's package creates this user


def binaries() -> Path:
    """The folder with initdb and postgres, the newest if there are several."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = folders[-1] if folders else shutil.which("initdb")
    assert found, "PostgreSQL is missing; install it with `apt-get install postgresql`"
    return Path(found).parent


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """Run a server with an empty database; yield its URL for Prefect."""
    keeper = [sys.executable, __file__]
    # In a new session: the terminal's Ctrl-C is for the tests, which then shut down cleanly.
    with subprocess.Popen(
        keeper, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        url = process.stdout.readline().strip()
        assert url, "PostgreSQL did not start; it said why above"
        try:
            yield url
        finally:
            process.stdin.close()
            assert process.wait(timeout=PATIENCE) == 0


@contextlib.contextmanager
def _cluster() -> Iterator[str]:
    programs, folder = binaries(), Path(tempfile.mkdtemp(prefix="mmdvae-pg-"))  # a socket's path must be short
    user = {"user": OWNER, "group": OWNER, "extra_groups": []} if os.getuid() == 0 else {}
    if user:
        shutil.chown(folder, OWNER, OWNER)
    data = folder / "data"
    initdb = [programs / "initdb", "--username=prefect", "--auth=trust", "--encoding=UTF8", "--no-sync", "-D", data]
    subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **user)
    # No network at all: only those who may enter the folder (mode 0700) reach the socket.
    server = [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
    log = (folder / "log").open("wb")
    with log, subprocess.Popen(server, stdout=log, stderr=log, cwd=folder, **user) as process:
        try:
            create = [programs / "createdb", "-h", folder, "-U", "prefect", "prefect"]
            ready = [programs / "pg_isready", "--quiet", "-h", folder]
            deadline = time.monotonic() + PATIENCE
            while subprocess.run(ready, check=False).returncode:
                assert process.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < deadline, f"PostgreSQL did not start within {PATIENCE} s"
                time.sleep(0.1)
            subprocess.run(create, check=True, capture_output=True)
            yield f"postgresql+asyncpg://prefect@/prefect?host={folder}"
        finally:
            process.send_signal(signal.SIGINT)  # a fast shutdown
            process.wait(timeout=30)
            shutil.rmtree(folder)


if __name__ == "__main__":
    with _cluster() as url:
        print(url, flush=True)
        sys.stdin.read()
