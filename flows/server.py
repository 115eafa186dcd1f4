"""Which Prefect server a command talks to. Works on the environment alone: to be called before Prefect is imported."""

import os
import tomllib
import urllib.request
from pathlib import Path

from mmdvae.errors import InputError

HEALTH_TIMEOUT = 5  # seconds


def choose(choice: str, out: Path) -> str:
    """Set Prefect's environment up for `auto` or a URL; return one line that says which server it will be.

    Auto takes the API that PREFECT_API_URL or the active profile names. Without one PREFECT_API_URL stays unset, and
    there is a home beside the runs for a temporary server (flows.temporary). An API that is named but does not answer
    is an error: a silent second server would hide the run.
    Raises: InputError.
    """
    _switch_analytics_off()
    # The command line shows progress and errors itself; the server still gets every log line.
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    url = choice if choice != "auto" else _named_url()
    if url:
        return _take(url)
    home = (out / ".prefect").resolve()
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"Prefect's folder {out / '.prefect'} cannot be made: {error.strerror}") from None
    os.environ["PREFECT_HOME"] = str(home)
    os.environ["PREFECT_PROFILES_PATH"] = str(home / "profiles.toml")
    return "Prefect server: a temporary one for this command (set PREFECT_API_URL to use yours, --server none for none)"


def choose_lasting(choice: str | None) -> str:
    """Set Prefect's environment up for a server that outlives this command; return one line that says which.

    Raises: InputError if none is named or it does not answer.
    """
    _switch_analytics_off()
    url = choice or _named_url()
    if not url:
        raise InputError(
            "deployments need a Prefect server that lasts, and none is named; start one with `prefect server start` "
            "and set PREFECT_API_URL (like http://127.0.0.1:4200/api) or give --server"
        )
    return _take(url)


def _switch_analytics_off() -> None:
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")


def _named_url() -> str | None:
    return os.environ.get("PREFECT_API_URL") or _profile_url()


def _take(url: str) -> str:
    _check_alive(url)
    os.environ["PREFECT_API_URL"] = url
    return f"Prefect server: {url}"


def _check_alive(url: str) -> None:
    if not url.startswith(("http://", "https://")):
        raise InputError(f"--server must be auto, none or a URL like http://127.0.0.1:4200/api, got {url}")
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/health", timeout=HEALTH_TIMEOUT) as answer:
            if answer.status == 200:
                return
            reason = f"it answered {answer.status}"
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "reason", error))
    raise InputError(
        f"no Prefect server answers at {url} ({reason}); start it with `prefect server start`, "
        "or choose --server none, or unset PREFECT_API_URL for a temporary one"
    )


def _profile_url() -> str | None:
    """The API URL of the active Prefect profile, read from its file: importing Prefect would fix the settings."""
    home = os.environ.get("PREFECT_HOME", "~/.prefect")
    path = Path(os.path.expanduser(os.environ.get("PREFECT_PROFILES_PATH", f"{home}/profiles.toml")))
    try:
        profiles = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise InputError(f"Prefect's profiles file {path} cannot be read: {error}") from None
    active = os.environ.get("PREFECT_PROFILE") or profiles.get("active")
    return profiles.get("profiles", {}).get(active, {}).get("PREFECT_API_URL")
