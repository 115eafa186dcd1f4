"""What Prefect's UI shows of a comparison: bars while it trains, then a summary, a table and the way to the report."""

import logging
import re
import time
from typing import Any, cast
from uuid import UUID

from prefect.artifacts import Artifact, create_progress_artifact, update_progress_artifact
from prefect.context import TaskRunContext

from tasks.progress import share

log = logging.getLogger("tasks")

EVERY = 5.0  # seconds between two updates of a bar: each is a request to the server


class Bar:
    """The progress of this task run as an artifact, from the first event that tells any; without Prefect nothing."""

    def __init__(self, unit: str):
        self._unit = unit
        self._artifact: UUID | None = None
        self._next = 0.0
        self._wanted = TaskRunContext.get() is not None

    def __call__(self, event: dict[str, Any]) -> None:
        """Show an event, if it is time; a server that does not answer costs the bar and not the training."""
        done = share(event)
        if not self._wanted or done is None or (done < 1 and time.monotonic() < self._next):
            return
        self._next = time.monotonic() + EVERY
        try:
            self._show(100 * done)
        except Exception as error:  # whatever a client, a network or a server may raise
            self._wanted = False
            log.warning("no progress of %s in the UI any more: %s", self._unit, error)

    def _show(self, percentage: float) -> None:
        if self._artifact is None:
            key = re.sub("[^a-z0-9]+", "-", self._unit.lower()).strip("-")
            made = create_progress_artifact(percentage, key=key, description=self._unit)
            self._artifact = cast(UUID, made)  # a coroutine only where there is an event loop
        else:
            update_progress_artifact(self._artifact, percentage)


class RichArtifact(Artifact):
    """HTML in a frame that runs no script and reaches nothing; Prefect's first UI shows it, the second its source."""

    type: str | None = "rich"
    html: str

    async def aformat(self) -> dict[str, Any]:
        """What the UI reads."""
        return self.format()

    def format(self, **_) -> dict[str, Any]:
        """The same; Prefect's own would be a string, which the UI shows as a blank frame."""
        return {"html": self.html, "sandbox": []}
