"""The page in Prefect's own UI: a real server, a real browser."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import fake_run
import pytest
from browsing import DESK
from fake_run import HOSTILE, QUICK, FakeVariant

from reports import write

PATIENCE = 180  # seconds; a first start creates the database and unpacks the UI


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """The address of a server with its UI and all its files in a folder of the test."""
    home = tmp_path_factory.mktemp("prefect")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)],
        env=os.environ
        | {
            "PREFECT_HOME": str(home),
            "PREFECT_UI_STATIC_DIRECTORY": str(home / "ui"),
            "PREFECT_SERVER_UI_API_URL": f"http://127.0.0.1:{port}/api",  # it assumes port 4200
            "PREFECT_SERVER_UI_V2_ENABLED": "false",  # the first UI is the one that shows rich artifacts
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/api/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)


def wait_for(url, process):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise AssertionError(f"no server at {url} after {PATIENCE} s")


@pytest.fixture(scope="module")
def published(base, tmp_path_factory):
    """Key -> artifact for two flow runs, one that publishes with the page and one without."""
    from prefect import flow
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from tasks.report import publish_artifacts

    fake = fake_run.make(tmp_path_factory.mktemp("rich"), [*QUICK[:3], FakeVariant(sigma=1.0)])
    fake.rename("mmd-a0.6-s1", HOSTILE)
    html = write.write(fake.run_dir, fake.store)

    @flow
    def publish(rich: bool):
        publish_artifacts(html, fake.store, rich)

    with temporary_settings({PREFECT_API_URL: f"{base}/api"}):
        found = []
        for rich in (True, False):
            state = publish(rich, return_state=True)
            assert state.is_completed(), state
            with get_client(sync_client=True) as client:
                run_id = state.state_details.flow_run_id
                found.append({one.key: one for one in client.read_artifacts() if one.flow_run_id == run_id})
        return found


def test_the_page_is_published_only_on_request_and_small_enough(published):
    asked, not_asked = published
    assert set(not_asked) == {"report", "comparison", "variants"}
    assert set(asked) == {"report", "comparison", "variants", "page"}
    assert asked["page"].type == "rich"
    assert len(asked["page"].data["html"].encode()) <= 500_000


def test_the_first_ui_shows_the_page_in_a_frame_that_runs_nothing(published, base, browser):
    context = browser.new_context(viewport=DESK)
    page = context.new_page()
    page.goto(f"{base}/artifacts/artifact/{published[0]['page'].id}")
    frame = page.frame_locator("iframe")
    frame.locator("h1").wait_for(timeout=60_000)
    assert frame.locator("h1").inner_text().startswith("Try α")
    assert HOSTILE in [column.get_attribute("data-variant") for column in frame.locator("article").all()]
    assert frame.locator("main section").count() >= 5
    assert page.locator("iframe").get_attribute("sandbox") == ""
    assert page.evaluate("window.__xss") is None
    context.close()
