import contextlib
import hashlib
import signal
import subprocess
import sys

import numpy as np
import pytest

from mmdvae.data import download
from mmdvae.errors import InputError

CONTENT = np.random.default_rng(0).bytes(300_000)


@pytest.fixture
def target(tmp_path):
    """A file left by an earlier download; a failed download must not touch it."""
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "file.gz").write_bytes(b"old")
    return tmp_path / "cache" / "file.gz"


def fault(path):
    return None if hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(CONTENT).digest() else "has other bytes"


def fetch(url, target, tell=lambda done: None):
    download.fetch(url, target, fault=fault, max_bytes=len(CONTENT), on_progress=tell)


def test_a_file_arrives_whole_and_alone_and_its_bytes_are_counted(server, target):
    server.answers["/file"], seen = CONTENT, []
    fetch(f"{server.url}file", target, seen.append)
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]
    assert seen == sorted(seen)
    assert seen[-1] == len(CONTENT)


def _cut_off(answer):
    answer.send_response(200)
    answer.send_header("Content-Length", str(len(CONTENT)))
    answer.end_headers()
    answer.wfile.write(CONTENT[:100_000])


def _endless(answer):
    answer.send_response(200)
    answer.end_headers()
    with contextlib.suppress(OSError):  # the client hangs up
        for _ in range(100):
            answer.wfile.write(CONTENT)


def _silent(answer):
    answer.rfile.read(1)  # until the client hangs up


def _redirected(answer):
    answer.send_response(302)
    answer.send_header("Location", "file:///etc/hostname")
    answer.end_headers()


FAILURES = {
    "other content": (b"other content", "has other bytes"),
    "cut off": (_cut_off, "100000 bytes read, 200000 more expected"),
    "endless": (_endless, "must have at most 300000 bytes, the server sends more"),
    "missing": (None, "the server answers 404 Not Found"),
    "silent": (_silent, "timed out"),
    "redirected to a file of this machine": (
        _redirected,
        "No connection adapters were found for 'file:///etc/hostname'",
    ),
}


@pytest.mark.parametrize(("answer", "message"), FAILURES.values(), ids=FAILURES.keys())
def test_a_failed_download_is_one_line_and_leaves_nothing(server, target, monkeypatch, answer, message):
    monkeypatch.setattr(download, "TIMEOUTS", (0.2, 0.2))
    server.answers["/file"], seen = answer, [0]
    with pytest.raises(InputError) as caught:
        fetch(f"{server.url}file", target, seen.append)
    assert str(caught.value).startswith(f"{server.url}file: ")
    assert message in str(caught.value)
    assert seen[-1] <= len(CONTENT)
    assert [(path, path.read_bytes()) for path in target.parent.iterdir()] == [(target, b"old")]


def test_a_killed_download_leaves_the_old_file_and_the_next_one_clears_up(server, target):
    def slow(answer):
        _cut_off(answer)
        _silent(answer)

    server.answers["/file"] = slow
    code = "import sys; from pathlib import Path; from mmdvae.data.download import fetch\n"
    code += (
        "fetch(sys.argv[1], Path(sys.argv[2]), fault=print, max_bytes=10**6, on_progress=lambda done: print(flush=1))"
    )
    command = [sys.executable, "-c", code, f"{server.url}file", str(target)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"\n"  # a first block has been written
        process.send_signal(signal.SIGKILL)
    assert target.read_bytes() == b"old"
    assert len(list(target.parent.iterdir())) == 2
    server.answers["/file"] = CONTENT
    fetch(f"{server.url}file", target)
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]


def test_a_server_is_asked_whether_it_has_the_file(server):
    server.answers["/file"] = CONTENT
    assert download.reachable(f"{server.url}file", timeout=5)
    assert not download.reachable(f"{server.url}nothing", timeout=5)
    assert not download.reachable("http://127.0.0.1:9/file", timeout=5)  # the discard port: no server listens
    assert server.asked == []
