"""Slots of this machine, shared by all runs on it: who holds the lock of a slot's file may work in the slot.

The system frees a lock when its holder is gone, however that ended: no slot is lost, nothing has to be renewed.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mmdvae.errors import InputError
from tasks.processes.devices import Slot

VARIABLE = "MMDVAE_SLOTS"
SHARED_MEMORY = Path("/dev/shm")  # of this machine alone, and the same for services that have a /tmp of their own


def folder() -> Path:
    """Where the lock files are, one folder per user, made if it is missing; MMDVAE_SLOTS names another.

    Raises: InputError if it cannot be made or belongs to somebody else, who could then hold up every run.
    """
    place = SHARED_MEMORY if SHARED_MEMORY.is_dir() else Path(tempfile.gettempdir())
    path = Path(os.environ.get(VARIABLE) or place / f"mmdvae-slots-{os.getuid()}")
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"the folder of slots {path} cannot be made ({error.strerror}); {VARIABLE} names it") from None
    if path.lstat().st_uid != os.getuid():
        raise InputError(f"the folder of slots {path} belongs to another user; set {VARIABLE} to one of yours")
    return path


@contextmanager
def first_free(slots: Iterable[Slot]) -> Iterator[Slot | None]:
    """Hold the first slot that nobody holds, in this process or another, to the end of the block; None if all are."""
    place = folder()
    for slot in slots:
        with (place / slot.name).open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield slot
            return
    yield None
