"""What is on this machine is reached without any proxy."""

import ipaddress
import os
from urllib.parse import urlsplit

NAMES = ("127.0.0.1", "localhost", "::1")
VARIABLES = ("http_proxy", "https_proxy", "all_proxy")


def go_direct(url: str) -> None:
    """If `url` is on this machine, see to it that no proxy of the environment stands in between, for children, too.

    The proxies stay for everything else (downloads, a webhook), but for those that are no HTTP proxies: nothing here
    can use one, and Prefect's client fails on seeing it, whatever it is for.
    """
    if not is_here(urlsplit(url).hostname or ""):
        return
    # Lower case first: where both are set, the libraries look at that one alone.
    exceptions = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    if exceptions != "*":
        missing = [name for name in NAMES if name not in exceptions.split(",")]
        exceptions = ",".join([*filter(None, [exceptions]), *missing])
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = exceptions
    for name in [name for name in os.environ if name.lower() in VARIABLES]:
        if not _is_http(os.environ[name]):
            del os.environ[name]


def is_here(host: str) -> bool:
    """Whether a name or address is this machine's own loopback."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_http(proxy: str) -> bool:
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:  # a port that is no number
        return False
