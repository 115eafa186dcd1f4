"""Serving a run's page: one folder, to this machine only, until Ctrl-C."""

import http.client
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import fake_run
import pytest
from fake_run import QUICK

from flows.commands.serving import WINDOWS
from reports import write

REPORT = [sys.executable, "-P", "-m", "mmdvae", "report"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run beside a file that must not be served, with links that lead to it."""
    out = tmp_path_factory.mktemp("served")
    fake = fake_run.make(out, QUICK[:1], n=200)
    write.write(fake.run_dir, fake.store)
    (out / "secret.txt").write_text("secret")
    (fake.run_dir / "link.txt").symlink_to(out / "secret.txt")
    (fake.run_dir / "out").symlink_to(out)
    (fake.run_dir / ".hidden").write_text("secret")
    (fake.run_dir / "inner").mkdir()
    (fake.run_dir / "inner" / "file.txt").write_text("secret")
    (fake.run_dir / "a b%2f.csv").write_text("odd")
    os.mkfifo(fake.run_dir / "pipe")
    return fake.run_dir


class Served:
    """`mmdvae report RUN --serve` in its own process, started as a shell's background job."""

    def __init__(self, run, *words, **environment):
        clean = {name: value for name, value in os.environ.items() if name not in WINDOWS}
        self.process = subprocess.Popen(
            [*REPORT, str(run), "--serve", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=clean | environment,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
        )
        self.said = [self.process.stdout.readline(), self.process.stdout.readline()]
        self.port = int(re.match(r"http://127\.0\.0\.1:(\d+)/ ", self.said[1])[1])

    def ask(self, path, method="GET", host=None):
        """Status, headers and body, the path sent as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", host or f"127.0.0.1:{self.port}")
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, answer.headers, body

    def end(self, number=signal.SIGINT):
        """Send Ctrl-C or another signal; return how it ended."""
        self.process.send_signal(number)
        rest = self.process.communicate(timeout=20)
        return self.process.returncode, *rest


@pytest.fixture(scope="module")
def served(run):
    served = Served(run)
    yield served
    assert served.end() == (0, "", "")


def test_the_page_is_written_anew_and_is_at_the_root(served, run):
    assert served.said[0] == f"{run / 'report.html'}\n"
    status, headers, body = served.ask("/")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert body == (run / "report.html").read_bytes() == served.ask("/report.html?x=1#y")[2]
    status, headers, nothing = served.ask("/", "HEAD")
    assert (status, int(headers["Content-Length"]), nothing) == (200, len(body), b"")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("report.json", "application/json"), ("summary.md", "text/plain; charset=utf-8"), ("a%20b%252f.csv", "text/csv")],
)
def test_files_beside_the_page_have_their_kinds(served, run, name, kind):
    status, headers, body = served.ask(f"/{name}")
    assert (status, headers["Content-Type"]) == (200, kind)
    assert body == (run / name.replace("%20", " ").replace("%25", "%")).read_bytes()


@pytest.mark.parametrize(
    "path",
    ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "//etc/passwd", "/.", "/..", "/report.html%00.txt"]
    + ["/out/secret.txt", "/out", "/link.txt", "/.hidden", "/inner", "/inner/", "/inner/file.txt", "/pipe"],
)
def test_nothing_but_the_folders_own_plain_files_is_served(served, path):
    status, _, body = served.ask(path)
    assert status == 404
    assert b"secret" not in body
    assert b"root:" not in body


def test_every_answer_has_the_pages_policy_and_forbids_what_it_does_not_need(served, run):
    declared = re.search(r'Content-Security-Policy" content="([^"]*)"', (run / "report.html").read_text())[1]
    for path in ("/", "/report.json", "/nothing"):
        headers = served.ask(path)[1]
        assert headers["Content-Security-Policy"] == f"{declared}; frame-ancestors 'none'".replace("&#39;", "'")
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_nothing_can_be_changed(served):
    assert {served.ask("/report.html", method)[0] for method in ("POST", "PUT", "DELETE")} == {501}


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1"])
def test_a_foreign_name_for_this_machine_is_refused(served, host):
    status, _, body = served.ask("/", host=host)
    assert status == 403
    assert b"<section" not in body
    assert served.ask("/", host=f"localhost:{served.port}")[0] == 200


def test_it_listens_on_loopback_alone(served):
    port = f":{served.port:04X}"
    lines = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()]
    listening = [line[1] for line in lines if line[1].endswith(port) and line[3] == "0A"]
    assert listening == [f"0100007F{port}"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_with_0_and_without_a_word_even_with_a_reader_connected(run, number):
    served = Served(run)
    with socket.create_connection(("127.0.0.1", served.port)) as idle:  # a browser's spare connection
        idle.send(b"GET / HT")
        time.sleep(0.2)
        assert served.end(number) == (0, "", "")


def test_a_reader_who_leaves_in_the_middle_is_no_error(run):
    served = Served(run)
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", served.port)) as reader:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset at once
            reader.send(f"GET / HTTP/1.0\r\nHost: 127.0.0.1:{served.port}\r\n\r\n".encode())
            reader.recv(100)
    assert served.ask("/")[0] == 200
    assert served.end() == (0, "", "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["--serve", "--port", "{port}"],
            "Error: --port must be free on 127.0.0.1, got {port} (Address already in use); "
            "without --port a free one is chosen\n",
        ),
        (["--port", "8000"], "Error: --port goes with --serve, got --port 8000 alone\n"),
    ],
)
def test_a_port_in_use_or_without_a_server_is_one_line(served, run, words, message):
    words = [word.format(port=served.port) for word in words]
    done = subprocess.run([*REPORT, str(run), *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, message.format(port=served.port))


def recorder(folder, name):
    """A browser that records the URLs it is given and stays open."""
    program = folder / name
    program.write_text(f'#!/bin/sh\necho "$1" >> {folder}/visited\nexec sleep 20 >/dev/null 2>&1\n')
    program.chmod(0o755)
    return program


def test_a_browser_is_opened_where_there_is_one_and_not_waited_for(run, tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    served = Served(run, "--port", str(port), BROWSER=str(recorder(tmp_path, "browser")))
    deadline = time.monotonic() + 20
    while not (tmp_path / "visited").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (tmp_path / "visited").read_text() == f"http://127.0.0.1:{port}/\n"
    assert served.ask("/")[0] == 200
    assert served.end()[0] == 0


def test_without_a_window_no_browser_takes_over_the_terminal(run, tmp_path):
    for name in ("www-browser", "lynx", "w3m", "firefox", "chromium", "xdg-open"):
        recorder(tmp_path, name)
    served = Served(run, PATH=f"{tmp_path}:{os.environ['PATH']}", TERM="xterm")
    assert not select.select([served.process.stderr], [], [], 1)[0]
    assert not (tmp_path / "visited").exists()
    assert served.end()[0] == 0
