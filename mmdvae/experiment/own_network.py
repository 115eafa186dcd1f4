"""The network that an experiment names: the built-in one, or a function of the user's own, which is only read here."""

import os
from pathlib import Path
from typing import Any

from mmdvae.errors import InputError
from mmdvae.experiment import schema
from mmdvae.files import strict_json
from mmdvae.plugins import source
from mmdvae.plugins.source import Source
from mmdvae.recipes import Network

BUILT_IN = "conv"


def find(model: schema.Model, folder: Path) -> tuple[Source, Network] | tuple[None, None]:
    """What the table [model] names, relative to `folder`, and what of it the weights depend on.

    Raises: InputError for what is not there, or options that mean nothing.
    """
    if model.network in (None, BUILT_IN):
        if model.options:
            raise InputError("model.options: are only for a network of your own (model.network)")
        return None, None
    try:
        found = source.find(model.network, folder)
    except InputError as error:
        raise InputError(f"model.network: {error}; or {BUILT_IN}, the built-in one") from None
    try:
        strict_json(model.options)
    except ValueError:
        raise InputError(
            f"model.options: must be finite numbers, texts, lists and tables, got {model.options}"
        ) from None
    network = Network(name=found.name, options=model.options, source=found.sha256, versions=found.versions)
    return found, network


def beside(asked: str, folder: Path) -> str:
    """The same with the path of a FILE that is relative to the folder."""
    if not source.is_file(asked):
        return asked
    return f"{folder / os.path.expanduser(source.place_of(asked))}:{source.function_of(asked)}"


def table(found: Source | None, network: Network | None, folder: Path | None) -> dict[str, Any]:
    """What find reads, with a path relative to `folder`, or only the name without one; empty for the built-in one."""
    if found is None or network is None:
        return {}
    name = found.name
    if folder and source.is_file(name):
        name = f"{os.path.relpath(found.path.resolve(), folder.resolve())}:{source.function_of(name)}"
    return {"network": name, **({"options": network.options} if network.options else {})}
