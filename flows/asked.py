"""What a plan asks of the store before it starts."""

from pathlib import Path

from flows.plan import Plan
from mmdvae.data import prepare
from mmdvae.jobs import environment, request, store
from mmdvae.variants import Variant


def trained(plan: Plan) -> dict[Variant, int] | None:
    """With how many seeds each variant is trained already; None if the data were never prepared in this store."""
    data = prepare.known(plan.experiment.source, plan.options.data_dir, plan.store)
    if data is None:
        return None
    counts = dict.fromkeys(plan.experiment.variants, 0)
    recipe, backend = plan.experiment.recipe.to_dict(), environment.backend()
    for variant, seed in plan.units():
        asked = request.make(
            "train",
            plan.store,
            data=data.folder,
            backend=backend,
            variant=variant.to_dict(),
            recipe=recipe,
            seed=seed,
        )
        counts[variant] += store.read(Path(asked["folder"])) is not None
    return counts
