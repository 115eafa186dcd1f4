"""Commands for who runs comparisons on a schedule: they need a server that lasts."""

import click

server_option = click.option(
    "--server", metavar="URL", help="API of the Prefect server.  [default: PREFECT_API_URL or the active profile's]"
)


@click.command()
@server_option
def deploy(server: str | None) -> None:
    """Register prefect.yaml and deploy/automations.yaml on the server, for workers. Repeat it after every change."""
    from flows.server.choose import choose_lasting

    click.echo(f"Prefect server: {choose_lasting(server)}", err=True)
    from flows.commands import deployments

    for line in deployments.deploy():
        click.echo(line)


@click.command()
@server_option
@click.option("--limit", default=1, show_default=True, type=click.IntRange(min=1), help="Runs at a time.")
def serve(server: str | None, limit: int) -> None:
    """Run the deployments of prefect.yaml from this process, without any worker, until Ctrl-C.

    Its schedules are paused when it ends, so that nothing piles up.
    """
    from flows.server.choose import choose_lasting

    click.echo(f"Prefect server: {choose_lasting(server)}", err=True)
    from flows.commands import deployments

    deployments.serve_here(limit)


@click.command()
@server_option
def recover(server: str | None) -> None:
    """Put runs in order whose process on this machine is gone; a worker's unit does this before it starts.

    A deployment's run waits for the next worker and goes on from its checkpoints; any other is ended.
    """
    from flows.server.choose import choose_lasting

    click.echo(f"Prefect server: {choose_lasting(server)}", err=True)
    from flows.lifecycle import orphans

    for line in orphans.recover():
        click.echo(line)
