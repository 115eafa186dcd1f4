"""Requests to child processes; the folder's name is a digest of everything that the result depends on."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mmdvae.files import digest, read_json
from mmdvae.jobs import kinds
from mmdvae.jobs.code_digest import digest_of
from mmdvae.jobs.names import RESULT
from mmdvae.penalties import lookup
from mmdvae.penalties.penalty import NONE

_version = cache(version)  # asked three thousand times for a thousand variants


def make(
    kind: str,
    store: Path,
    *,
    data: Path | None = None,
    backend: str | None = None,
    needs: Mapping[str, Path | None] | None = None,
    **settings: Any,
) -> dict[str, Any]:
    """The request for one job, as plain JSON.

    Args: data, the folder of the prepared data set, and backend, Keras's, unless the job needs none; needs, folders of
        finished jobs by the name used in the request, None for those that failed; settings, JSON values: variant,
        recipe, seed, ...
    """
    needs = needs or {}
    code = code_of(kind, settings)
    versions = {name: _version(name) for name in (*kinds.find(kind).libraries, backend) if name}
    depends = {
        **settings,
        **({"data": data.name} if data else {}),
        **{name: _identity(folder) for name, folder in needs.items()},
        "code": code,
        "versions": versions,
    }
    return {
        "kind": kind,
        "folder": str(store / f"{kind}-{digest(depends)[:24]}"),
        **({"data": str(data)} if data else {}),
        **settings,
        **{name: str(folder) if folder else None for name, folder in needs.items()},
        "code": code,
        "versions": versions,
    }


def without_paths(request: Mapping[str, Any]) -> dict[str, Any]:
    """The request as it is kept beside the result: with names in the store instead of paths.

    The texts of the user's code lie beside it as files (mmdvae.plugins.loading).
    """
    paths = [name for name, value in request.items() if isinstance(value, str) and "/" in value]
    return {
        name: Path(value).name if name in paths else value
        for name, value in request.items()
        if name not in ("folder", "sources")
    }


def code_of(kind: str, settings: Mapping[str, Any]) -> str:
    """Digest of the code of this kind of work and of the variant's own penalty, but not of other penalties."""
    variant = settings.get("variant")
    return _code(kind, variant["regularizer"] if variant else NONE)


@cache
def _code(kind: str, regularizer: str) -> str:
    penalty = lookup.known(regularizer)
    modules = [kinds.find(kind).module, "mmdvae.jobs.environment", *([penalty.path] if penalty else [])]
    # The child determines what the work is given, the environment how libraries behave. The child's imports cover all
    # kinds of work and the table covers all penalties, so neither is followed.
    return digest_of(modules, alone=["mmdvae.jobs.child"], without=["mmdvae.penalties.table"])


def _identity(finished: Path | None) -> dict[str, Any] | None:
    # The files count, too: on a GPU, repeating the same training may give another model.
    return {"name": finished.name, "files": read_json(finished / RESULT)["files"]} if finished else None
