"""The server that one command has for itself: it serves, it goes with the command, it says why it does not start."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request

COMMAND = """
import sys, time
from pathlib import Path
from flows.temporary import Temporary
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


def test_if_it_cannot_start_one_line_says_why_and_what_to_do(tmp_path):
    nowhere = "sqlite+aiosqlite:////nowhere/prefect.db"
    with command(tmp_path, PREFECT_SERVER_DATABASE_CONNECTION_URL=nowhere) as process:
        said = process.stderr.read()
        assert process.wait() == 1
    (line,) = said.splitlines()
    assert line.startswith("the temporary Prefect server did not start: ")
    assert f"(more in {tmp_path / 'server.log'}); --server none runs without one" in line
