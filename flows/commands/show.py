"""The command `mmdvae show`: what an experiment asks for, before anything is trained."""

from pathlib import Path

import click

from flows.commands.options import experiment_options, out_option


@click.command()
@experiment_options
@out_option
def show(**wishes) -> None:
    """Show what PRESET, with the same options as `compare`, asks for: as a file, and each variant.

    Nothing is trained. "Before training" tells how a kernel pulls on draws of the prior; "trained" counts the seeds
    that are in the store already. Once the data are prepared, also the network, its memory, and how long the trainings
    will take, for which some of their steps are run.
    """
    from flows import asked
    from flows import plan as plans
    from mmdvae.experiment import file

    plan = plans.make(writes=False, **wishes)
    data = asked.known_data(plan)
    if data:
        plan = plan.for_images(data.shape)
    click.echo(file.text(plan.experiment, Path.cwd()))
    done = asked.trained(plan, data) if data else None
    for line in _table(plan, done):
        click.echo(line)
    if data is None:
        click.echo("The data are not prepared yet; `mmdvae compare` prepares them, `mmdvae data` shows where they are.")
        return
    click.echo()
    for line in _network(plan, data):
        click.echo(line)
    click.echo(_amount(plan, data, sum(done.values()) if done else 0))


def _table(plan, done) -> list[str]:
    """The variants, a line for each."""
    from mmdvae.conclusions import groups

    rows = [("variant", "sigma", "before training", "trained")]
    for variant in plan.experiment.variants:
        state = groups.of_kernel(variant.kernel, variant.widths, variant.latent_dim) if variant.kernel else None
        count = "not known yet" if done is None else f"{done[variant]} of {len(plan.experiment.seeds)}"
        rows.append((variant.name, ", ".join(f"{sigma:g}" for sigma in variant.widths) or "-", state or "-", count))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _network(plan, data) -> list[str]:
    """The images and the shapes of what the encoder's layers give, the decoder being its mirror image."""
    from mmdvae import images
    from mmdvae.model import cost
    from mmdvae.model.stages import Stages

    stages, dims = Stages(data.shape), plan.experiment.latent_dims
    grids = [(*stages.grid(number), width) for number, width in enumerate((data.shape[2], *stages.widths))]
    path = " -> ".join([*(" x ".join(map(str, grid)) for grid in grids), str(stages.hidden)])
    weights = ", ".join(f"{cost.weights(data.shape, dim):,}" for dim in dims)
    return [
        f"images: {data.name}, {images.told(data.shape)}; {data.train:,} to train on, {data.valid:,} for validation, "
        f"{data.test:,} for testing",
        f"network: {path} -> {' or '.join(map(str, dims))}, the decoder backwards; {weights} weights",
    ]


def _amount(plan, data, stored: int) -> str:
    """What there is to do, on this machine, by steps that are measured now."""
    from flows.forecast import Amount, measured
    from mmdvae.model import cost
    from tasks.processes import devices, leases
    from tasks.processes.pool import JobCrashed, JobFailed

    experiment = plan.experiment
    needed = cost.memory(data.shape, max(experiment.latent_dims), experiment.recipe.batch_size)
    amount = Amount(
        trainings=len(experiment.variants) * len(experiment.seeds),
        stored=stored,
        seeds=len(experiment.seeds),
        epochs=experiment.recipe.epochs,
        images=data.train,
        at_a_time=min(len(devices.slots(None)), max(1, devices.fitting(needed))),
        bytes_each=needed,
    )
    if not amount.missing or not devices.fitting(needed):
        return str(amount)
    with leases.first_free(devices.slots(1)) as slot:
        if slot is None:
            return f"{amount}; how long they take is not measured while other runs use all of this machine"
    try:
        rate = measured(plan, data)
    except (JobCrashed, JobFailed) as error:
        return f"{amount}; a trial of some steps failed: {error}"
    return f"{amount}; {amount.told(rate)}" if rate else str(amount)
