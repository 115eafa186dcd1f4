"""A Prefect server for one command: `python temporary.py FD HOME` serves on that socket until its input ends.

Prefect can start one itself, but only after everything else has been imported, and it imports the server's code into
the command's process as well; and that server survives when its command is killed. This one starts while the command
imports, and its standard input ends with the command, however the command ends.
"""

import contextlib
import fcntl
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

from mmdvae.errors import InputError
from mmdvae.jobs.environment import without_settings

STARTUP_TIMEOUT = 90  # seconds; the first start in a new home runs all migrations, 20 s on a slow machine
LAST_REQUESTS = 3  # seconds that a request may take after the command has ended
LONGEST_LOG = 1_000_000  # bytes; a command that finds a longer one starts a new log
DATABASE = "prefect.db"
# As for Prefect's own temporary server: without the UI, and without the services of a permanent server.
ENVIRONMENT = {
    "PREFECT_UI_ENABLED": "0",
    "PREFECT__SERVER_EPHEMERAL": "1",
    "PREFECT__SERVER_FINAL": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # Relative to its home, where it starts: an absolute path may contain characters that are special in a URL.
    "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{DATABASE}",
}
# Text in the server's log -> the cause and its remedy.
CURES = (
    ("No space left on device", "the disk is full"),
    ("database or disk is full", "the disk is full"),
    ("file is not a database", "{database} is broken; delete it, nothing but the history of runs is in it"),
    ("disk image is malformed", "{database} is broken; delete it, nothing but the history of runs is in it"),
    ("Can't locate revision", "{database} was made by another version of Prefect; delete it, it is history alone"),
    ("no such table", "{database} is no database of Prefect's; move it away"),
    ("readonly database", "{database} cannot be written"),
    ("unable to open database file", "{database} cannot be opened"),
    ("database is locked", "{database} is locked by another process; try again when that has ended"),
)


class Temporary:
    """A server that is starting; it ends with this process."""

    def __init__(self, home: Path):
        """Start it; its data and its log, server.log, are in Prefect's home. InputError if that cannot be written."""
        self._home, self._log = home, home / "server.log"
        try:
            if self._log.exists() and self._log.stat().st_size > LONGEST_LOG:
                self._log.unlink()
            log = self._log.open("ab")
        except OSError as error:
            raise InputError(
                f"the temporary Prefect server cannot write {self._log}: {error.strerror}; {_ELSE}"
            ) from None
        self._before = log.tell()  # other commands write there, too
        with socket.socket() as listener, log:
            listener.bind(("127.0.0.1", 0))
            listener.listen(128)  # requests made before it serves wait here
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
            self._process = subprocess.Popen(
                # By path, because the user's folder may contain another `flows`; -P, for any other name.
                [sys.executable, "-P", __file__, str(listener.fileno()), home],
                env=_environment(home),
                cwd=home,
                pass_fds=[listener.fileno()],
                stdin=subprocess.PIPE,  # nothing is ever written; it ends when this process does
                stdout=log,
                stderr=log,
                start_new_session=True,  # the terminal's Ctrl-C is for the command
            )

    def wait(self) -> None:
        """Return when it serves.

        Raises: InputError if it does not, with the cause as far as it is known.
        """
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            direct.open(f"{self.url}/health", timeout=STARTUP_TIMEOUT).close()
        except OSError as error:
            self._end()  # it may be about to say why
            raise InputError(
                f"the temporary Prefect server did not start: {self._cause() or error} (more in {self._log}); {_ELSE}"
            ) from None

    def _end(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=LAST_REQUESTS)

    def _cause(self) -> str:
        with self._log.open("rb") as log:
            log.seek(self._before)
            said = log.read().decode(errors="replace").strip()
        for words, cure in CURES:
            if words in said:
                return cure.format(database=self._home / DATABASE)
        return said.rpartition("\n")[2]


_ELSE = "--server none runs without one"


def _environment(home: Path) -> dict[str, str]:
    """Without the user's own Prefect settings: their password, database or base path are for a permanent server."""
    others = {name: value for name, value in without_settings().items() if not name.startswith("PREFECT_")}
    ours = {"PREFECT_HOME": str(home), "PREFECT_PROFILES_PATH": str(home / "profiles.toml")}
    return others | ENVIRONMENT | ours


def main() -> None:
    """Serve."""
    listener = socket.socket(fileno=int(sys.argv[1]))
    import uvicorn
    from prefect.server.api.server import create_app

    class Server(uvicorn.Server):
        async def startup(self, sockets=None):
            with Path(sys.argv[2], "start.lock").open("a") as lock:  # two that create the database at once both fail
                fcntl.flock(lock, fcntl.LOCK_EX)
                await super().startup(sockets)

    config = uvicorn.Config(
        create_app, factory=True, lifespan="on", log_level="error", timeout_graceful_shutdown=LAST_REQUESTS
    )
    server = Server(config)

    def end_with_the_command():
        sys.stdin.buffer.read()
        server.should_exit = True

    threading.Thread(target=end_with_the_command, daemon=True).start()
    server.run(sockets=[listener])


if __name__ == "__main__":
    main()
