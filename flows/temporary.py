"""A Prefect server for one command: `python -m flows.temporary FD` serves at that socket until its input ends.

Prefect can start one by itself, but only when everything else has been imported, and with a second import of the
server's code into the process of the command; and that server stays when its command is killed. This one starts while
the command imports, and its standard input ends with the command, however the command ends.
"""

import os
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

from mmdvae.errors import InputError

STARTUP_TIMEOUT = 90  # seconds; the first start in a new home runs all migrations, 20 s on a slow machine
LAST_REQUESTS = 3  # seconds that a request may take when the command has ended
# As Prefect starts its own: without the web page, and without the services of a server that lasts.
ENVIRONMENT = {"PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1"}


class Temporary:
    """A server that is starting; it ends with this process."""

    def __init__(self, home: Path):
        """Start it; its data and its log, server.log, are in Prefect's home."""
        self._log = home / "server.log"
        with socket.socket() as listener, self._log.open("wb") as log:
            listener.bind(("127.0.0.1", 0))
            listener.listen(128)  # what is asked before it serves waits here
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "flows.temporary", str(listener.fileno())],
                env=os.environ | ENVIRONMENT,
                pass_fds=[listener.fileno()],
                stdin=subprocess.PIPE,  # nothing is ever written; it ends when this process does
                stdout=log,
                stderr=log,
                start_new_session=True,  # the terminal's Ctrl-C is for the command
            )

    def wait(self) -> None:
        """Back when it serves.

        Raises: InputError if it does not.
        """
        try:
            urllib.request.urlopen(f"{self.url}/health", timeout=STARTUP_TIMEOUT).close()
        except OSError as error:
            last = self._log.read_text(errors="replace").strip().rpartition("\n")[2] or error
            raise InputError(
                f"the temporary Prefect server did not start: {last} (more in {self._log}); "
                "--server none runs without one"
            ) from None


def main() -> None:
    """Serve."""
    listener = socket.socket(fileno=int(sys.argv[1]))
    import uvicorn
    from prefect.server.api.server import create_app

    config = uvicorn.Config(
        create_app, factory=True, lifespan="on", log_level="error", timeout_graceful_shutdown=LAST_REQUESTS
    )
    server = uvicorn.Server(config)

    def end_with_the_command():
        sys.stdin.buffer.read()
        server.should_exit = True

    threading.Thread(target=end_with_the_command, daemon=True).start()
    server.run(sockets=[listener])


if __name__ == "__main__":
    main()
