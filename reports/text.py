"""Format numbers and dates for display; a missing value is a dash, never a zero."""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from mmdvae.variants import number

MISSING = "–"


def fixed(value: float | None, digits: int) -> str:
    """A fixed number of decimals, with a true minus sign: −0.0012, 1,510; a dash for None."""
    if value is None:
        return MISSING
    rounded = f"{value:,.{digits}f}"
    if not rounded.strip("-0."):
        rounded = rounded.lstrip("-")  # no negative zero
    return rounded.replace("-", "−")


def significant(value: float | None, digits: int = 3) -> str:
    """`digits` significant digits, without an exponent from 0.0001 to 999,999: 623, 9.44, 0.0213."""
    if value is None:
        return MISSING
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    if not -5 < magnitude < 6:
        return f"{value:.{digits - 1}e}".replace("-", "−")
    return f"{value:,.{max(0, digits - 1 - magnitude)}f}".replace("-", "−")


def percent(value: float | None, digits: int = 1) -> str:
    """A share as a percentage."""
    return MISSING if value is None else f"{fixed(100 * value, digits)}\u00a0%"


def change(share: float) -> str:
    """A relative difference: +14 %, +2.1 %, −0.4 %; 0 % if it rounds to that."""
    shown = fixed(100 * share, 0 if abs(share) >= 0.0995 else 1)
    return f"{'+' if share > 0 and shown.strip('0.') else ''}{shown.removesuffix('.0')}\u00a0%"


def setting(value: float | None) -> str:
    """A setting as it was typed, with commas: 0.1, 0.0001, 10,000; different settings give different texts."""
    if value is None:
        return MISSING
    return f"{value:,.0f}" if 1000 <= value < 1e15 and value == int(value) else number(value)


def moment(iso: str) -> str:
    """A date and time in UTC, to the minute; text that is not a date is returned unchanged."""
    parsed = instant(iso)
    return iso if parsed is None else f"{parsed:%Y-%m-%d %H:%M} UTC"


def instant(iso: str) -> datetime | None:
    """The date and time in UTC, which is also assumed if no zone is given; None if it is not a date."""
    try:
        parsed = datetime.fromisoformat(iso)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):  # no date, or in UTC a year that does not exist
        return None


def count(number: int, noun: str) -> str:
    """1 seed, 3 seeds, 60,000 images."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def listed(names: Sequence[str], word: str = "and") -> str:
    """a, b and c."""
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" {word} {names[-1]}" if names else "none"


def span(ends: Sequence[float], show: Callable[[float], str]) -> str:
    """An interval for display: −0.0083 to −0.0060."""
    return f"{show(ends[0])} to {show(ends[1])}"


def code(commit: str | None, dirty: bool | None) -> str:
    """An abbreviated commit hash, with a note if there were uncommitted changes."""
    return f"{(commit or 'unknown')[:12]}{' + uncommitted changes' if dirty else ''}"


def one_line(untrusted: str) -> str:
    """Text without control characters, which a terminal would interpret."""
    return "".join(character if character.isprintable() else " " for character in untrusted)
