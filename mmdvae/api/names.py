"""What `mmdvae.NAME` is: the names that programs may rely on, and the modules that they are in."""

from importlib import import_module
from typing import Any

PLACES = {
    "InputError": "mmdvae.errors",
    "Model": "mmdvae.api.model",
    "Report": "mmdvae.api.report",
    "VariantFailed": "mmdvae.errors",
    "compare": "mmdvae.api.compare",
    "load_model": "mmdvae.api.model",
    "load_report": "mmdvae.api.report",
}


def find(name: str) -> Any:
    """The public object of that name, or with `__all__` all names; AttributeError for anything else."""
    if name == "__all__":
        return [*PLACES]
    if name not in PLACES:
        raise AttributeError(f"module 'mmdvae' has no attribute {name!r}")
    return getattr(import_module(PLACES[name]), name)
