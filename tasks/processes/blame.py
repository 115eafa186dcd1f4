"""What a failure in a child process means where only the user's own code can have caused it."""

from collections.abc import Iterator
from contextlib import contextmanager

from mmdvae.errors import InputError
from tasks.processes.pool import JobCrashed, JobFailed


@contextmanager
def blamed_on_code(name: str) -> Iterator[None]:
    """A job that fails in this block becomes an InputError of one line, which a ValueError of the child was already."""
    try:
        yield
    except JobFailed as error:  # its message begins with the name of the child's exception
        raise InputError(str(error).partition("Error: ")[2] or str(error)) from None
    except JobCrashed as error:
        raise InputError(f"{name}: must run to its end, but {error}") from None
