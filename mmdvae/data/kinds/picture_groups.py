"""Groups of pictures that belong together: what a regular expression finds in their files' names."""

import re
import signal
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mmdvae.data.source import Part, plural
from mmdvae.errors import InputError

PATIENCE = 20.0  # seconds for the names of a set; a million take about five


def group_of(where: str, file: str, pattern: str) -> str:
    """What the first parentheses of the pattern find in a file's name, or, without any, all that it finds.

    Raises: InputError with `where` if that is nothing, for then all such pictures would be one group.
    """
    found = re.search(pattern, file)
    text = found and found[1 if found.re.groups else 0]
    if not text:
        raise InputError(f"{where}: must have a name in which group {pattern!r:.60} finds something")
    return text


def check_parts(place: Path, parts: Sequence[Part], pattern: str) -> None:
    """Raise InputError if the parts that the folders make cut through a group."""
    seen = Counter(digest for part in parts for digest in set(part.digests or ()))
    straddling = sum(count > 1 for count in seen.values())
    if straddling:
        raise InputError(
            f"{place}: a group must be in one part, {plural(straddling, 'group')} of {pattern!r:.60} are in several; "
            "leave out --group to keep the parts as they are"
        )


@contextmanager
def in_time(where: str, pattern: str) -> Iterator[None]:
    """Raise InputError if the names of a set are searched for longer than PATIENCE: (a+)+$ needs years for 40 letters.

    Only in the main thread, which alone hears of signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise InputError(
            f"{where}: group must find something in all names within {PATIENCE:g} s, {pattern!r:.60} does not; "
            "a repeat within a repeat, such as (a+)+, can take forever"
        )

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
