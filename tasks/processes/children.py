"""Child processes as seen from their parent: forked by a fork server, reached through pipes, killed on demand."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from typing import IO

from mmdvae.files import json_line
from mmdvae.jobs import environment


class Child:
    """One running child; a context manager that leaves no process and no open file behind."""

    def __init__(self, pid: int, requests: IO[bytes], answers: IO[bytes], log: IO[bytes], status: int):
        self.pid, self.requests, self.answers, self._log, self._status = pid, requests, answers, log, status
        self._code: int | None = None
        self._ended = False

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *ending) -> None:
        self.kill()
        self.wait()
        for file in (self.requests, self.answers, self._log):
            with contextlib.suppress(BrokenPipeError):  # an unsent request to a child that is gone
                file.close()
        os.close(self._status)

    def kill(self) -> None:
        """Kill it, if it runs; its files stay complete, because each is written under a temporary name first."""
        if self._code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int | None:
        """Wait for its end; its exit code, negative for a signal; None if the fork server died first and it is lost."""
        if not self._ended:
            told = os.read(self._status, 16)
            self._code, self._ended = int(told) if told else None, True
        return self._code

    def last_words(self) -> str:
        """The last line that it wrote to standard error."""
        return _last_line(self._log)


class ForkServer:
    """Starts children from a fork server, which starts with the first child and again if it was killed."""

    def __init__(self, variables: dict[str, str]):
        self._variables = variables  # for the server: what libraries read when they are imported
        self._lock = threading.Lock()
        self._killed = False
        self._server: subprocess.Popen | None = None
        self._control: socket.socket
        self._log: IO[bytes]

    def start(self, variables: dict[str, str], *, fresh: bool = False) -> Child:
        """A new child with these added to its environment, waiting for its request; `fresh`: without the libraries.

        Raises: OSError if none can be started.
        """
        with self._lock:
            if self._server is None or self._server.poll() is not None:
                self._close()
                self._open()
            return self._ask(variables, fresh)

    def kill(self) -> None:
        """Kill the server for good, without waiting for a `start` in progress, which gets an OSError."""
        self._killed = True
        if self._server:
            self._server.kill()

    def close(self) -> None:
        """Kill the server; the caller has to kill children that still run."""
        with self._lock:
            self._close()

    def _open(self) -> None:
        self._control, theirs = socket.socketpair()
        self._log = tempfile.TemporaryFile()
        with theirs:
            self._server = subprocess.Popen(
                # -P: the working folder must not shadow installed packages.
                [sys.executable, "-P", "-m", "mmdvae.jobs.forkserver", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                env=environment.without_settings() | self._variables,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        if self._killed:  # by another thread, while it was starting
            self._server.kill()

    def _close(self) -> None:
        if self._server:
            self._server.kill()
            self._server.wait()
            self._control.close()
            self._log.close()
        self._server = None

    def _ask(self, variables: dict[str, str], fresh: bool) -> Child:
        log = tempfile.TemporaryFile()
        request_read, request_write = os.pipe()
        answer_read, answer_write = os.pipe()
        status_read, status_write = os.pipe()
        theirs = [request_read, answer_write, log.fileno(), status_write]
        try:
            message = json_line({"environment": variables, "fresh": fresh})
            reply = b""
            with contextlib.suppress(ConnectionError):  # it ended during its imports; its last line says why
                socket.send_fds(self._control, [message], theirs)
                reply = self._control.recv(4096)
            if not reply:
                raise OSError(f"the fork server ended: {_last_line(self._log)}")
        except OSError:
            for descriptor in (request_write, answer_read, status_read):
                os.close(descriptor)
            log.close()
            raise
        finally:
            for descriptor in (request_read, answer_write, status_write):
                os.close(descriptor)
        pid = json.loads(reply)["pid"]
        return Child(pid, os.fdopen(request_write, "wb"), os.fdopen(answer_read, "rb"), log, status_read)


def _last_line(log: IO[bytes]) -> str:
    log.seek(0)
    lines = log.read()[-4000:].decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
