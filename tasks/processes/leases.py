"""Slots of this machine, shared by all runs on it: a process that holds the lock on a slot's file may use the slot.

The kernel releases the lock when its holder ends, however it ends: no slot is lost, nothing has to be renewed.
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
SHARED_MEMORY = Path("/dev/shm")  # local to the machine, and shared by services with a private /tmp


def folder() -> Path:
    """The folder of the lock files, one per user, created if missing; MMDVAE_SLOTS names another.

    Raises: InputError if it cannot be created or belongs to another user, who could then block every run.
    """
    place = SHARED_MEMORY if SHARED_MEMORY.is_dir() else Path(tempfile.gettempdir())
    path = Path(os.environ.get(VARIABLE) or place / f"mmdvae-slots-{os.getuid()}")
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"the folder of slots {path} cannot be created ({error.strerror}); set {VARIABLE} to another one"
        ) from None
    if path.lstat().st_uid != os.getuid():
        raise InputError(f"the folder of slots {path} belongs to another user; set {VARIABLE} to one of yours")
    return path


@contextmanager
def first_free(slots: Iterable[Slot]) -> Iterator[Slot | None]:
    """Hold the first slot that is free, in this process and in others, to the end of the block; None if none is."""
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
