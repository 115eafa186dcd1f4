"""Data, model, training, measurements and conclusions: everything that computes; and the interface for Python programs.

Packages follow the data: data, penalties, model, training, measures, record, conclusions; jobs runs, api offers them.
May import: nothing of the other three folders.
"""

from importlib import import_module


def __getattr__(name: str):
    """A public name, loaded when it is first used, so that `import mmdvae` takes no time (mmdvae.api.names)."""
    # Computed: a literal name would make the whole interface part of the key of every training.
    return import_module(f"{__name__}.api.names").find(name)


def __dir__() -> list[str]:
    return [*globals(), *__getattr__("__all__")]
