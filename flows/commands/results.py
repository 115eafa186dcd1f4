"""Commands about what was compared: `mmdvae runs` and `mmdvae report`."""

from contextlib import nullcontext
from pathlib import Path

import click

from flows.commands.options import out_option
from mmdvae.errors import InputError


@click.command()
@click.argument("names", nargs=-1, metavar="[RUN]...", type=click.Path(path_type=Path))
@out_option
@click.option("--diff", is_flag=True, help="Show differences between two or more RUNs, relative to the first.")
@click.option("--all", "everything", is_flag=True, help="With --diff: all measurements, not only the main ones.")
@click.option("--page", is_flag=True, help="With --diff: also write it as a page, OUT/diff.html.")
def runs(names: tuple[Path, ...], out: Path, diff: bool, everything: bool, page: bool) -> None:
    """List the runs in a folder, newest first, or compare some with --diff. RUN is an id or a folder.

    \b
    mmdvae runs                             id, date, what was compared, what it found, at which price
    mmdvae runs --diff RUN RUN              settings that differ, then a row for each variant they share

    A difference is marked only if it is larger than the range over the seeds of either run, and never with fewer than
    three seeds. The list is also a page: OUT/index.html.
    """
    from flows.commands import finished_runs as finished

    if diff:
        if len(names) < 2:
            raise InputError(f"--diff needs two or more runs, got {len(names)}; `mmdvae runs` lists them")
        for line in finished.difference(names, out, everything=everything, page=page):
            click.echo(line)
    elif names or everything or page:
        raise InputError("RUN, --all and --page go with --diff: mmdvae runs --diff RUN RUN")
    else:
        _list_runs(out)


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@out_option
@click.option("--judge", is_flag=True, help="Judge its numbers again first, by the rules of this version.")
@click.option("--serve", is_flag=True, help="Then serve it on this machine until Ctrl-C.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port for --serve.  [default: any free port]")
def report(run: Path, out: Path, judge: bool, serve: bool, port: int | None) -> None:
    """Rewrite RUN's page from stored results, without any training. RUN is an id or a folder.

    Verdicts, checks and advice stay as they were when the run ended, unless --judge makes them anew.

    A page whose stored results are incomplete, such as one that was copied without its store, is kept as it is.

    With --serve only the files in the run's folder can be read, and only from this machine; a browser is opened if
    there is one. For a remote machine: ssh -L 8000:127.0.0.1:8000 HOST and --port 8000.
    """
    from flows.commands.finished_runs import folder_of
    from mmdvae.jobs import inventory
    from reports import write
    from reports.run_index import index

    if port and not serve:
        raise InputError(f"--port goes with --serve, got --port {port} alone")
    folder = folder_of(run, out)
    store = folder.parent / "store"
    try:
        with inventory.running(store, folder.name) if store.is_dir() else nullcontext(), index.alone(store):
            page = write.rewrite(folder, store, judge=judge)
            index.write(folder.parent)
        click.echo(page)
    except InputError as error:
        if not serve or not (folder / "report.html").is_file():
            raise
        click.echo(f"Page kept as it is: {error}", err=True)
    if serve:
        from flows.commands.serving import serve as until_interrupted

        until_interrupted(folder, port or 0, lambda url: click.echo(f"{url} (Ctrl-C ends it)"))


def _list_runs(out: Path) -> None:
    from reports.run_index import index

    entries = index.entries(out)
    for entry in entries:
        click.echo(entry)
    if not entries:
        click.echo(f"no runs in {out} yet; make one with `mmdvae compare`", err=True)
