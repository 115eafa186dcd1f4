"""A penalty by its name. Uses only the standard library."""

from mmdvae.errors import InputError
from mmdvae.penalties import table
from mmdvae.penalties.penalty import NONE, Penalty


def find(name: str) -> Penalty:
    """The penalty of that name; InputError lists the names that exist."""
    found = known(name)
    if found is None:
        names = [penalty.name for penalty in table.PENALTIES]
        raise InputError(f"unknown regularizer {name!r}; choose one of: {', '.join((*names, NONE))}")
    return found


def title_of(name: str) -> str:
    """Title of a penalty in tables and legends; for one unknown to this version, its name in capitals."""
    penalty = known(name)
    return penalty.title if penalty else name.upper()


def known(name: str) -> Penalty | None:
    """The penalty of that name; None for `none` and for one unknown to this version of the program."""
    return next((penalty for penalty in table.PENALTIES if penalty.name == name), None)
