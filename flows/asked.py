"""What a plan asks of the store: the requests of its trainings, and which of them are done."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flows.plan import Plan
from mmdvae.data import prepare
from mmdvae.data.prepare import Dataset
from mmdvae.jobs import environment, request, store
from mmdvae.variants import Variant


def make(plan: Plan, data: Dataset, kind: str, **about: Any) -> dict[str, Any]:
    """The request for work of this kind."""
    return request.make(kind, plan.store, data=data.folder, backend=environment.backend(), **about)


def settings(plan: Plan, data: Dataset) -> Iterator[dict[str, Any]]:
    """What distinguishes the requests of the trainings, in the order of plan.units."""
    shared = network(plan.for_images(data.shape)) | {"image_shape": list(data.shape)}
    for variant, seed in plan.units():
        yield {"variant": variant.to_dict(), "seed": seed, **shared}


def network(plan: Plan) -> dict[str, Any]:
    """The recipe, with the texts of its network if that is the user's own."""
    own = plan.experiment.network
    return {"recipe": plan.experiment.recipe.to_dict()} | ({"sources": own.files} if own else {})


def known_data(plan: Plan) -> Dataset | None:
    """The plan's data if they are prepared in its store already."""
    return prepare.known(plan.data, plan.options.data_dir, plan.store)


def trained(plan: Plan, data: Dataset) -> dict[Variant, int]:
    """With how many seeds each variant is trained already."""
    counts = dict.fromkeys(plan.experiment.variants, 0)
    for (variant, _), about in zip(plan.units(), settings(plan, data), strict=True):
        counts[variant] += store.read(Path(make(plan, data, "train", **about)["folder"])) is not None
    return counts
