"""Sends a message to a webhook when a comparison has ended, whether it succeeded or not."""

import json
import logging
import os
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from prefect.logging.loggers import flow_run_logger

from flows.server.loopback import is_here
from mmdvae.errors import InputError

VARIABLE = "MMDVAE_WEBHOOK_URL"
PATIENCE = 10.0  # seconds
LONGEST_SUMMARY = 20_000  # characters


def notify(flow, flow_run, state) -> None:
    """Flow hook: send a message to the webhook, if there is one. A failure is logged and does not affect the run.

    The URL is a secret: the text of an exception is logged only if it cannot contain the URL.
    """
    if not os.environ.get(VARIABLE):
        return
    try:
        status = _post(checked(os.environ[VARIABLE]), message(flow, flow_run, state))
        problem = "" if httpx.codes.is_success(status) else f"it answered {status}"
    except (InputError, httpx.NetworkError, httpx.TimeoutException) as error:
        problem = str(error) or type(error).__name__
    except Exception as error:  # Prefect would log it with its text
        problem = type(error).__name__
    logger = flow_run_logger(flow_run, flow)
    if problem:
        logger.error("the webhook was not told: %s", problem)
    else:
        logger.info("the webhook was told: %s", state.name)


def checked(url: str) -> str:
    """The URL, if messages may be sent there: https to any host, http only to this machine. Raises InputError."""
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise InputError(f"{VARIABLE} is not a URL (its value is kept secret)") from None
    fine = parts.scheme == "https" or (parts.scheme == "http" and is_here(parts.hostname or ""))
    if not (fine and parts.hostname and port_is_fine):
        raise InputError(f"{VARIABLE} must be an https:// URL, or http:// on this machine (its value is kept secret)")
    return url


def message(flow, flow_run, state) -> dict[str, Any]:
    """The message that the webhook receives; chat programs show only `text`."""
    page = _page(state)
    name = "Cancelled" if state.is_cancelling() else state.name  # Prefect calls the hooks during cancellation
    return {
        "text": f"{flow.name} {flow_run.name}: {name}. {state.message or ''}".strip(),
        "flow": flow.name,
        "run": {"id": str(flow_run.id), "name": flow_run.name},
        "state": {"type": state.type.value, "name": name, "message": state.message},
        "report": str(page) if page else None,
        "summary": _summary(page) if page else None,
    }


def _page(state) -> Path | None:
    """The report's path; None if the run wrote none, as when it crashed or was cancelled."""
    ending = state.data if state.data is None else state.result(raise_on_failure=False)
    page = getattr(ending, "page", None)
    return page.resolve() if page else None


def _summary(page: Path) -> str:
    lines = (page.parent / "summary.md").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("!["))[
        :LONGEST_SUMMARY
    ]  # without pictures, which are megabytes


def _post(url: str, content: dict[str, Any]) -> int:
    """Send the content as JSON and return the answer's status.

    A redirect is not followed, because only the given URL was checked. The answer's body is not read.
    """
    logging.getLogger("httpx").setLevel(logging.WARNING)  # at INFO it logs every URL
    body = json.dumps(content, allow_nan=False)
    headers = {"Content-Type": "application/json"}
    system = ssl.create_default_context()  # certificates of this machine; httpx would take certifi's
    with httpx.stream("POST", url, content=body, headers=headers, timeout=PATIENCE, verify=system) as answer:
        return answer.status_code
