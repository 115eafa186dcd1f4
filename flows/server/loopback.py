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
    """Whether Prefect's client can read an exception: it fails on [::1] and on ranges of addresses like ::1/128."""
    try:
        return name.count(":") < 2 or bool(ipaddress.ip_address(name))
    except ValueError:
        return False


def _is_http(proxy: str) -> bool:
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:  # a port that is no number
        return False
