"""Which Prefect server a command uses: one that Prefect's own settings name, or a temporary one."""

import contextlib
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from flows.server import loopback
from mmdvae.errors import InputError

PATIENCE = 5.0  # seconds for a server's answer
OUT_OF_ORDER = (500, 502, 503, 504)  # status codes of a failing API, or of a proxy in front of it


class Named(NamedTuple):
    """A server's API, and the setting that named it."""

    url: str
    by: str  # "--server", "PREFECT_API_URL of the environment", "prefect.toml in this folder", ...


def choose(choice: str, out: Path) -> str | None:
    """Set Prefect up for `auto` or a URL; return the API's address, None if a temporary server is to be started.

    `auto` uses the API that Prefect's settings name; without one it makes a home beside the runs for a temporary server
    (flows.server.temporary). A named API that does not answer is an error: a silent second server would hide the run.
    Raises: InputError.
    """
    _prepare()
    # The command line shows progress and errors itself; the server still gets every log line.
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    named = Named(choice, "--server") if choice != "auto" else _named()
    if named:
        return _take(named, otherwise="--server none runs without one")
    home = _home(out)
    os.environ["PREFECT_HOME"] = str(home)
    os.environ["PREFECT_PROFILES_PATH"] = str(home / "profiles.toml")
    _refresh()
    return None


def choose_lasting(choice: str | None) -> str:
    """Set Prefect up for a server that outlives this command; return its API's address.

    Raises: InputError if none is named, or if it does not answer or refuses the password.
    """
    _prepare()
    named = Named(choice, "--server") if choice else _named()
    if not named:
        raise InputError(
            "deployments need a Prefect server that lasts, and none is named; start one with `prefect server start` "
            "and set PREFECT_API_URL (like http://127.0.0.1:4200/api) or give --server"
        )
    return _take(named, otherwise="start it with `prefect server start`")


def connect(url: str) -> None:
    """Make this process and its children use this API."""
    loopback.go_direct(url)
    os.environ["PREFECT_API_URL"] = url
    _refresh()


@contextlib.contextmanager
def readable_settings() -> Iterator[None]:
    """For blocks that import Prefect or read its settings: errors in the settings become an InputError.

    Settings come from the environment, from .env, prefect.toml and pyproject.toml in this folder, and from a profile.
    """
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):  # Prefect's client reads them even without TLS
        if not os.path.exists(os.environ.get(name) or os.curdir):
            raise InputError(f"{name} must name what is there, got {os.environ[name]}; unset it")
    try:
        with warnings.catch_warnings():
            # Occurs without HOME; a temporary server has a home of its own, other servers need none.
            warnings.filterwarnings("ignore", message="Failed to create the Prefect home directory")
            warnings.filterwarnings("error", message="Failed to load profiles")
            yield
    except (ValueError, UserWarning) as error:
        origin = type(error).__module__.partition(".")[0]
        if isinstance(error, ValueError) and origin not in ("pydantic_settings", "pydantic_core", "tomllib", "prefect"):
            raise
        why = "; ".join(line.strip() for line in str(error).splitlines()[:3])
        raise InputError(f"Prefect's settings cannot be read, fix or unset them: {why}") from None


def _prepare() -> None:
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")


def _named() -> Named | None:
    """The API that Prefect's settings name, read as Prefect reads them."""
    if os.environ.get("PREFECT_API_URL"):
        return Named(os.environ["PREFECT_API_URL"], "PREFECT_API_URL of the environment")
    if not _settings_exist():
        return None
    with readable_settings():
        from prefect.settings import get_current_settings, load_profiles, sources
        from prefect.settings.models.api import APISettings

        _refresh()
        settings, profile = get_current_settings(), load_profiles().active_name
        url = settings.api.url
        if not url:
            return None
        for by, source in (
            ("prefect.toml in this folder", sources.PrefectTomlConfigSettingsSource),
            ("pyproject.toml in this folder", sources.PyprojectTomlConfigSettingsSource),
            (f"the profile {profile} in {settings.profiles_path}", sources.ProfileSettingsTomlLoader),
        ):
            if url in source(APISettings)().values():
                return Named(url, by)
        return Named(url, ".env in this folder")


def _settings_exist() -> bool:
    """Whether the settings may contain anything but defaults; reading them takes a second."""
    profiles = Path(os.path.expanduser("~/.prefect/profiles.toml"))
    by_content = ((profiles, b"PREFECT_"), (Path("pyproject.toml"), b"tool.prefect"))
    return (
        any(name.startswith("PREFECT_") and name not in _OURS for name in os.environ)
        or any(Path(name).is_file() for name in (".env", "prefect.toml"))
        or any(path.is_file() and word in path.read_bytes() for path, word in by_content)
    )


_OURS = {"PREFECT_SERVER_ANALYTICS_ENABLED", "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"}


def _take(named: Named, *, otherwise: str) -> str:
    url = named.url.rstrip("/")
    if not _is_address(url):
        raise InputError(
            f"a Prefect server must be auto, none or a URL like http://127.0.0.1:4200/api, got {url} from {named.by}"
        )
    connect(url)
    trouble = _trouble_with(url)
    if trouble:
        raise InputError(f"{trouble}; it is named by {named.by}, {otherwise}")
    return url


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is not a number
        return False


def _trouble_with(url: str) -> str | None:
    """Why the API at this address cannot be used, requested as in every later request; None if it can."""
    with readable_settings():
        import httpx
        from prefect.client.orchestration import get_client
        from prefect.exceptions import PrefectHTTPStatusError
        from prefect.settings import PREFECT_API_REQUEST_TIMEOUT, PREFECT_CLIENT_MAX_RETRIES, temporary_settings
    try:
        hasty = {PREFECT_API_REQUEST_TIMEOUT: PATIENCE, PREFECT_CLIENT_MAX_RETRIES: 0}
        with temporary_settings(hasty), get_client(sync_client=True) as client:
            client.read_work_pools(limit=1)
        return None
    except (PrefectHTTPStatusError, httpx.HTTPError, httpx.InvalidURL, ImportError, RuntimeError, ValueError) as error:
        cause = error.__cause__ if isinstance(error, RuntimeError) and error.__cause__ else error
    host = urlsplit(url).hostname
    if isinstance(cause, PrefectHTTPStatusError) and cause.response.status_code in (401, 403):
        return (
            f"the Prefect server at {host} refuses the password: PREFECT_API_AUTH_STRING must be what its "
            "PREFECT_SERVER_API_AUTH_STRING is"
        )
    if isinstance(cause, PrefectHTTPStatusError) and cause.response.status_code in OUT_OF_ORDER:
        return f"no Prefect server answers at {url} (it answered {cause.response.status_code})"
    if isinstance(cause, PrefectHTTPStatusError | ValueError) and not isinstance(cause, httpx.InvalidURL):
        return f"no Prefect server answers at {url} (something else does; the address of the API ends in /api)"
    reason = str(cause).splitlines()[0] if str(cause) else type(cause).__name__
    return f"no Prefect server answers at {url} ({reason})"


def _home(out: Path) -> Path:
    """The temporary server's folder beside the runs, created if missing; one for each user who shares the runs."""
    home = (out / ".prefect").resolve()
    try:
        if home.exists() and home.stat().st_uid != os.getuid():
            home = home.with_name(f".prefect-{os.getuid()}")
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"the temporary server's folder {home} cannot be made: {error.strerror}") from None
    return home


def _refresh() -> None:
    """Make Prefect, if it is imported, read the changed environment."""
    if "prefect.context" in sys.modules:
        from prefect.context import refresh_global_settings_context

        with readable_settings():
            refresh_global_settings_context()
