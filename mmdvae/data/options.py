"""What a user can ask of a data set's images: their size, colour, groups and range of values."""

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mmdvae.errors import InputError
from mmdvae.images import LARGEST, SMALLEST
from mmdvae.variants import number

FITS = ("crop", "pad", "stretch")
COLOURS = ("grey", "rgb")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataOptions:
    """How images are made alike; what is None stays as the source has it."""

    size: tuple[int, int] | None = None  # height, width
    fit: str | None = None  # how an image of another size gets that size; crop if None
    colour: str | None = None
    group: str | None = None  # a regular expression: what it finds in a file's name stays in one split
    range: tuple[float, float] | None = None  # of values that are no bytes; its ends become 0 and 255

    def __post_init__(self):
        if self.size is not None and not all(SMALLEST <= side <= LARGEST for side in self.size):
            got = " x ".join(map(str, self.size))
            raise InputError(f"size must be height and width, {SMALLEST} to {LARGEST} pixels each, got {got}")
        for name, value, choices in (("fit", self.fit, FITS), ("colour", self.colour, COLOURS)):
            if value not in (None, *choices):
                raise InputError(f"{name} must be one of: {', '.join(choices)}; got {value!r:.60}")
        if self.fit and not self.size:
            raise InputError(f"fit is about images of another size, so it needs size; got fit {self.fit} alone")
        if self.group is not None:
            _check_group(self.group)
        if self.range is not None and not _is_range(*self.range):
            raise InputError(f"range must be two numbers, the lower first, of ordinary size; got {list(self.range)}")

    @property
    def given(self) -> dict[str, Any]:
        """Those that are not None, as an experiment file has them."""
        found = {name: value for name, value in asdict(self).items() if value is not None}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}


def parsed(
    size: str | None = None,
    fit: str | None = None,
    colour: str | None = None,
    group: str | None = None,
    value_range: str | None = None,
) -> dict[str, Any]:
    """Fields of DataOptions from the command line's words: size 64x48 (height x width), value_range LOW,HIGH.

    Only those that were given, because they may change options of a file.
    """
    sides = re.fullmatch(r"([0-9]{1,6})x([0-9]{1,6})", size) if size is not None else None
    if size is not None and not sides:
        raise InputError(f"size must be height x width, such as 64x48, got {size!r:.60}")
    limits = None
    if value_range is not None:
        try:
            low, high = map(float, value_range.split(","))
        except ValueError:
            raise InputError(f"range must be LOW,HIGH, such as 0,1; got {value_range!r:.60}") from None
        limits = (low, high)
    found = {
        "size": (int(sides[1]), int(sides[2])) if sides else None,
        "fit": fit,
        "colour": colour,
        "group": group,
        "range": limits,
    }
    return {name: value for name, value in found.items() if value is not None}


def words(given: Mapping[str, Any]) -> list[str]:
    """What `parsed` gave, as words of a command line."""
    found = []
    for name, value in given.items():
        text = {"size": "x", "range": ","}.get(name)
        found += [f"--{name}", value if text is None else text.join(map(number, value))]
    return found


def _is_range(low: float, high: float) -> bool:
    """Whether values can be mapped from it to bytes: its width and the factor must be floats, too."""
    width = high - low
    return math.isfinite(width) and width > 0 and math.isfinite(255 / width)


def _check_group(group: str) -> None:
    try:
        re.compile(group)
    except (re.error, RecursionError, OverflowError) as error:
        raise InputError(f"group must be a regular expression, but {error}; got {group!r:.60}") from None
