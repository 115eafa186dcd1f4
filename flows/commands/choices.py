"""Commands about what can be compared: `mmdvae presets`, `mmdvae show`, `mmdvae new` and `mmdvae data`."""

from pathlib import Path

import click

from flows.commands.options import data_dir_option, dataset_option, experiment_options, out_option


@click.command()
def presets() -> None:
    """List the presets and their variants."""
    from mmdvae.experiment import file

    for preset in file.presets().values():
        recipe, seeds = preset.recipe, len(preset.seeds)
        click.echo(
            f"{preset.name}: {preset.question}\n  {len(preset.variants)} variants, {seeds} seed{'s' * (seeds > 1)}, "
            f"{recipe.epochs} epochs, {recipe.name} recipe ({recipe.optimizer} {recipe.learning_rate:g}, "
            f"batch {recipe.batch_size})"
        )
        for variant in preset.variants:
            click.echo(f"    {variant.name}")


@click.command()
@experiment_options
@out_option
def show(**wishes) -> None:
    """Show what PRESET, with the same options as `compare`, asks for: as a file, and each variant.

    Nothing is trained. "Before training" tells how a kernel pulls on draws of the prior; "trained" counts the seeds
    that are in the store already.
    """
    from flows import plan as plans
    from flows.asked import trained
    from mmdvae.conclusions import groups
    from mmdvae.experiment import file

    plan = plans.make(writes=False, **wishes)
    click.echo(file.text(plan.experiment, Path.cwd()))
    done = trained(plan)
    rows = [("variant", "sigma", "before training", "trained")]
    for variant in plan.experiment.variants:
        state = groups.of_kernel(variant.kernel, variant.widths, variant.latent_dim) if variant.kernel else None
        count = "not known yet" if done is None else f"{done[variant]} of {len(plan.experiment.seeds)}"
        rows.append((variant.name, ", ".join(f"{sigma:g}" for sigma in variant.widths) or "-", state or "-", count))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    if done is None:
        click.echo("The data are not prepared yet; `mmdvae compare` prepares them, `mmdvae data` shows where they are.")


@click.command()
def new() -> None:
    """Print a commented experiment file: mmdvae new > mine.toml."""
    from mmdvae.experiment import file

    click.echo(file.template(), nl=False)


@click.command()
@dataset_option
@data_dir_option
@click.option("--fetch/--no-fetch", default=True, show_default=True, help="Download what is missing.")
def data(dataset: str, data_dir: Path | None, fetch: bool) -> None:
    """Show where the data set was searched for and found; download it if it is missing."""
    from flows.progress.terminal import for_terminal
    from mmdvae.data import sources

    for finding in sources.survey(dataset, data_dir):
        click.echo(f"{finding.place}: {finding.state}{f' ({finding.detail})' if finding.detail else ''}")
    with for_terminal() as show:
        folder = sources.locate(
            dataset,
            data_dir,
            fetch=fetch,
            on_progress=lambda done, total: show("download", {"event": "download", "done": done, "total": total}),
        )
    click.echo(f"{dataset} is in {folder}")
