import hashlib
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from mmdvae.data import download
from mmdvae.data.download import DownloadError, fetch
from mmdvae.files import locked

CONTENT = np.random.default_rng(0).bytes(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Server:
    """What the local server does, and what it saw."""

    def __init__(self):
        self.files = {"/file": CONTENT}
        self.etag = '"one"'
        self.ranges = True
        self.cuts: list[int] = []  # bytes after which the next answers break off
        self.status: list[int] = []  # of the next answers, before any is right
        self.requests: list[tuple[str, str | None]] = []  # path and Range
        self.url = ""


def _handler(server: Server):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            span = self.headers["Range"]
            server.requests.append((self.path, span))
            if server.status or self.path not in server.files:
                self.send_error(server.status.pop(0) if server.status else 404)
                return
            content = server.files[self.path]
            start = 0
            if span and server.ranges and self.headers["If-Range"] == server.etag:
                start = int(span.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            self.send_header("Content-Length", str(len(content) - start))
            if server.etag:
                self.send_header("ETag", server.etag)
            self.end_headers()
            self.wfile.write(content[start:][: server.cuts.pop(0) if server.cuts else None])

        def do_HEAD(self):
            self.send_response(200 if self.path in server.files else 404)
            self.end_headers()

        def log_message(self, *_):
            pass

    return Handler


@contextmanager
def serving():
    """A server on this machine, for as long as the block lasts."""
    server = Server()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(server)) as http:
        server.url = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving() as server:
        yield server


@pytest.fixture
def target(tmp_path):
    return tmp_path / "new" / "file.gz"


def files_beside(target):
    return {path.name for path in target.parent.iterdir()} - {"file.gz.lock"}


def test_a_file_arrives_whole_and_alone(server, target):
    fetch(f"{server.url}/file", target, sha256=SHA256)
    assert target.read_bytes() == CONTENT
    assert files_beside(target) == {"file.gz"}


def test_a_file_that_is_there_is_not_fetched_again(server, target):
    fetch(f"{server.url}/file", target, sha256=SHA256)
    fetch(f"{server.url}/file", target, sha256=SHA256)
    assert len(server.requests) == 1


def test_a_broken_file_that_is_there_is_replaced(server, target):
    target.parent.mkdir()
    target.write_bytes(b"rubbish")
    fetch(f"{server.url}/file", target, sha256=SHA256)
    assert target.read_bytes() == CONTENT


def test_a_cut_connection_goes_on_where_it_was_cut(server, target):
    server.cuts = [100_000]
    seen = []
    fetch(f"{server.url}/file", target, sha256=SHA256, on_progress=lambda *bytes_: seen.append(bytes_))
    assert target.read_bytes() == CONTENT
    assert server.requests == [("/file", None), ("/file", "bytes=100000-")]
    assert seen[-1] == (300_000, 300_000)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)  # it never went back


def test_the_next_call_goes_on_where_the_last_was_cut(server, target):
    server.cuts = [100_000]
    with pytest.raises(DownloadError, match="the connection was cut .*100000 of 300000.*kept for the next try"):
        fetch(f"{server.url}/file", target, sha256=SHA256, attempts=1)
    assert not target.exists()
    fetch(f"{server.url}/file", target, sha256=SHA256, attempts=1)
    assert target.read_bytes() == CONTENT
    assert server.requests[-1] == ("/file", "bytes=100000-")


def test_a_server_that_ignores_ranges_makes_it_start_over(server, target):
    server.cuts, server.ranges = [100_000], False
    fetch(f"{server.url}/file", target, sha256=SHA256)
    assert server.requests[-1] == ("/file", "bytes=100000-")  # asked, and answered with all of it
    assert target.read_bytes() == CONTENT


def test_a_file_that_has_changed_meanwhile_is_fetched_whole(server, target):
    server.cuts = [100_000]
    with pytest.raises(DownloadError):
        fetch(f"{server.url}/file", target, sha256="0" * 64, attempts=1)
    server.files["/file"], server.etag = CONTENT[::-1], '"two"'
    fetch(f"{server.url}/file", target, sha256=hashlib.sha256(CONTENT[::-1]).hexdigest(), attempts=1)
    assert target.read_bytes() == CONTENT[::-1]


