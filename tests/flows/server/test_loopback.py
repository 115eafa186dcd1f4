"""Proxies of the environment, and servers on this machine."""

import http.server
import os
import threading

import httpx
import pytest

from flows.server import loopback

DEAD = "127.0.0.1:9"


@pytest.fixture(autouse=True)
def environment():
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
            patch.delenv(name)
        for name in ("no_proxy", "NO_PROXY"):
            patch.setenv(name, "x")
            patch.delenv(name)
        yield patch


@pytest.fixture(scope="module")
def here():
    class Empty(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(204)
            self.end_headers()

        def log_message(self, *words):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Empty) as httpd:
        threading.Thread(target=httpd.serve_forever).start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()


@pytest.mark.parametrize(
    "variables",
    [
        {"http_proxy": f"http://{DEAD}"},
        {"HTTP_PROXY": DEAD, "no_proxy": "localhost"},
        {"http_proxy": f"http://user:secret@{DEAD}", "NO_PROXY": "example.org"},
        {"all_proxy": f"socks5://{DEAD}"},
        {"ALL_PROXY": f"socks://{DEAD}/"},
        {"http_proxy": "http://nonsense:port"},
        {"http_proxy": f"http://{DEAD}", "no_proxy": "[::1], ::1/128"},
    ],
    ids=str,
)
def test_prefects_client_reaches_this_machine_whatever_the_proxies(environment, here, variables):
    for name, value in variables.items():
        environment.setenv(name, value)
    with pytest.raises((httpx.HTTPError, httpx.InvalidURL, ImportError, ValueError)):  # with the environment as it was
        httpx.get(here, timeout=5)
    loopback.go_direct(here)
    assert httpx.get(here, timeout=5).status_code == 204


def test_other_places_keep_their_proxies(environment):
    environment.setenv("https_proxy", "http://proxy.example:3128")
    environment.setenv("no_proxy", "example.org")
    loopback.go_direct("http://127.0.0.1:4200/api")
    assert os.environ["https_proxy"] == "http://proxy.example:3128"
    assert os.environ["no_proxy"] == "example.org,127.0.0.1,localhost,::1"
    loopback.go_direct("http://127.0.0.1:4200/api")
    assert os.environ["no_proxy"] == "example.org,127.0.0.1,localhost,::1"


def test_a_server_elsewhere_changes_nothing(environment):
    environment.setenv("ALL_PROXY", "socks5://proxy.example:1080")
    loopback.go_direct("https://prefect.example/api")
    assert os.environ["ALL_PROXY"] == "socks5://proxy.example:1080"
    assert "no_proxy" not in os.environ
