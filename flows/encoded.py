"""Which images a model is asked to encode, and how they are made like those that it was trained on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.adapted import Adapted
from flows.apart import Work
from mmdvae.data import catalog
from mmdvae.data.catalog import Own
from mmdvae.data.kinds.table import KINDS
from mmdvae.data.options import DataOptions
from mmdvae.images import Shape, told


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A data set that is not the run's own."""

    dataset: str
    options: dict[str, Any]  # of DataOptions, those of the model's shape included
    adapted: Adapted | None  # a user's own function gives the images
    note: str  # what is done by default; empty if nothing is

    @classmethod
    def of(cls, dataset: str, given: dict[str, Any], shape: Shape, store: Path, *, allow_code: bool) -> "Asked":
        """With size and colour of the model where the kind of data set takes them and they are not given.

        Raises: InputError for an unknown data set, an option that means nothing for it, or code that may not run.
        """
        row = catalog.find(dataset)
        takes = KINDS[row.kind].takes if isinstance(row, Own) else ()
        ours = {"size": shape[:2], "colour": "grey" if shape[2] == 1 else "rgb"}
        default = {name: value for name, value in ours.items() if name in takes and name not in given}
        row = catalog.find(dataset, DataOptions(**(default | given)))
        adapted = Adapted.of(row, store, allowed=allow_code)
        note = f"images of another {' or '.join(default)} are made {told(shape)}, as the model's" if default else ""
        return cls(dataset=dataset, options=default | given, adapted=adapted, note=note)

    def request(self, work: Work) -> dict[str, Any]:
        """Settings of the job `codes`; a user's own function runs before, in a job of its own, unless it has run."""
        if self.adapted:
            self.adapted.get(work, refresh=False)
        made = self.adapted and self.adapted.located.made
        return {"dataset": self.dataset, "options": self.options, "made": str(made) if made else None}
