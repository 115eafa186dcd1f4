"""Commands for running comparisons on a schedule; they need a permanent server."""

import click

server_option = click.option(
    "--server", metavar="URL", help="API of the Prefect server.  [default: PREFECT_API_URL or the active profile's]"
)


@click.command()
@server_option
def deploy(server: str | None) -> None:
    """Register prefect.yaml and deploy/automations.yaml on the server, for workers. Repeat after every change."""
    from flows.server.choose import choose_lasting

    click.echo(f"Prefect server: {choose_lasting(server)}", err=True)
    from flows.commands import deployments

    for line in deployments.deploy():
        click.echo(line)


@click.command()
@server_option
@click.option("--limit", default=1, show_default=True, type=click.IntRange(min=1), help="Runs at a time.")
def serve(server: str | None, limit: int) -> None:
    """Run the deployments of prefect.yaml from this process, without a worker, until Ctrl-C.

    Their schedules are paused when it ends, so that no runs pile up.
    """
    from flows.server.choose import choose_lasting

    click.echo(f"Prefect server: {choose_lasting(server)}", err=True)
    from flows.commands import deployments

    deployments.serve_here(limit)


@click.command()
@server_option
def recover(server: str | None) -> None:
    """Recover runs whose process on this machine is gone; a worker's systemd unit does this before it starts.

    A deployment's run waits for the next worker and continues from its checkpoints; any other run is ended.
    """
    from flows.server.choose import choose_lasting

    click.echo(f"Prefect server: {choose_lasting(server)}", err=True)
    from flows.lifecycle import orphans

    for line in orphans.recover():
        click.echo(line)
