"""A message to a webhook when a comparison has ended, however it ended."""

import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from prefect.logging.loggers import flow_run_logger

from flows.server.loopback import is_here
from mmdvae.errors import InputError

VARIABLE = "MMDVAE_WEBHOOK_URL"
PATIENCE = 10.0  # seconds
LONGEST_SUMMARY = 20_000  # characters


def notify(flow, flow_run, state) -> None:
    """Flow hook: tell the webhook, if there is one. What goes wrong is logged and harms no run; the URL is a secret."""
    if not os.environ.get(VARIABLE):
        return
    logger = flow_run_logger(flow_run, flow)
    try:
        _post(checked(os.environ[VARIABLE]), message(flow, flow_run, state))
        logger.info("the webhook was told: %s", state.name)
    except (InputError, OSError, ValueError) as error:
        reason = error if isinstance(error, InputError) else _without_url(error)
        logger.error("the webhook was not told: %s", reason)


def checked(url: str) -> str:
    """The URL, if messages may go there: by https anywhere, by http on this machine alone. Raises InputError."""
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise InputError(f"{VARIABLE} is no URL (its value is kept secret)") from None
    fine = parts.scheme == "https" or (parts.scheme == "http" and is_here(parts.hostname or ""))
    if not (fine and parts.hostname and port_is_fine):
        raise InputError(f"{VARIABLE} must be an https:// URL, or http:// on this machine (its value is kept secret)")
    return url


def message(flow, flow_run, state) -> dict[str, Any]:
    """What the webhook is told; `text` alone is what chat programs show."""
    page = _page(state)
    name = "Cancelled" if state.is_cancelling() else state.name  # Prefect calls its hooks a moment early
    return {
        "text": f"{flow.name} {flow_run.name}: {name}. {state.message or ''}".strip(),
        "flow": flow.name,
        "run": {"id": str(flow_run.id), "name": flow_run.name},
        "state": {"type": state.type.value, "name": name, "message": state.message},
        "report": str(page) if page else None,
        "summary": _summary(page) if page else None,
    }


def _page(state) -> Path | None:
    """The report's path, where the run came to one: a crashed or cancelled run did not."""
    ending = state.data if state.data is None else state.result(raise_on_failure=False)
    page = getattr(ending, "page", None)
    return page.resolve() if page else None


def _summary(page: Path) -> str:
    lines = (page.parent / "summary.md").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("!["))[:LONGEST_SUMMARY]  # pictures are megabytes


def _post(url: str, content: dict[str, Any]) -> None:
    body = json.dumps(content, allow_nan=False).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.build_opener(_NoRedirect).open(request, timeout=PATIENCE):
        pass


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What was checked is where it goes; nobody may send it on."""

    def redirect_request(self, *request):
        return None


def _without_url(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"it answered {error.code}"
    return str(getattr(error, "reason", None) or type(error).__name__)
