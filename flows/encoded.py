"""Codes of images by a trained model: which images are asked for, how they are made like the model's, and the table."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows import apart
from flows.adapted import Adapted
from flows.apart import Work
from flows.progress.terminal import for_terminal
from flows.trained import Trained
from mmdvae.data import catalog
from mmdvae.data.catalog import Own
from mmdvae.data.kinds.table import KINDS
from mmdvae.data.options import DataOptions
from mmdvae.images import told
from mmdvae.jobs import environment

FILE = "codes.parquet"  # of the job


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """The images to encode."""

    settings: dict[str, Any]  # of the job `codes`, which name them
    adapted: Adapted | None = None  # a user's own function gives them
    note: str = field(default="")  # what is done to them by default

    def request(self, work: Work) -> dict[str, Any]:
        """Settings of the job; a user's own function runs before, in a job of its own, unless it has run."""
        if self.adapted is None:
            return self.settings
        self.adapted.get(work, refresh=False)
        return self.settings | {"made": str(self.adapted.located.made)}


def own(model: Trained) -> Images:
    """Those of the run."""
    return Images(settings={"data": model.data})


def of(dataset: str, given: dict[str, Any], model: Trained, data_dir: Path | None, *, allow_code: bool) -> Images:
    """Those of a data set, with size and colour of the model where its kind takes them and they are not `given`.

    Raises: InputError for an unknown data set, an option that means nothing for it, or code that may not run.
    """
    row, shape = catalog.find(dataset), model.report.run.dataset.shape
    takes = KINDS[row.kind].takes if isinstance(row, Own) else ()
    ours = {"size": shape[:2], "colour": "grey" if shape[2] == 1 else "rgb"}
    default = {name: value for name, value in ours.items() if name in takes and name not in given}
    row = catalog.find(dataset, DataOptions(**(default | given)))
    where = {"dataset": dataset, "options": default | given, "made": None}
    return Images(
        settings=where | {"data_dir": str(data_dir) if data_dir else None},
        adapted=Adapted.of(row, model.folder.parent, allowed=allow_code),
        note=f"images of another {' or '.join(default)} are made {told(shape)}, as the model's" if default else "",
    )


def write(model: Trained, images: Images, out: Path, *, split: str | None, allow_code: bool) -> list[str]:
    """Write the table; return lines that say what was done. Raises: InputError, and then nothing is written."""
    backend = environment.backend()
    about = {"run": model.report.run.id, "variant": model.variant, "seed": model.seed}
    with for_terminal() as show:

        def progress(event: dict[str, Any]) -> None:
            if event["event"] != "started":
                show("images", event)

        with apart.worker(progress, backend=backend) as work:
            settings = images.request(work) | {"split": split, "about": about, "allow_code": allow_code}
            with apart.made("codes", out.resolve(), model, work, backend=backend, **settings) as (record, folder):
                (folder / FILE).replace(out)
    return [*(f"note: {note}" for note in record["notes"]), f"{record['images']:,} images"]
