"""Table of the file formats that a trained model can be exported as."""

import importlib
import importlib.util
from dataclasses import dataclass
from types import ModuleType

from mmdvae.errors import InputError

EXTRA = "onnx"  # of pyproject.toml: the packages that `needs` names


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format; `module` has `write(twin, folder)` and `read(folder) -> Networks`, and EXAMPLE, a script."""

    name: str
    module: str
    own_layers: bool  # whether what it writes can have layers of a user's own
    needs: tuple[str, ...] = ()  # packages of the extra

    def load(self) -> ModuleType:
        """The module; it imports a framework."""
        return importlib.import_module(self.module)


FORMATS = (
    Format(name="keras", module="mmdvae.export.keras_files", own_layers=False),
    Format(name="savedmodel", module="mmdvae.export.saved_model", own_layers=True),
    Format(
        name="onnx",
        module="mmdvae.export.onnx_files",
        own_layers=True,
        needs=("tf2onnx", "onnx", "onnxruntime"),
    ),
)
NAMES = tuple(row.name for row in FORMATS)


def find(name: str) -> Format:
    """The row of that name. Raises: InputError if there is none, or if packages that it needs are not installed."""
    row = next((row for row in FORMATS if row.name == name), None)
    if row is None:
        raise InputError(f"unknown format {name!r:.60}; choose one of: {', '.join(NAMES)}")
    missing = [package for package in row.needs if importlib.util.find_spec(package) is None]
    if missing:
        raise InputError(f"format {name} needs {', '.join(missing)}, not installed; `pip install -e '.[{EXTRA}]'`")
    return row
