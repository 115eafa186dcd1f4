"""Images that a user's own function gives: what a child process is asked for, and where it puts them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mmdvae.data import prepare
from mmdvae.data.catalog import Own, Row
from mmdvae.data.prepare import Dataset
from mmdvae.jobs import request, store
from mmdvae.plugins import permission, source
from mmdvae.plugins.source import Source
from tasks.processes.blame import blamed_on_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapted:
    """A data set whose images come from a user's own function."""

    row: Own
    code: Source
    store: Path

    @classmethod
    def of(cls, row: Row, store: Path, *, allowed: bool) -> "Adapted | None":
        """The data set, its code read and not imported; None if its images are files.

        Raises: InputError if the code is not there, or may not run (mmdvae.plugins.permission).
        """
        if not isinstance(row, Own) or row.code is None:
            return None
        code = source.find(row.code, Path())
        permission.check(code, allowed=allowed)
        return cls(row=row, code=code, store=store)

    @property
    def request(self) -> dict[str, Any]:
        """The request for its images; the key covers the code, what it imports, and the options of the data."""
        asked = request.make(
            "adapter",
            self.store,
            name=self.code.name,
            sources=self.code.files,
            imports=self.code.versions,
            options=self.row.options.given,
        )
        return asked | {"place": str(self.code.path.parent.resolve())}  # where it runs; no part of the key

    @property
    def located(self) -> Own:
        """The row with the folder in the store that its images are or will be in."""
        return replace(self.row, made=Path(self.request["folder"]))

    def known(self) -> Dataset | None:
        """The data set if it was given and prepared before."""
        return prepare.known(self.located, None, self.store)

    def get(self, work: Callable[[dict[str, Any]], Any], *, refresh: bool) -> None:
        """Have `work` do the request unless the data set is known; `refresh` has the function run again.

        Raises: InputError, one line, if the function fails.
        """
        asked = self.request
        if refresh:
            store.forget(Path(asked["folder"]))
            prepare.forget(self.located, self.store)
        elif self.known():
            return
        with blamed_on_code(self.row.name):
            work(asked)
