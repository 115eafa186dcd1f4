"""The temporary server of one command: it serves, it ends with the command, it says why it does not start."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from flows.server.temporary import Temporary
from mmdvae.errors import InputError

COMMAND = """
import sys, time
from pathlib import Path
from flows.server.temporary import Temporary
from mmdvae.errors import InputError
server = Temporary(Path(sys.argv[1]))
try:
    server.wait()
except InputError as error:
    sys.exit(str(error))
print(server.url, flush=True)
time.sleep(600)
"""


def command(home, **environment):
    environment = os.environ | {"PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"} | environment
    words = [sys.executable, "-c", COMMAND, str(home)]
    return subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_it_serves_and_is_gone_when_its_command_was_killed(tmp_path):
    with command(tmp_path) as process:
        url = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/api", url), process.stderr.read()
        with urllib.request.urlopen(f"{url}/admin/version", timeout=20) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGKILL)
    assert gone(url, seconds=30)


def gone(url, *, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{url}/health", timeout=5).close()
        except OSError as error:
            if isinstance(getattr(error, "reason", None), ConnectionRefusedError):
                return True
        time.sleep(0.2)
    return False


def served(home, **environment):
    """Whether a command got its server, or else its error output."""
    with command(home, **environment) as process:
        url = process.stdout.readline().strip()
        process.kill()
        return url.startswith("http") or process.stderr.read()


BROKEN = "prefect.db is broken; delete it, nothing but the history of runs is in it"


def rubbish(home):
    (home / "prefect.db").write_bytes(b"rubbish " * 1000)


def of_the_future(home):
    with sqlite3.connect(home / "prefect.db") as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        database.execute("INSERT INTO alembic_version VALUES ('ffffffffffff')")
    database.close()


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (rubbish, BROKEN),
        (of_the_future, "prefect.db was made by another version of Prefect; delete it, it is history alone"),
        (lambda home: (home / "prefect.db").mkdir(), "prefect.db cannot be opened"),
    ],
    ids=["rubbish", "another version", "a folder"],
)
def test_if_it_cannot_start_one_line_says_why_and_what_to_do(tmp_path, break_it, message):
    break_it(tmp_path)
    (line,) = served(tmp_path).splitlines()
    assert line == (
        f"the temporary Prefect server did not start: {tmp_path}/{message} (more in {tmp_path / 'server.log'}); "
        "--server none runs without one"
    )


def test_a_log_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "server.log").mkdir()
    with pytest.raises(InputError, match=r"cannot write .*server\.log: Is a directory"):
        Temporary(tmp_path)


def test_it_is_none_of_the_users_servers(tmp_path):
    (tmp_path / "home").mkdir()
    database = tmp_path / "theirs.db"
    theirs = {
        "PREFECT_SERVER_API_AUTH_STRING": "operator:secret",
        "PREFECT_SERVER_API_BASE_PATH": "/elsewhere",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{database}",
        "PREFECT_LOGGING_LEVEL": "nonsense",
        "http_proxy": "http://127.0.0.1:9",
    }
    assert served(tmp_path / "home", **theirs) is True
    assert not database.exists()


def test_two_first_commands_at_once_and_a_home_that_is_no_url(tmp_path):
    home = tmp_path / "100 % of #1? é"
    home.mkdir()
    with ThreadPoolExecutor() as pool:
        assert list(pool.map(served, [home] * 3)) == [True] * 3
