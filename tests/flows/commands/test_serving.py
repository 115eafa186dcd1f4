"""A run's page served: one folder, to this machine, until Ctrl-C."""

import http.client
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import fake_run
import pytest
from fake_run import QUICK

from flows.commands import serving
from reports import write

MMDVAE = [sys.executable, "-P", "-m", "mmdvae"]
WINDOWS = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run beside a file that nobody may read, with links that lead to it."""
    out = tmp_path_factory.mktemp("served")
    fake = fake_run.make(out, QUICK[:2], n=200)
    write.write(fake.run_dir, fake.store)
    (out / "secret.txt").write_text("secret")
    (fake.run_dir / "link.txt").symlink_to(out / "secret.txt")
    (fake.run_dir / "out").symlink_to(out)
    (fake.run_dir / "within.json").symlink_to("report.json")
    (fake.run_dir / ".hidden").write_text("secret")
    (fake.run_dir / "inner").mkdir()
    (fake.run_dir / "inner" / "file.txt").write_text("secret")
    (fake.run_dir / "a b%2f.csv").write_text("odd")
    os.mkfifo(fake.run_dir / "pipe")
    return fake.run_dir


def deafen():
    """As a shell does it to what it starts in the background."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Served:
    """`mmdvae report RUN --serve` in a process of its own."""

    def __init__(self, run, *words, deaf=False, **environment):
        clean = {name: value for name, value in os.environ.items() if name not in WINDOWS}
        self.process = subprocess.Popen(
            [*MMDVAE, "report", str(run), "--serve", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=clean | environment,
            preexec_fn=deafen if deaf else None,
        )
        self.said = []
        for line in self.process.stdout:
            self.said.append(line)
            if found := re.match(r"http://127\.0\.0\.1:(\d+)/ ", line):
                self.port = int(found[1])
                return
        raise AssertionError(self.process.stderr.read())

    def ask(self, path, method="GET", host=None):
        """Status, headers and body, the path sent as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", host or f"127.0.0.1:{self.port}")
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, dict(answer.getheaders()), body

    def interrupt(self, number=signal.SIGINT):
        """Ctrl-C, or another signal; how it ended."""
        self.process.send_signal(number)
        rest = self.process.communicate(timeout=20)
        return self.process.returncode, *rest


@pytest.fixture(scope="module")
def served(run):
    served = Served(run)
    yield served
    served.interrupt()


def test_the_page_is_at_the_root_and_is_the_file(served, run):
    status, headers, body = served.ask("/")
    assert status == 200
    assert body == (run / "report.html").read_bytes()
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert served.ask("/report.html?x=1#y")[2] == body


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("metrics.csv", "text/csv; charset=utf-8"),
        ("report.json", "application/json"),
        ("summary.md", "text/plain; charset=utf-8"),
        ("latents.parquet", "application/octet-stream"),
        ("a%20b%252f.csv", "text/csv; charset=utf-8"),
    ],
)
def test_files_beside_the_page_have_their_kinds(served, run, name, kind):
    status, headers, body = served.ask(f"/{name}")
    assert (status, headers["Content-Type"]) == (200, kind)
    assert body == (run / name.replace("%20", " ").replace("%25", "%")).read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/out/secret.txt",
        "/out",
        "/link.txt",
        "/within.json",  # a link all the same
        "/.hidden",
        "/inner",
        "/inner/",
        "/inner/file.txt",
        "/pipe",
        "//etc/passwd",
        "/etc/passwd",
        "/.",
        "/..",
        "/report.html%00.txt",
        "/nothing",
    ],
)
def test_nothing_outside_the_folders_own_plain_files_is_served(served, path):
    status, _, body = served.ask(path)
    assert status == 404
    assert b"secret" not in body
    assert b"root:" not in body


def test_every_answer_forbids_what_it_does_not_need(served, run):
    declared = re.search(r'Content-Security-Policy" content="([^"]*)"', (run / "report.html").read_text())[1]
    for path in ("/", "/report.json", "/nothing"):
        headers = served.ask(path)[1]
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    policy = served.ask("/")[1]["Content-Security-Policy"]
    assert policy == f"{declared}; frame-ancestors 'none'".replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; ")


def test_head_has_the_headers_alone(served):
    status, headers, body = served.ask("/", "HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) == len(served.ask("/")[2])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_can_be_changed(served, method):
    assert served.ask("/report.html", method)[0] == 501


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1"])
def test_a_foreign_name_for_this_machine_is_refused(served, host):
    status, _, body = served.ask("/", host=host)
    assert status == 403
    assert b"<section" not in body


def test_localhost_is_a_name_for_it_too(served):
    assert served.ask("/", host=f"localhost:{served.port}")[0] == 200


def test_it_listens_on_loopback_alone(served):
    port = f":{served.port:04X}"
    lines = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()]
    listening = [line[1] for line in lines if line[1].endswith(port) and line[3] == "0A"]
    assert listening == [f"0100007F{port}"]


def test_ctrl_c_ends_it_at_once_with_0_and_without_a_word_even_with_a_reader_connected(run):
    served = Served(run)
    with socket.create_connection(("127.0.0.1", served.port)) as idle:  # a browser's spare connection
        idle.send(b"GET / HT")
        time.sleep(0.2)
        began = time.monotonic()
        code, _, err = served.interrupt()
    assert (code, err) == (0, "")
    assert time.monotonic() - began < 5


def test_the_page_is_made_anew_and_its_path_printed_before_the_address(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:1], n=200)
    served = Served(fake.run_dir)
    assert served.said[0] == f"{fake.run_dir / 'report.html'}\n"
    assert served.interrupt()[0] == 0


def test_a_port_can_be_chosen_and_one_in_use_is_named(served, run):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    other = Served(run, "--port", str(free))
    assert other.port == free
    assert other.interrupt()[0] == 0
    words = [*MMDVAE, "report", str(run), "--serve", "--port", str(served.port)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        f"Error: --port must be free on 127.0.0.1, got {served.port} (Address already in use); "
        "without --port any is taken\n"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--port", "8000"], "--port goes with --serve, got --port 8000 alone"),
        (["--serve", "--port", "0"], "1<=x<=65535"),
    ],
)
def test_a_port_that_makes_no_sense_is_refused(run, words, message):
    done = subprocess.run([*MMDVAE, "report", str(run), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def recorder(folder, name):
    """A browser that writes down where it is sent and stays open."""
    program = folder / name
    program.write_text(f'#!/bin/sh\necho "$1" >> {folder}/visited\nexec sleep 20 >/dev/null 2>&1\n')
    program.chmod(0o755)
    return program


def test_a_browser_is_opened_where_there_is_one_and_not_waited_for(run, tmp_path):
    served = Served(run, BROWSER=str(recorder(tmp_path, "browser")))
    deadline = time.monotonic() + 20
    while not (tmp_path / "visited").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (tmp_path / "visited").read_text() == f"http://127.0.0.1:{served.port}/\n"
    assert served.ask("/")[0] == 200
    assert served.interrupt()[0] == 0


def test_without_a_window_no_browser_takes_over_the_terminal(run, tmp_path):
    for name in ("www-browser", "lynx", "w3m", "firefox", "chromium", "xdg-open"):
        recorder(tmp_path, name)
    served = Served(run, PATH=f"{tmp_path}:{os.environ['PATH']}", TERM="xterm")
    assert served.ask("/")[0] == 200
    assert not select.select([served.process.stderr], [], [], 1)[0]
    assert not (tmp_path / "visited").exists()
    assert served.interrupt()[0] == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_background_job_of_a_shell_ends_in_order_too(run, number):
    assert Served(run, deaf=True).interrupt(number) == (0, "", "")


def test_a_file_that_is_there_and_cannot_be_read_is_not_called_missing(tmp_path, monkeypatch):
    def broken(folder, name):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(serving, "_open", broken)
    server = serving._Server((serving.HOST, 0), serving._Handler)
    server.folder, server.policy = tmp_path, "default-src 'none'"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        connection = http.client.HTTPConnection(serving.HOST, server.server_port, timeout=20)
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert (answer.status, answer.reason) == (500, "Cannot be read: Input/output error")
        connection.close()
    finally:
        server.shutdown()
        server.server_close()
