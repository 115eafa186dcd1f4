"""A run's page over HTTP on this machine: one folder, its plain files and nothing else, until Ctrl-C."""

import contextlib
import html
import os
import re
import shutil
import signal
import sys
import threading
import webbrowser
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mmdvae.errors import InputError

HOST = "127.0.0.1"
PAGE = "report.html"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".md": "text/plain; charset=utf-8",  # browsers show no text/markdown
}


def serve(folder: Path, port: int, say: Callable[[str], None]) -> None:
    """Serve the folder's page and the files beside it until Ctrl-C; port 0 is any free one.

    Raises: InputError if the port cannot be had.
    """
    policy = f"{_policy((folder / PAGE).read_text(encoding='utf-8'))}; frame-ancestors 'none'"
    try:
        server = _Server((HOST, port), _Handler)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        raise InputError(f"--port must be free on {HOST}, got {port} ({reason}); without --port any is taken") from None
    server.folder, server.policy = folder, policy
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background jobs are born deaf to the first
        signal.signal(number, signal.default_int_handler)
    with server, contextlib.suppress(KeyboardInterrupt):
        url = f"http://{HOST}:{server.server_port}/"
        say(url)
        if _has_browser():
            # In a thread, because a browser that BROWSER names is waited for.
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
        server.serve_forever()


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # a connection that a browser keeps open must not delay the end
    folder: Path
    policy: str  # Content-Security-Policy of every answer


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """Send a file."""
        self._answer(body=True)

    def do_HEAD(self) -> None:
        """Send what GET would send before the file."""
        self._answer(body=False)

    def end_headers(self) -> None:
        """Headers that every answer has, errors too."""
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", self.server.policy)
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, *words) -> None:
        """Nothing: the terminal shows the address."""

    def version_string(self) -> str:
        """No name and no version for the Server header."""
        return "mmdvae"

    def _answer(self, *, body: bool) -> None:
        # A foreign name that resolves to this machine is a web page trying to read the report.
        if self.headers.get("Host") not in [f"{name}:{self.server.server_port}" for name in (HOST, "localhost")]:
            self.send_error(403, "Served to this machine only")
            return
        name = unquote(urlsplit(self.path).path)[1:] or PAGE
        try:
            file = _open(self.server.folder, name)
        except FileNotFoundError:
            self.send_error(404)
            return
        except OSError as error:
            self.send_error(500, f"Cannot be read: {error.strerror}")
            return
        with file, contextlib.suppress(ConnectionError):  # the reader has gone
            self.send_response(200)
            self.send_header("Content-Type", TYPES.get(Path(name).suffix, "application/octet-stream"))
            self.send_header("Content-Length", str(os.fstat(file.fileno()).st_size))
            self.end_headers()
            if body:
                shutil.copyfileobj(file, self.wfile)


def _open(folder: Path, name: str):
    """A plain file that the folder lists under this very name; OSError for all else: links, folders, hidden files."""
    with os.scandir(folder) as listing:
        plain = [entry.path for entry in listing if entry.name == name and entry.is_file(follow_symlinks=False)]
    if not plain or name.startswith("."):
        raise FileNotFoundError(name)
    # A link that takes the file's place in between is not followed either.
    return os.fdopen(os.open(plain[0], os.O_RDONLY | os.O_NOFOLLOW), "rb")


def _policy(page: str) -> str:
    """The content security policy that the page declares itself, so that it stands in one place."""
    return html.unescape(re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"', page)[0])


def _has_browser() -> bool:
    """Whether there is a browser with a window; one in this terminal would take it over."""
    windows = sys.platform in ("darwin", "win32")
    return windows or any(os.environ.get(name) for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"))
