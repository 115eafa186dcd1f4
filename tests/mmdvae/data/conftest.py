"""Fixtures: a cache for one test, and a local web server whose answers the test sets."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from image_sets import write_set


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    return tmp_path / "xdg" / "mmdvae" / "fashion-mnist"


@pytest.fixture
def store(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def row(tmp_path):
    """A catalogue row whose files are in the folder `there`."""
    return write_set(tmp_path / "there")


class Server(ThreadingHTTPServer):
    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/"
        self.answers = {}  # by path: the body, or a function that sends the answer
        self.asked = []  # the paths that were downloaded


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        answer = self.server.answers.get(self.path)
        if answer is None:
            self.send_error(404)
        elif callable(answer):
            answer(self)
        else:
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    def do_HEAD(self):
        self.send_response(200 if self.path in self.server.answers else 404)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def mirror(server, row, tmp_path):
    """The server, serving the row's four files."""
    server.answers = {f"/{path.name}": path.read_bytes() for path in (tmp_path / "there").iterdir()}
    return server
