"""Commands about what can be compared: `mmdvae presets`, `mmdvae new` and `mmdvae data`."""

from pathlib import Path

import click

from flows.commands.options import allow_code_option, data_dir_option, data_options, dataset_option, out_option


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
@allow_code_option
@click.option("--refresh", is_flag=True, help="Run FILE.py:FUNCTION again.")
@out_option
def data(
    dataset: str, data_dir: Path | None, fetch: bool, allow_code: bool, refresh: bool, out: Path, **wishes
) -> None:
    """Show where the data set was searched for and found, and how it is understood; download it if it is missing.

    FILE.py:FUNCTION is run, once, and what it gives is kept in OUT/store.
    """
    from flows.adapted import Adapted
    from mmdvae.data import catalog, options

    row = catalog.find(dataset, options.DataOptions(**options.parsed(**wishes)))
    adapted = Adapted.of(row, out / "store", allowed=allow_code)
    if adapted:
        known = _given(adapted, data_dir, refresh)
        _tell(dataset, known.folder, known.shape, known.notes, (known.train, known.valid, known.test))
    else:
        _find(dataset, row, data_dir, fetch)


def _find(dataset: str, row, data_dir: Path | None, fetch: bool) -> None:
    """Tell about a data set of files, whose images are not decoded."""
    from flows.progress.terminal import for_terminal
    from mmdvae.data import catalog, sources, splits

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
    notes = [note for note in source.notes if note not in [finding.detail for finding in findings]]
    _tell(dataset, folder, source.shape, notes, splits.counts(splits.assign(row.name, source)))


def _given(adapted, data_dir: Path | None, refresh: bool):
    """The prepared data set of what the user's own function gives now or has given before."""
    from flows.plan import check_writable
    from flows.progress.terminal import for_terminal
    from mmdvae.data import prepare
    from tasks.processes import pool

    prepare.check(adapted.row, data_dir, adapted.store)
    check_writable(adapted.store.parent)
    with for_terminal() as show, pool.opened(1) as workers:
        adapted.get(lambda asked: workers.run(asked, lambda event: show("data", event)), refresh=refresh)
        return prepare.prepare(
            adapted.located,
            data_dir=data_dir,
            store=adapted.store,
            on_decoded=lambda done, total: show("data", {"event": "decode", "done": done, "total": total}),
        )


def _tell(dataset: str, place: Path, shape, notes, counts) -> None:
    """What will be trained on."""
    from mmdvae import images

    for note in notes:
        click.echo(f"note: {note}")
    train, valid, test = counts
    click.echo(
        f"{dataset} is in {place}: {images.told(shape)}; {train:,} to train on, {valid:,} for validation, "
        f"{test:,} for testing"
    )
