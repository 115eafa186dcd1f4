"""What the webhook receives, which URLs are allowed, and that its failures do not affect the run."""

import http.server
import json
import logging
import threading
import uuid
from types import SimpleNamespace

import pytest
from prefect.states import Cancelling, Completed, Failed

from flows.lifecycle import notify
from mmdvae.errors import InputError

FLOW = SimpleNamespace(name="compare")
RUN = SimpleNamespace(id=uuid.uuid4(), name="quick", flow_id=uuid.uuid4())


@pytest.fixture
def receiver():
    """A webhook: what it has received, how it answers, its URL with a secret in it."""
    told, answer = [], {"status": 204}

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            told.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(answer["status"])
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *words):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as httpd:
        threading.Thread(target=httpd.serve_forever).start()
        url = f"http://127.0.0.1:{httpd.server_port}/hooks/s3cret"
        yield SimpleNamespace(told=told, answer=answer, url=url)
        httpd.shutdown()


@pytest.fixture
def said(monkeypatch, caplog):
    """What is logged, by the hook and by the libraries that it uses, at any level."""
    monkeypatch.setattr(notify, "flow_run_logger", lambda flow_run, flow: logging.getLogger("hook"))
    for name in (None, "hook", "httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


def page_in(folder):
    (folder / "summary.md").write_text("# Quick\n\n| none | 0.3 |\n![a picture](data:image/png;base64,AAAA)\n")
    (folder / "report.html").write_text("")
    return folder / "report.html"


def test_the_message_has_state_summary_and_path_but_no_pictures(receiver, said, monkeypatch, tmp_path):
    monkeypatch.setenv(notify.VARIABLE, receiver.url)
    state = Completed(name="PartiallyFailed", message="1/2 variants", data=SimpleNamespace(page=page_in(tmp_path)))
    notify.notify(FLOW, RUN, state)
    ((path, told),) = receiver.told
    assert path == "/hooks/s3cret"
    assert told == {
        "text": "compare quick: PartiallyFailed. 1/2 variants",
        "flow": "compare",
        "run": {"id": str(RUN.id), "name": "quick"},
        "state": {"type": "COMPLETED", "name": "PartiallyFailed", "message": "1/2 variants"},
        "report": str(tmp_path / "report.html"),
        "summary": "# Quick\n\n| none | 0.3 |",
    }
    assert "s3cret" not in said.text


def test_without_a_webhook_nothing_is_said(said, monkeypatch):
    monkeypatch.delenv(notify.VARIABLE, raising=False)
    notify.notify(FLOW, RUN, Completed())
    assert said.text == ""


def test_a_run_without_a_report_is_told_as_well():
    told = notify.message(FLOW, RUN, Failed(message="no images"))
    assert (told["text"], told["report"], told["summary"]) == ("compare quick: Failed. no images", None, None)
    assert notify.message(FLOW, RUN, Cancelling())["state"]["name"] == "Cancelled"


@pytest.mark.parametrize("status", [500, 302])
def test_what_is_refused_or_sent_elsewhere_is_logged_and_harms_no_run(receiver, said, monkeypatch, status):
    monkeypatch.setenv(notify.VARIABLE, receiver.url)
    receiver.answer["status"] = status
    notify.notify(FLOW, RUN, Failed())
    assert len(receiver.told) == 1  # and nothing at /elsewhere
    assert f"the webhook was not told: it answered {status}" in said.text
    assert "s3cret" not in said.text


def test_a_webhook_that_is_not_there_is_logged_without_its_address(said, monkeypatch):
    monkeypatch.setenv(notify.VARIABLE, "http://127.0.0.1:9/hooks/s3cret")
    notify.notify(FLOW, RUN, Failed())
    assert "the webhook was not told: [Errno 111] Connection refused" in said.text
    assert "s3cret" not in said.text


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "s3cret://x"])
def test_a_proxy_that_cannot_be_used_is_logged_without_the_address(said, monkeypatch, proxy):
    monkeypatch.setenv(notify.VARIABLE, "https://chat.example/hooks/s3cret")
    monkeypatch.setenv("ALL_PROXY", proxy)
    notify.notify(FLOW, RUN, Failed())
    assert "the webhook was not told: " in said.text
    assert "s3cret" not in said.text


def test_the_proxies_of_the_environment_are_used(receiver, said, monkeypatch):
    monkeypatch.setenv(notify.VARIABLE, "http://localhost:9/hooks/s3cret")
    monkeypatch.setenv("http_proxy", receiver.url.replace("/hooks/s3cret", ""))
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("NO_PROXY", "")
    notify.notify(FLOW, RUN, Failed())
    assert [path for path, _ in receiver.told] == ["http://localhost:9/hooks/s3cret"]


def test_paths_that_are_no_utf8_can_be_sent(receiver, said, monkeypatch, tmp_path):
    monkeypatch.setenv(notify.VARIABLE, receiver.url)
    notify.notify(FLOW, RUN, Failed(message="no images in \udcff"))
    assert receiver.told[0][1]["state"]["message"] == "no images in \udcff"


@pytest.mark.parametrize(
    "url", ["https://chat.example/x", "http://127.0.0.1:8/x", "http://[::1]/x", "http://localhost/x"]
)
def test_messages_may_go_anywhere_by_https_and_to_this_machine_by_http(url):
    assert notify.checked(url) == url


@pytest.mark.parametrize(
    "url",
    ["http://chat.example/s3cret", "ftp://127.0.0.1/s3cret", "file:///s3cret", "https:///s3cret", "s3cret"]
    + ["http://127.0.0.1.chat.example/s3cret", "https://h:99999/s3cret"],
)
def test_any_other_webhook_is_refused_without_showing_it(url, said, monkeypatch):
    with pytest.raises(InputError, match="MMDVAE_WEBHOOK_URL (must be an https|is not a URL)") as refused:
        notify.checked(url)
    assert "s3cret" not in str(refused.value)
    monkeypatch.setenv(notify.VARIABLE, url)
    notify.notify(FLOW, RUN, Failed())
    assert "MMDVAE_WEBHOOK_URL" in said.text
    assert "s3cret" not in said.text
