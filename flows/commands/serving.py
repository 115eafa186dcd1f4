"""Serves a run's page over HTTP on this machine: the regular files of one folder and nothing else, until Ctrl-C."""

import contextlib
import html
import os
import re
import signal
import sys
import threading
import webbrowser
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from mmdvae.errors import InputError

HOST = "127.0.0.1"
PAGE = "report.html"
WINDOWS = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")  # one of them is set where a browser can open a window


def serve(folder: Path, port: int, say: Callable[[str], None]) -> None:
    """Serve the folder's page and the files beside it until Ctrl-C; port 0 means any free one.

    Raises: InputError if the port is not available.
    """
    # The policy is read from the page, so that it is defined in one place.
    page = (folder / PAGE).read_text(encoding="utf-8")
    declared = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"', page)[0]
    policy = f"{html.unescape(declared)}; frame-ancestors 'none'"
    try:
        server = ThreadingHTTPServer((HOST, port), partial(_Handler, directory=str(folder), policy=policy))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        raise InputError(
            f"--port must be free on {HOST}, got {port} ({reason}); without --port a free one is chosen"
        ) from None
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell starts its background jobs with SIGINT ignored
        signal.signal(number, signal.default_int_handler)
    with server, contextlib.suppress(KeyboardInterrupt):
        url = f"http://{HOST}:{server.server_port}/"
        say(url)
        # Only a graphical browser: one in text mode would take over this terminal.
        if sys.platform in ("darwin", "win32") or any(map(os.environ.get, WINDOWS)):
            # In a thread, because webbrowser waits for the end of a browser named by BROWSER.
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
        server.serve_forever()


class _Handler(SimpleHTTPRequestHandler):
    extensions_map = {
        **SimpleHTTPRequestHandler.extensions_map,
        ".html": "text/html; charset=utf-8",
        ".md": "text/plain; charset=utf-8",  # browsers do not show text/markdown
    }

    def __init__(self, *args, policy: str, **kwargs):
        self.policy = policy
        super().__init__(*args, **kwargs)

    def send_head(self):
        """Send the headers and return the open file; None after an error."""
        port = self.connection.getsockname()[1]
        # Any other host name may be a web page's, which tries to read the report (DNS rebinding).
        if self.headers.get("Host") not in (f"{HOST}:{port}", f"localhost:{port}"):
            return self.send_error(403, "Served to this machine only")
        name = unquote(urlsplit(self.path).path)[1:] or PAGE
        # Only names listed in the folder, so no path can lead outside it; no links, no folders, no hidden files.
        with os.scandir(self.directory) as listing:
            if name.startswith(".") or not any(e.name == name and e.is_file(follow_symlinks=False) for e in listing):
                return self.send_error(404)
        self.path = f"/{quote(name)}"
        return super().send_head()

    def end_headers(self) -> None:
        """Add the headers that every response has, errors included."""
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", self.policy)
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def copyfile(self, source, outputfile) -> None:
        """Send the file; a client that has disconnected is not an error."""
        with contextlib.suppress(ConnectionError):
            super().copyfile(source, outputfile)

    def log_message(self, *words) -> None:
        """Log nothing: the terminal shows the address."""
