"""Every penalty as a row: what it is called, in which unit it is, which kernels it has. Standard library alone.

Only `module` says anything about numbers, and the digest of a training's code has the code behind it. A new row
therefore retrains nothing.
"""

import importlib
from dataclasses import dataclass
from types import ModuleType

from mmdvae.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """A kernel that a penalty can have."""

    name: str
    takes_sigma: bool = False
    widths: str = ""  # what tables say instead of a sigma

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalty:
    """One penalty; its formula is in `module`."""

    name: str  # regularizer in report.json; part of a variant's name
    title: str  # in tables and legends
    unit: str = ""  # of its value, after which alpha weighs it
    kernels: tuple[Kernel, ...] = ()
    action: str = "the penalty acts on the codes by itself"  # where there is no kernel to look at
    module: str = ""  # with the formula; empty: the file of that name here

    @property
    def path(self) -> str:
        """The dotted name of that module."""
        return self.module or f"{__package__}.{self.name}"

    def load(self) -> ModuleType:
        """The module with the formula, which brings the backend."""
        return importlib.import_module(self.path)

    def kernel(self, name: str | None) -> Kernel | None:
        """Its kernel of that name; None if it has none. Raises: InputError for a kernel that it does not have."""
        if not self.kernels and name is None:
            return None
        found = next((kernel for kernel in self.kernels if kernel.name == name), None)
        if found is None:
            if not self.kernels:
                raise InputError(f"kernel must be left out for regularizer {self.name}, got {name}")
            raise InputError(f"unknown kernel {name!r}; choose one of: {', '.join(map(str, self.kernels))}")
        return found


NONE = "none"  # the regularizer of a variant without any penalty

PENALTIES = (
    Penalty(
        name="mmd",
        title="MMD²",
        kernels=(Kernel(name="gaussian", takes_sigma=True), Kernel(name="imq", widths="7 scales")),
    ),
    Penalty(
        name="kl",
        title="KL",
        unit="nats per pixel",
        action="the KL divergence pulls each code to the prior by itself",
    ),
)


def find(name: str) -> Penalty:
    """The penalty of that name; InputError lists the names that exist."""
    found = known(name)
    if found is None:
        names = [penalty.name for penalty in PENALTIES]
        raise InputError(f"unknown regularizer {name!r}; choose one of: {', '.join((*names, NONE))}")
    return found


def title_of(name: str) -> str:
    """What tables and legends call a penalty; one that this program does not know, by its name in capitals."""
    penalty = known(name)
    return penalty.title if penalty else name.upper()


def known(name: str) -> Penalty | None:
    """The penalty of that name, None for `none` and for one that another version of this program knows."""
    return next((penalty for penalty in PENALTIES if penalty.name == name), None)
