"""One site per test class; with classes in two processes both databases are tested at the same time."""

import contextlib
import http.server
import json
import threading

import pytest
from databases import postgresql
from site_of_tests import Site


@pytest.fixture(scope="session")
def received():
    """The messages that the webhook has received, as a growing list, and its address."""
    told = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *words):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as httpd:
        threading.Thread(target=httpd.serve_forever).start()
        yield told, f"http://127.0.0.1:{httpd.server_port}/hook"
        httpd.shutdown()


@pytest.fixture(scope="class")
def site(request, tmp_path_factory, received):
    """A server on the class's database, with the deployments but no worker yet."""
    kind = request.cls.database
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(postgresql()) if kind == "postgresql" else None
        site = Site(tmp_path_factory.mktemp(kind), database, received[1])
        stack.callback(site.stop)
        site.start_server()
        done = site.mmdvae("deploy")
        assert done.returncode == 0, done.stderr
        yield site
