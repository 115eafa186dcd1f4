"""Keeps proxies out of connections to this machine."""

import ipaddress
import os
from urllib.parse import urlsplit

NAMES = ("127.0.0.1", "localhost", "::1")
VARIABLES = ("http_proxy", "https_proxy", "all_proxy")


def go_direct(url: str) -> None:
    """If `url` is on this machine, make this process and its children bypass the environment's proxies for it.

    The proxies stay for everything else (downloads, a webhook), except those that are not HTTP proxies: nothing here
    can use them, and Prefect's client fails if one is set, whatever it is for.
    """
    if not is_here(urlsplit(url).hostname or ""):
        return
    # Lower case first: if both are set, the libraries read only that one.
    exceptions = (os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or "").split(",")
    known = [name for name in map(str.strip, exceptions) if name and _is_host(name)]
    all_of_them = "*" if "*" in known else ",".join(dict.fromkeys([*known, *NAMES]))
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = all_of_them
    for name in [name for name in os.environ if name.lower() in VARIABLES]:
        if not _is_http(os.environ[name]):
            del os.environ[name]


def is_here(host: str) -> bool:
    """Whether a name or address is this machine's own loopback."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_host(name: str) -> bool:
    """Whether Prefect's client can parse a no_proxy entry: it fails on [::1] and on address ranges like ::1/128."""
    try:
        return name.count(":") < 2 or bool(ipaddress.ip_address(name))
    except ValueError:
        return False


def _is_http(proxy: str) -> bool:
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:  # the port is not a number
        return False
