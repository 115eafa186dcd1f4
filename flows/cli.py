"""The command line: it parses, calls and says what came of it. Heavy imports wait inside the commands."""

import contextlib
import errno
import os
import sys
from pathlib import Path

import click

from flows.commands import operations, store
from flows.commands.interruption import interruptible
from flows.commands.options import FOLDER, out_option
from mmdvae.errors import InputError, VariantFailed, shown
from mmdvae.files import somebody_elses

STRICT_FAILURE, BAD_INPUT, SOME_FAILED = 1, 2, 3
TEMPORARY = "a temporary one for this command (set PREFECT_API_URL to use yours, --server none for none)"


class _Group(click.Group):
    """Turns an InputError of any command, or a file that cannot be used, into one line and exit code 2."""

    def invoke(self, context: click.Context):
        try:
            return super().invoke(context)
        except InputError as error:
            reason = str(error)
        except OSError as error:  # a full disk, somebody else's folder; without a file's name it is a defect
            if error.errno == errno.ENOSPC and error.filename is None:  # of the file that our output goes to
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python tries again at its end
                error.filename = "standard output"
            if not isinstance(error.filename, str | bytes | os.PathLike):
                raise
            path = Path(os.fsdecode(error.filename))
            whose = somebody_elses(path) if isinstance(error, PermissionError) else ""
            reason = shown(f"{path}: {error.strerror}{whose}")
        click.echo(f"Error: {reason}", err=True)
        context.exit(BAD_INPUT)


dataset_option = click.option(
    "--dataset",
    default="fashion-mnist",
    show_default=True,
    help="fashion-mnist, mnist, kmnist, digits (offline), npz:PATH, images:DIR or idx:DIR.",
)
data_dir_option = click.option(
    "--data-dir", type=FOLDER, help="Folder that holds the data set's files; no other is searched."
)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="mmdvae")
def main() -> None:
    """Train every variant of an MMD-VAE, measure all on the same test images, write one report.

    \b
    mmdvae compare                                  a first look: six variants, 2 epochs, minutes
    mmdvae compare --alpha 0 --alpha 0.6 --sigma 1 --sigma 2.83 --epochs 10
    mmdvae compare sweep                            the long answer: 24 variants, 3 seeds, hours
    mmdvae runs                                     what has been compared so far
    """


main.add_command(operations.deploy)
main.add_command(operations.serve)
main.add_command(operations.recover)
main.add_command(store.command)


@main.command()
@click.argument("preset", default="quick")
@click.option("--alpha", "alphas", type=float, multiple=True, help="Weight of the penalty, 0 <= alpha < 1. Repeatable.")
@click.option("--sigma", "sigmas", type=float, multiple=True, help="Bandwidth of the kernel, > 0. Repeatable.")
@click.option(
    "--variant",
    "variants",
    multiple=True,
    metavar="NAME",
    help="A variant by name: none, imq-a0.3, kl-a0.2. Repeatable.",
)
@click.option("--seed", "seeds", type=int, multiple=True, help="Repeatable; three or more give intervals.")
@click.option("--epochs", type=int, help="For every variant.  [default: the preset's]")
@dataset_option
@data_dir_option
@click.option("--only", multiple=True, metavar="NAME", help="Only this variant of the preset. Repeatable.")
@click.option("--jobs", type=int, help="Trainings at a time.  [default: cores as memory allows, 4 per GPU]")
@out_option
@click.option("--server", default="auto", show_default=True, metavar="auto|none|URL", help="Prefect's server.")
@click.option("--refresh", is_flag=True, help="Train again what is trained already.")
@click.option("--strict", is_flag=True, help="Stop at the first variant that fails, without a report.")
@click.option("--rich-artifact", is_flag=True, help="Show the page in Prefect's UI, too, cut down to 500 KB.")
def compare(server: str, **wishes) -> None:
    """Compare the variants of PRESET (see `mmdvae presets`) and write a report.

    Several --alpha and --sigma form a grid that replaces the preset's variants, as do variants named by --variant.
    alpha 0 is one variant, whatever the sigma. What is trained already is not trained again, and what was interrupted
    goes on where it was.

    \b
    Exit codes: 0 all variants trained, 2 wrong usage or bad input, 3 some variant failed (the report says which),
    1 with --strict some variant failed, 130 interrupted.
    """
    try:
        with interruptible():
            _compare(server, wishes)
    except VariantFailed as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(STRICT_FAILURE)


def _compare(server: str, wishes: dict) -> None:
    from flows import plan as plans

    if server == "none" and wishes["rich_artifact"]:
        raise InputError("--rich-artifact needs a Prefect server to show it, got --server none")
    plan = plans.make(**wishes)  # before anything starts, so that a typing error costs no seconds
    url = None
    if server != "none":
        from flows.server.choose import choose

        url = choose(server, plan.out)
        click.echo(f"Prefect server: {url or TEMPORARY}", err=True)
    click.echo(
        f"{plan.preset.name}: {len(plan.preset.variants)} variants, seeds {', '.join(map(str, plan.preset.seeds))}, "
        f"{plan.preset.recipe.epochs} epochs by the {plan.preset.recipe.name} recipe",
        err=True,
    )
    ending = _compare_bare(plan) if server == "none" else _compare_with_prefect(url, wishes)
    _tell_ending(ending)


