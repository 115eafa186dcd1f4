"""Which Prefect server a command talks to, chosen before Prefect is imported."""

import http.server
import threading

import pytest

from flows import server
from mmdvae.errors import InputError


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """A user without any Prefect settings; what `choose` sets is taken back."""
    for name in ("PREFECT_API_URL", "PREFECT_HOME", "PREFECT_PROFILES_PATH", "PREFECT_PROFILE"):
        monkeypatch.setenv(name, "x")  # so that monkeypatch remembers to restore it
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return monkeypatch


@pytest.fixture
def alive():
    """The URL of something that is as healthy as a Prefect API."""

    class Healthy(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/api/health" else 404)
            self.end_headers()

        def log_message(self, *words):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Healthy) as httpd:
        threading.Thread(target=httpd.serve_forever).start()
        yield f"http://127.0.0.1:{httpd.server_port}/api"
        httpd.shutdown()


def test_auto_without_settings_is_a_temporary_server_in_a_private_home_beside_the_runs(tmp_path):
    import os

    assert "temporary" in server.choose("auto", tmp_path)
    assert os.environ["PREFECT_HOME"] == str(tmp_path / ".prefect")
    assert (tmp_path / ".prefect").stat().st_mode & 0o777 == 0o700
    assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"


def test_auto_takes_the_api_of_the_environment(tmp_path, environment, alive):
    environment.setenv("PREFECT_API_URL", alive)
    assert server.choose("auto", tmp_path) == f"Prefect server: {alive}"
    assert not (tmp_path / ".prefect").exists()


def test_auto_takes_the_api_of_the_active_profile(tmp_path, alive):
    home = tmp_path / "home" / ".prefect"
    home.mkdir(parents=True)
    (home / "profiles.toml").write_text(f'active = "ours"\n[profiles.ours]\nPREFECT_API_URL = "{alive}"\n')
    assert server.choose("auto", tmp_path) == f"Prefect server: {alive}"


def test_an_api_that_is_named_but_dead_is_an_error_and_not_replaced_in_silence(tmp_path, environment):
    environment.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    with pytest.raises(InputError, match=r"no Prefect server answers at http://127.0.0.1:9/api .*--server none"):
        server.choose("auto", tmp_path)


def test_something_else_at_that_address_is_an_error(tmp_path, alive):
    with pytest.raises(InputError, match="no Prefect server answers at .*Not Found"):
        server.choose(alive.replace("/api", "/ui"), tmp_path)


def test_a_broken_profiles_file_is_named(tmp_path):
    home = tmp_path / "home" / ".prefect"
    home.mkdir(parents=True)
    (home / "profiles.toml").write_text("active = ")
    with pytest.raises(InputError, match=r"profiles\.toml cannot be read"):
        server.choose("auto", tmp_path)


def test_what_must_last_takes_no_temporary_server(tmp_path, environment, alive):
    with pytest.raises(InputError, match="deployments need a Prefect server that lasts, and none is named; start one"):
        server.choose_lasting(None)
    with pytest.raises(InputError, match=r"no Prefect server answers at http://127.0.0.1:9/api"):
        server.choose_lasting("http://127.0.0.1:9/api")
    environment.setenv("PREFECT_API_URL", alive)
    assert server.choose_lasting(None) == f"Prefect server: {alive}"
