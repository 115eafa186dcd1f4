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
    from mmdvae import images
    from mmdvae.experiment import file

    plan = plans.make(writes=False, **wishes)
    data = asked.known_data(plan)
    if data:
        plan = plan.for_images(data.shape)
    click.echo(file.text(plan.experiment, Path.cwd()))
    done = asked.trained(plan, data) if data else None
    for line in _table(plan, done):
        click.echo(line)
    if data is None and plan.experiment.network:
        click.echo(_network(plan, None, None))
    if data is None:
        click.echo(f"The data are not prepared yet; {_how_to_prepare(plan)}.")
        return
    click.echo()
    click.echo(
        f"images: {data.name}, {images.told(data.shape)}; {data.train:,} to train on, {data.valid:,} for validation, "
        f"{data.test:,} for testing"
    )
    needed = _needs(plan, data)
    click.echo(_network(plan, data, needed))
    if needed:
        click.echo(_amount(plan, data, sum(done.values()) if done else 0, needed))


def _how_to_prepare(plan) -> str:
    from mmdvae.plugins import permission

    code = plan.adapted and plan.adapted.code
    if code and not permission.given(code, allowed=plan.options.allow_code):
        return f"{code.name} is code, which is run with --allow-code: {code.told}"
    return "`mmdvae compare` prepares them, `mmdvae data` shows where they are"


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


def _needs(plan, data):
    """What a training needs; None for a network of the user's own that may not run and was not checked before."""
    from flows import needs
    from mmdvae.plugins import permission
    from tasks.processes import pool

    found = needs.known(plan, data)
    if found or not permission.given(plan.experiment.network, allowed=plan.options.allow_code):
        return found
    with pool.opened(1) as workers:
        return needs.of(plan, data, lambda request: workers.run(request, lambda event: None))


def _network(plan, data, needed) -> str:
    """Of the built-in network what the encoder's layers give, the decoder being its mirror image; its weights."""
    from mmdvae.model.stages import Stages

    network, dims = plan.experiment.network, plan.experiment.latent_dims
    weights = ", ".join(f"{count:,}" for count in needed.weights.values()) if needed else ""
    if network:
        size = f"{weights} weights" if needed else "read it, then add --allow-code to check it and measure its speed"
        return f"network: {network.name}, {network.told}; {size}"
    stages = Stages(data.shape)
    grids = [(*stages.grid(number), width) for number, width in enumerate((data.shape[2], *stages.widths))]
    path = " -> ".join([*(" x ".join(map(str, grid)) for grid in grids), str(stages.hidden)])
    return f"network: {path} -> {' or '.join(map(str, dims))}, the decoder backwards; {weights} weights"


def _amount(plan, data, stored: int, needed) -> str:
    """What there is to do, on this machine, by steps that are measured now or were when a network was checked."""
    from flows.forecast import Amount, measured
    from tasks.processes import devices, leases
    from tasks.processes.pool import JobCrashed, JobFailed

    experiment = plan.experiment
    amount = Amount(
        trainings=len(experiment.variants) * len(experiment.seeds),
        stored=stored,
        seeds=len(experiment.seeds),
        epochs=experiment.recipe.epochs,
        images=data.train,
        at_a_time=min(len(devices.slots(None)), max(1, devices.fitting(needed.bytes))),
        bytes_each=needed.bytes,
    )
    if not amount.missing or not devices.fitting(needed.bytes):
        return str(amount)
    if experiment.network:
        rate = needed.images_per_second
        return f"{amount}; {amount.told(rate)}" if rate else str(amount)
    with leases.first_free(devices.slots(1)) as slot:
        if slot is None:
            return f"{amount}; how long they take is not measured while other runs use all of this machine"
    try:
        rate = measured(plan, data)
    except (JobCrashed, JobFailed) as error:
        return f"{amount}; a trial of some steps failed: {error}"
    return f"{amount}; {amount.told(rate)}" if rate else str(amount)