@main.command()
def presets() -> None:
    """List the presets and their variants."""
    from mmdvae.presets import PRESETS

    for preset in PRESETS.values():
        recipe, seeds = preset.recipe, len(preset.seeds)
        click.echo(
            f"{preset.name}: {preset.question}\n  {len(preset.variants)} variants, {seeds} seed{'s' * (seeds > 1)}, "
            f"{recipe.epochs} epochs, {recipe.name} recipe ({recipe.optimizer} {recipe.learning_rate:g}, "
            f"batch {recipe.batch_size})"
        )
        for variant in preset.variants:
            click.echo(f"    {variant.name}")


@main.command()
@dataset_option
@data_dir_option
@click.option("--fetch/--no-fetch", default=True, show_default=True, help="Download what is missing.")
def data(dataset: str, data_dir: Path | None, fetch: bool) -> None:
    """Say where the data set was looked for and found; fetch it if it is missing."""
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


@main.command()
@click.argument("names", nargs=-1, metavar="[RUN]...", type=click.Path(path_type=Path))
@out_option
@click.option("--diff", is_flag=True, help="Say what differs between two or more RUNs, held against the first.")
@click.option("--all", "everything", is_flag=True, help="With --diff: every measurement, not the summary's alone.")
@click.option("--page", is_flag=True, help="With --diff: also write it as a page, OUT/diff.html.")
def runs(names: tuple[Path, ...], out: Path, diff: bool, everything: bool, page: bool) -> None:
    """List the runs in a folder, newest first; or with --diff compare some. RUN is an id or a folder.

    \b
    mmdvae runs                             id, date, what was compared, best variants
    mmdvae runs --diff RUN RUN              settings that differ, then each metric of the variants that both have

    A difference is called larger than the spread only if it exceeds what the seeds of either run differ by, and with
    fewer than three seeds not at all. The list is also a page: OUT/index.html.
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


@main.command()
@click.argument("run", type=click.Path(path_type=Path))
@out_option
@click.option("--serve", is_flag=True, help="Then show it at an address of this machine, until Ctrl-C.")
@click.option("--port", type=click.IntRange(1, 65535), help="For --serve.  [default: any that is free]")
def report(run: Path, out: Path, serve: bool, port: int | None) -> None:
    """Write RUN's page again from stored results, without any training. RUN is an id or a folder.

    A page whose stored results are not all there, such as one that was copied without its store, is kept as it is.

    With --serve nothing but the files in the run's folder can be read, from this machine alone, and a browser is
    opened if there is one; on a machine far away: ssh -L 8000:127.0.0.1:8000 HOST and --port 8000.
    """
    from flows.commands.finished_runs import folder_of
    from reports import write
    from reports.run_index import index

    if port and not serve:
        raise InputError(f"--port goes with --serve, got --port {port} alone")
    folder = folder_of(run, out)
    store = folder.parent / "store"
    try:
        with index.alone(store):
            page = write.rewrite(folder, store)
            index.write(folder.parent)
        click.echo(page)
    except InputError as error:
        if not serve or not (folder / "report.html").is_file():
            raise
        click.echo(f"Not written again: {error}", err=True)
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


def _compare_bare(plan):
    from flows.server.choose import readable_settings

    with readable_settings():
        from flows.compare import run_without_prefect

    with _shown():
        return run_without_prefect(plan)


def _compare_with_prefect(url: str | None, wishes: dict):
    from flows.server.choose import connect, readable_settings

    temporary = None
    if not url:
        from flows.server.temporary import Temporary

        temporary = Temporary(Path(os.environ["PREFECT_HOME"]))
        connect(temporary.url)
    with readable_settings():
        from flows.compare import compare as flow  # takes as long as a server takes to start
        from flows.lifecycle import heartbeat

    if temporary:
        temporary.wait()
    with _shown(), heartbeat.ours(watched=temporary is None):
        state = flow(**wishes, return_state=True)
    ending = state.result(raise_on_failure=False)
    if isinstance(ending, BaseException):
        raise ending
    return ending


@contextlib.contextmanager
def _shown():
    """Show what tasks and children tell."""
    from flows.progress.terminal import for_terminal
    from tasks.progress import LISTENER

    with for_terminal() as show:
        token = LISTENER.set(show)
        try:
            yield
        finally:
            LISTENER.reset(token)


def _tell_ending(ending) -> None:
    if ending.bad:
        click.echo(f"{len(ending.bad)} of {ending.variants} variants failed: {', '.join(ending.bad)}", err=True)
    click.echo(ending.page)
    if ending.bad:
        sys.exit(SOME_FAILED)