@pytest.mark.parametrize("etag", ["", 'W/"weak"'])
def test_without_a_strong_etag_nothing_is_joined(server, target, etag):
    server.cuts, server.etag = [100_000], etag
    fetch(f"{server.url}/file", target, sha256=SHA256)
    assert server.requests == [("/file", None), ("/file", None)]


def test_a_part_of_another_address_is_not_joined(server, target):
    server.files["/other"] = CONTENT
    server.cuts = [100_000]
    with pytest.raises(DownloadError):
        fetch(f"{server.url}/file", target, sha256=SHA256, attempts=1)
    fetch(f"{server.url}/other", target, sha256=SHA256)
    assert server.requests[-1] == ("/other", None)


def test_a_part_that_is_too_long_is_given_up(server, target):
    server.cuts = [100_000]
    with pytest.raises(DownloadError):
        fetch(f"{server.url}/file", target, sha256=SHA256, attempts=1)
    with target.with_name("file.gz.part").open("ab") as part:
        part.write(bytes(300_000))
    fetch(f"{server.url}/file", target, sha256=SHA256)  # 416, then from the beginning
    assert target.read_bytes() == CONTENT


def test_the_wrong_content_is_deleted_and_never_gets_the_name(server, target):
    with pytest.raises(DownloadError, match=f"/file: the content must have SHA-256 {'0' * 64}"):
        fetch(f"{server.url}/file", target, sha256="0" * 64)
    assert files_beside(target) == set()


def test_a_file_over_the_limit_is_refused(server, target):
    with pytest.raises(DownloadError, match="at most 1000 bytes, the server offers 300000"):
        fetch(f"{server.url}/file", target, sha256=SHA256, max_bytes=1000)
    assert not target.exists()


def test_a_missing_file_is_told_at_once(server, target):
    with pytest.raises(DownloadError, match="/nothing: the server answers 404"):
        fetch(f"{server.url}/nothing", target, sha256=SHA256)
    assert len(server.requests) == 1


def test_a_server_in_trouble_is_asked_again(server, target):
    server.status = [503, 500]
    fetch(f"{server.url}/file", target, sha256=SHA256)
    assert target.read_bytes() == CONTENT


def test_a_silent_server_is_given_up(target):
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it accepts, and says nothing
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/file"
        with pytest.raises(DownloadError, match="timed out"):
            fetch(url, target, sha256=SHA256, timeout=0.1, attempts=2)


def test_a_closed_port_is_told_as_not_reachable(target):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(DownloadError, match="not reachable"):
        fetch(f"http://127.0.0.1:{port}/file", target, sha256=SHA256)
    assert not download.reachable(f"http://127.0.0.1:{port}/file")


def test_a_server_is_asked_whether_it_has_the_file(server):
    assert download.reachable(f"{server.url}/file")
    assert not download.reachable(f"{server.url}/nothing")
    assert server.requests == []


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://127.0.0.1/file", "/file"])
def test_only_the_web_is_fetched_from(target, url):
    with pytest.raises(DownloadError, match="must begin with http"):
        fetch(url, target, sha256=SHA256)


def test_a_place_that_cannot_be_written_is_told(server, tmp_path):
    (tmp_path / "taken").write_text("a file where the folder should be")
    with pytest.raises(DownloadError, match="must be writable"):
        fetch(f"{server.url}/file", tmp_path / "taken" / "file.gz", sha256=SHA256)


def test_of_several_at_once_one_fetches_and_the_others_wait(server, target):
    threads = [
        threading.Thread(target=fetch, args=(f"{server.url}/file", target), kwargs={"sha256": SHA256}) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert target.read_bytes() == CONTENT
    assert len(server.requests) == 1


def test_a_killed_holder_frees_the_lock(tmp_path):
    hold = "import sys, time; from pathlib import Path; from mmdvae.files import locked\n"
    hold += "with locked(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", hold, str(tmp_path / "lock")], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        taken = threading.Event()
        waiter = threading.Thread(target=_take, args=(tmp_path / "lock", taken))
        waiter.start()
        held = not taken.wait(0.2)
        holder.kill()
        assert held
        assert taken.wait(10)
        waiter.join()


def _take(path, taken):
    with locked(path):
        taken.set()
