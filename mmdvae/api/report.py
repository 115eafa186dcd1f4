"""A finished comparison for Python programs: its numbers as pandas frames, its verdicts, its page, its models."""

import html
import sys
import webbrowser
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from mmdvae.api import best as choice
from mmdvae.api import frames
from mmdvae.api.best import Best
from mmdvae.errors import InputError
from mmdvae.files import read_json
from mmdvae.record import report_json

if TYPE_CHECKING:
    from mmdvae.api.model import Model

PAGE = "report.html"
SHOWN = ("mse", "total_variance", "sliced_w2", "latent_coverage", "fid", "kernel_live_share")  # in a notebook
HEIGHT = 800  # pixels of the page's frame


def load_report(run: str | Path | None = None, *, out: str | Path = "runs") -> "Report":
    """The report of a run: its folder, its id in the folder `out`, or without one the newest there.

    Raises: InputError if there is none, or it cannot be read.
    """
    if run is not None:
        folder = Path(run).expanduser()
        return Report(folder if (folder / report_json.NAME).is_file() else Path(out) / folder.name)
    found = sorted(path.parent for path in Path(out).glob(f"[!.]*/{report_json.NAME}"))
    if not found:
        raise InputError(f"no run in {out}; make one with mmdvae.compare(), or say where they are: out=...")
    return Report(found[-1])  # an id begins with its date


class Report:
    """One run. `record` is all that report.json holds (mmdvae.record.result), `folder` where it lies."""

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        self.record = report_json.load(self.folder)

    def __repr__(self) -> str:
        return f"<mmdvae.Report {self.record.run.id}: {len(self.record.variants)} variants>"

    @property
    def page(self) -> Path:
        """The HTML page."""
        return self.folder / PAGE

    def frame(self) -> pd.DataFrame:
        """A row for each variant and seed: settings, seed, status, and every metric in a column of its own."""
        return frames.trainings(self.record)

    def history(self) -> pd.DataFrame:
        """A row for each variant, seed and epoch, with a column for each quantity, such as loss and val_loss."""
        return frames.epochs(self.record)

    def summary(self) -> pd.DataFrame:
        """A row for each variant; columns are pairs of a metric and mean, sd (None for one seed) or n, as in `agg`."""
        return frames.summary(self.record)

    @property
    def verdicts(self) -> pd.DataFrame:
        """The claims: code, state, effect with its interval (low, high) and level, seeds, what and why."""
        return frames.verdicts(self.record)

    @property
    def checks(self) -> pd.DataFrame:
        """What could make the numbers misleading: code, title, state (issue, tip, passed), explanation, variants."""
        return frames.checks(self.record)

    @property
    def front(self) -> pd.DataFrame:
        """The variants that no other beats in both error and distance from the prior, and with how many seeds."""
        return frames.front(self.record)

    def best(self, metric: str = "mse", **bounds: float) -> Best:
        """The variant with the best mean of a metric among those within bounds: best("mse", sliced_w2=0.3).

        A bound is the most of a metric that is better when lower, or has no better side, and the least of others.
        Raises: InputError for an unknown metric, or if no variant is within the bounds; it names the nearest.
        """
        return choice.of(self.record.variants, metric, bounds)

    def model(self, name: str, *, seed: int | None = None, allow_code: bool = False) -> "Model":
        """The trained model of a variant, with the first seed that was trained, or the one given.

        `allow_code` lets a network run that only code of its author can build. Raises: InputError if it is not there.
        """
        from mmdvae.api.model import Model
        from mmdvae.export.about import about

        folder, trained = self._training(name, seed)
        return Model(folder, about=about(self.record, name, trained), allow_code=allow_code)

    def show(self) -> None:
        """Show the page: in a notebook as a frame, without access to the notebook; elsewhere in the browser."""
        if not self.page.is_file():
            raise InputError(f"{self.page} is not there; `mmdvae report {self.record.run.id}` writes it")
        if _in_notebook():
            from IPython.display import HTML, display

            display(HTML(_frame(self.page.read_text(encoding="utf-8"))))
        else:
            webbrowser.open(self.page.resolve().as_uri())

    def _repr_html_(self) -> str:
        run = self.record.run
        state = f"{len(self.record.variants)} variants, {len(run.seeds)} seeds, {run.dataset.name}"
        return f"<p><b>{html.escape(run.id)}</b>: {html.escape(state)}</p>{self._shown.to_html(escape=True)}"

    @cached_property
    def _shown(self) -> pd.DataFrame:
        """Means of the main metrics, for a first look."""
        summary = self.summary()
        names = [name for name in SHOWN if (name, "mean") in summary.columns]
        return summary.loc[:, [(name, "mean") for name in names]].droplevel(1, axis=1).round(4)

    def _training(self, name: str, seed: int | None) -> tuple[Path, int]:
        """The folder of a training in the store, and its seed."""
        names = [variant.name for variant in self.record.variants]
        if name not in names:
            raise InputError(f"unknown variant {name!r:.60}; choose one of: {', '.join(names)}")
        try:
            rows = read_json(self.folder / "manifest.json")["variants"]
            keys = {row["seed"]: row["train"] for row in rows if row["name"] == name}
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise InputError(f"{self.folder}: must have a manifest.json, but {error!r:.80}") from None
        if seed is not None and seed not in keys:
            raise InputError(f"seed must be one of: {', '.join(map(str, keys))}; got {seed}")
        from mmdvae.jobs import store

        wanted = list(keys) if seed is None else [seed]
        for one in wanted:
            folder = store.folder_of(self.folder.resolve().parent / "store", keys[one])
            record = store.read(folder)
            if record and record["status"] == "ok":
                return folder, one
        again = f"mmdvae.compare({str(self.folder)!r})"
        raise InputError(f"{name} has no model in the store: it failed, or its files are gone; {again} trains it again")


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and hasattr(shell, "kernel")


def _frame(page: str) -> str:
    # Scripts may run, but in an origin of their own: they reach neither the notebook nor its server.
    allowed = "allow-scripts allow-downloads allow-popups"
    style = f"width: 100%; height: {HEIGHT}px; border: 0"
    # IPython warns of a bare iframe.
    return f'<div><iframe sandbox="{allowed}" style="{style}" srcdoc="{html.escape(page)}"></iframe></div>'
