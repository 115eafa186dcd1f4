"""Commands about what can be compared: `mmdvae presets`, `mmdvae new` and `mmdvae data`."""

from pathlib import Path

import click

from flows.commands.options import data_dir_option, dataset_option


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
