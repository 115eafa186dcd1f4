"""Which Prefect server a command uses: Prefect's own settings name it, a real server answers."""

import http.server
import os
import socket
import threading
from pathlib import Path

import prefect.context
import pytest

from flows.server import choose
from flows.server.temporary import Temporary
from mmdvae.errors import InputError

DEAD = "http://127.0.0.1:9/api"  # the discard port: nothing answers


@pytest.fixture(autouse=True)
def environment(tmp_path):
    """A user without any Prefect settings, in a folder of its own; what `choose` sets is undone."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("PREFECT_") or name.lower() == "no_proxy"]:
            patch.delenv(name)
        for name in ("PREFECT_API_URL", "PREFECT_HOME", "PREFECT_PROFILES_PATH", "no_proxy", "NO_PROXY"):
            patch.setenv(name, "x")  # so that it is undone, too
            patch.delenv(name)
        for name in ("PREFECT_SERVER_ANALYTICS_ENABLED", "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "DO_NOT_TRACK"):
            patch.setenv(name, "0")
            patch.delenv(name)
        patch.setenv("HOME", str(tmp_path / "home"))
        (tmp_path / "home" / ".prefect").mkdir(parents=True)
        (tmp_path / "here").mkdir()
        patch.chdir(tmp_path / "here")
        yield patch
    prefect.context.refresh_global_settings_context()


@pytest.fixture(scope="module")
def alive(tmp_path_factory):
    """The API of a real server."""
    real = Temporary(tmp_path_factory.mktemp("server"))
    real.wait()
    yield real.url
    real._process.stdin.close()
    real._process.wait(timeout=60)


@pytest.fixture
def answering():
    """Start a web server that answers every request with one status and body; return its address."""
    servers = []

    def start(status, body=b""):
        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *words):
                pass

        servers.append(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer))
        threading.Thread(target=servers[-1].serve_forever).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/api"

    yield start
    for httpd in servers:
        httpd.shutdown()
        httpd.server_close()


def profile(url):
    os.environ["PREFECT_HOME"] = str(Path(os.environ["HOME"], ".prefect"))
    path = Path(os.environ["PREFECT_HOME"], "profiles.toml")
    path.write_text(f'active = "ours"\n[profiles.ours]\nPREFECT_API_URL = "{url}"\n')


# What can name a server, and how messages call it.
NAMING = {
    "environment": (lambda url: os.environ.update(PREFECT_API_URL=url), "PREFECT_API_URL of the environment"),
    "profile": (profile, r"the profile ours in .*/home/\.prefect/profiles\.toml"),
    "prefect.toml": (lambda url: Path("prefect.toml").write_text(f'[api]\nurl = "{url}"\n'), "prefect.toml in this"),
    "pyproject": (
        lambda url: Path("pyproject.toml").write_text(f'[tool.prefect.api]\nurl = "{url}"\n'),
        "pyproject.toml in this folder",
    ),
    ".env": (lambda url: Path(".env").write_text(f"PREFECT_API_URL={url}\n"), r"\.env in this folder"),
}


def test_auto_without_settings_is_a_temporary_server_in_a_private_home_beside_the_runs(tmp_path):
    assert choose.choose("auto", tmp_path) is None
    assert os.environ["PREFECT_HOME"] == str(tmp_path / ".prefect")
    assert (tmp_path / ".prefect").stat().st_mode & 0o777 == 0o700
    assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_who_shares_the_runs_has_a_home_of_their_own(tmp_path):
    (tmp_path / ".prefect").mkdir()
    os.chown(tmp_path / ".prefect", 3001, 3001)
    assert choose.choose("auto", tmp_path) is None
    assert os.environ["PREFECT_HOME"] == str(tmp_path / ".prefect-0")


@pytest.mark.parametrize(("name_it", "by"), NAMING.values(), ids=NAMING.keys())
def test_auto_takes_the_api_that_prefects_settings_name(tmp_path, alive, name_it, by):
    name_it(f"{alive}/")
    assert choose.choose("auto", tmp_path) == alive
    assert not (tmp_path / ".prefect").exists()


@pytest.mark.parametrize(("name_it", "by"), NAMING.values(), ids=NAMING.keys())
def test_an_api_that_is_named_but_dead_is_an_error_that_says_who_named_it(tmp_path, name_it, by):
    name_it(DEAD)
    with pytest.raises(InputError, match=rf"no Prefect server answers at {DEAD} \(.*refused\); it is named by {by}"):
        choose.choose("auto", tmp_path)


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (401, b'{"exception_message": "Unauthorized"}', "refuses the password: PREFECT_API_AUTH_STRING must be what"),
        (404, b"not here", r"something else does; the address of the API ends in /api"),
        (200, b"<html>a web page</html>", r"something else does; the address of the API ends in /api"),
        (501, b"", r"something else does; the address of the API ends in /api"),  # a web server without POST
        (502, b"", r"it answered 502"),
    ],
)
def test_what_answers_otherwise_is_told_apart(tmp_path, answering, status, body, message):
    with pytest.raises(InputError, match=message):
        choose.choose(answering(status, body), tmp_path)


def test_an_address_without_api_is_told(tmp_path, alive):
    with pytest.raises(InputError, match="something else does; the address of the API ends in /api"):
        choose.choose(alive.removesuffix("/api"), tmp_path)


def test_what_never_answers_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(choose, "PATIENCE", 0.5)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(InputError, match="no Prefect server answers at .*(timed out|Timeout)"):
            choose.choose(f"http://127.0.0.1:{silent.getsockname()[1]}/api", tmp_path)


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1/api", "http://", "http://127.0.0.1:port/api"])
def test_what_is_no_address_is_refused(tmp_path, url):
    with pytest.raises(InputError, match="must be auto, none or a URL like http://127.0.0.1:4200/api, got"):
        choose.choose(url, tmp_path)


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda: Path("prefect.toml").write_text("[api\n"), r"prefect\.toml"),
        (lambda: os.environ.update(PREFECT_LOGGING_LEVEL="nonsense"), "level"),
        (lambda: os.environ.update(PREFECT_API_REQUEST_TIMEOUT="soon"), "request_timeout"),
        (lambda: Path(os.environ["HOME"], ".prefect/profiles.toml").write_text("PREFECT_ = "), r"profiles\.toml"),
    ],
    ids=["prefect.toml", "level", "number", "profiles"],
)
def test_settings_that_cannot_be_read_are_one_line(tmp_path, break_it, message, environment):
    environment.setenv("PREFECT_HOME", str(tmp_path / "home" / ".prefect"))
    environment.setenv("PREFECT_LOGGING_LEVEL", "INFO")
    environment.setenv("PREFECT_API_REQUEST_TIMEOUT", "60")
    break_it()
    with pytest.raises(InputError, match=message) as told:
        choose.choose("auto", tmp_path)
    assert "Prefect's settings cannot be read" in str(told.value)


def test_certificates_that_are_not_there_are_named(tmp_path, environment):
    environment.setenv("SSL_CERT_FILE", str(tmp_path / "gone.pem"))
    with pytest.raises(InputError, match=r"SSL_CERT_FILE must name what is there, got .*gone\.pem; unset it"):
        choose.choose(DEAD, tmp_path)


def test_what_must_last_takes_no_temporary_server(environment, alive):
    with pytest.raises(InputError, match="deployments need a Prefect server that lasts, and none is named; start one"):
        choose.choose_lasting(None)
    with pytest.raises(InputError, match=f"no Prefect server answers at {DEAD}"):
        choose.choose_lasting(DEAD)
    environment.setenv("PREFECT_API_URL", alive)
    assert choose.choose_lasting(None) == alive
