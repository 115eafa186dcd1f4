"""What one training needs: computed for the built-in network, measured by a child process for the user's own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows import asked
from flows.plan import Plan
from mmdvae.data.prepare import Dataset
from mmdvae.jobs import store
from mmdvae.model import cost
from tasks.processes.blame import blamed_on_code

MARGIN = 1.15  # a training after some epochs, above the peak of its first steps

Work = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a training needs."""

    bytes: int  # of memory, with the most latent dimensions
    weights: dict[int, int]  # trained ones, by latent dimensions
    images_per_second: float | None = None  # None: not measured
    notes: tuple[str, ...] = field(default=())  # about a network of the user's own


def of(plan: Plan, data: Dataset, work: Work) -> Needs:
    """The needs of the plan's trainings; `work` has a child process do a request, which checks a user's own network.

    Raises: InputError, one line, for a network that cannot be trained.
    """
    experiment, batch_size = plan.experiment, plan.experiment.recipe.batch_size
    dims = experiment.latent_dims
    if experiment.network is None:
        return Needs(
            bytes=cost.memory(data.shape, max(dims), batch_size),
            weights={dim: cost.weights(data.shape, dim) for dim in dims},
        )
    with blamed_on_code(experiment.network.name):
        records = {dim: work(request) for dim, request in checks(plan, data).items()}
    peak = max(record["peak_rss_mb"] for record in records.values())
    return Needs(
        bytes=int(max(cost.LEAST, MARGIN * 1e6 * peak)),
        weights={dim: record["weights"] for dim, record in records.items()},
        images_per_second=records[max(dims)]["images_per_second"],
        notes=tuple(dict.fromkeys(note for record in records.values() for note in record["notes"])),
    )


def checks(plan: Plan, data: Dataset) -> dict[int, dict[str, Any]]:
    """The requests that check a user's own network, by latent dimensions."""
    shared = asked.network(plan) | {"image_shape": list(data.shape)}
    return {dim: asked.make(plan, data, "network", latent_dim=dim, **shared) for dim in plan.experiment.latent_dims}


def known(plan: Plan, data: Dataset) -> Needs | None:
    """The needs if no child process has to run for them: a user's own network was checked before."""
    records = {dim: store.read(Path(request["folder"])) for dim, request in checks(plan, data).items()}
    if plan.experiment.network and not all(records.values()):
        return None
    return of(plan, data, lambda request: records[request["latent_dim"]] or {})
