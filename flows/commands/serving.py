"""A run's page over HTTP on this machine: the plain files of one folder and nothing else, until Ctrl-C."""

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
    """Serve the folder's page and the files beside it until Ctrl-C; port 0 is any free one.

    Raises: InputError if the port cannot be had.
    """
    # The policy that the page declares itself, so that it is written in one place.
    page = (folder / PAGE).read_text(encoding="utf-8")
    declared = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"', page)[0]
    policy = f"{html.unescape(declared)}; frame-ancestors 'none'"
    try:
        server = ThreadingHTTPServer((HOST, port), partial(_Handler, directory=str(folder), policy=policy))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        raise InputError(f"--port must be free on {HOST}, got {port} ({reason}); without --port any is taken") from None
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell starts its background jobs with SIGINT ignored
        signal.signal(number, signal.default_int_handler)
    with server, contextlib.suppress(KeyboardInterrupt):
        url = f"http://{HOST}:{server.server_port}/"
        say(url)
        # Only a browser with a window: one in this terminal would take it over.
        if sys.platform in ("darwin", "win32") or any(map(os.environ.get, WINDOWS)):
            # In a thread, because webbrowser waits for a browser that BROWSER names.
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
        """Answer with the headers and return the open file; None after an error."""
        port = self.connection.getsockname()[1]
        # Any other name that resolves to this machine is a web page that tries to read the report (DNS rebinding).
        if self.headers.get("Host") not in (f"{HOST}:{port}", f"localhost:{port}"):
            return self.send_error(403, "Served to this machine only")
        name = unquote(urlsplit(self.path).path)[1:] or PAGE
        # Only names that the folder lists, so no path can lead out of it; no links, no folders, no hidden files.
        with os.scandir(self.directory) as listing:
            if name.startswith(".") or not any(e.name == name and e.is_file(follow_symlinks=False) for e in listing):
                return self.send_error(404)
        self.path = f"/{quote(name)}"
        return super().send_head()

    def end_headers(self) -> None:
        """Headers that every answer has, errors too."""
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", self.policy)
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def copyfile(self, source, outputfile) -> None:
        """Send the file; a reader who has gone is no error."""
        with contextlib.suppress(ConnectionError):
            super().copyfile(source, outputfile)

    def log_message(self, *words) -> None:
        """Nothing: the terminal shows the address."""
