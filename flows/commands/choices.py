"""Commands about what can be compared: `mmdvae presets`, `mmdvae new` and `mmdvae data`."""

from pathlib import Path

import click

from flows.commands.options import data_dir_option, data_options, dataset_option


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
@data_options
@data_dir_option
@click.option("--fetch/--no-fetch", default=True, show_default=True, help="Download what is missing.")
def data(dataset: str, data_dir: Path | None, fetch: bool, **wishes) -> None:
    """Show where the data set was searched for and found, and how it is understood; download it if it is missing."""
    from flows.progress.terminal import for_terminal
    from mmdvae import images
    from mmdvae.data import catalog, options, sources, splits

    row = catalog.find(dataset, options.DataOptions(**options.parsed(**wishes)))
    findings = sources.survey(row, data_dir)
    for finding in findings:
        click.echo(f"{finding.place}: {finding.state}{f' ({finding.detail})' if finding.detail else ''}")
    with for_terminal() as show:
        folder = sources.locate(
            row,
            data_dir,
            fetch=fetch,
            on_progress=lambda done, total: show("download", {"event": "download", "done": done, "total": total}),
        )
    source = catalog.opened(row, folder)
    for note in source.notes:
        if note not in [finding.detail for finding in findings]:
            click.echo(f"note: {note}")
    train, valid, test = splits.counts(splits.assign(row.name, source))
    click.echo(
        f"{dataset} is in {folder}: {images.told(source.shape)}; {train:,} to train on, {valid:,} for validation, "
        f"{test:,} for testing"
    )
