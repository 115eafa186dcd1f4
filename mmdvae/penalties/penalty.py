"""What a penalty is: its names, unit and kernels, and where its formula is. Uses only the standard library."""

import importlib
from dataclasses import dataclass
from types import ModuleType
from typing import Literal

from mmdvae.errors import InputError

NONE = "none"  # the regularizer of a variant without any penalty


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """A kernel that a penalty can have."""

    name: str
    takes: Literal["sigma", "sigmas", ""] = ""  # its bandwidths: one, several, or its own
    widths: str = ""  # shown in tables instead of a sigma

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalty:
    """One penalty; its formula is in `module`."""

    name: str  # `regularizer` in report.json; part of a variant's name
    title: str  # in tables and legends
    unit: str = ""  # of its value before it is weighted with alpha
    kernels: tuple[Kernel, ...] = ()
    projections: bool = False  # whether it looks at the codes along random directions
    action: str = "the penalty acts on the codes directly"  # shown where there is no kernel to describe
    module: str = ""  # dotted name of the module with the formula; empty: the one of the same name in this package

    @property
    def path(self) -> str:
        """Dotted name of the module with the formula."""
        return self.module or f"{__package__}.{self.name}"

    def load(self) -> ModuleType:
        """Import the module with the formula, and with it the Keras backend."""
        return importlib.import_module(self.path)

    def kernel(self, name: str | None) -> Kernel | None:
        """The kernel of that name; None if the penalty has no kernels. Raises: InputError for an unknown kernel."""
        if not self.kernels and name is None:
            return None
        found = next((kernel for kernel in self.kernels if kernel.name == name), None)
        if found is None:
            if not self.kernels:
                raise InputError(f"kernel must be left out for regularizer {self.name}, got {name}")
            raise InputError(f"unknown kernel {name!r}; choose one of: {', '.join(map(str, self.kernels))}")
        return found
