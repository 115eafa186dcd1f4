"""The command line: parses options, calls the work, prints the outcome. Heavy imports are inside the commands."""

import contextlib
import errno
import os
import sys
from pathlib import Path

import click

from flows.commands import choices, operations, refine, results, show, store, trained_models
from flows.commands.interruption import interruptible
from flows.commands.options import experiment_options, out_option
from mmdvae.errors import InputError, VariantFailed, shown
from mmdvae.files import somebody_elses

STRICT_FAILURE, BAD_INPUT, SOME_FAILED = 1, 2, 3
TEMPORARY = "a temporary one for this command (set PREFECT_API_URL to use your own, or --server none to run without)"


class _Group(click.Group):
    """Turns an InputError from any command, or a file that cannot be used, into a one-line message and exit code 2."""

    def invoke(self, context: click.Context):
        try:
            return super().invoke(context)
        except InputError as error:
            reason = str(error)
        except OSError as error:  # a full disk, another user's folder; without a file name it is a bug
            if error.errno == errno.ENOSPC and error.filename is None:  # our output is redirected to a file
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes it again at exit
                error.filename = "standard output"
            if not isinstance(error.filename, str | bytes | os.PathLike):
                raise
            path = Path(os.fsdecode(error.filename))
            whose = somebody_elses(path) if isinstance(error, PermissionError) else ""
            reason = shown(f"{path}: {error.strerror}{whose}")
        click.echo(f"Error: {reason}", err=True)
        context.exit(BAD_INPUT)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="mmdvae")
def main() -> None:
    """Train every variant of an MMD-VAE, measure all of them on the same test images, write one report.

    \b
    mmdvae compare                                  a first look: ten variants, 2 epochs, minutes
    mmdvae compare --alpha 0 --alpha 0.6 --sigma 1 --sigma 2.83 --epochs 10
    mmdvae compare sweep                            the full sweep: 28 variants, 3 seeds, hours
    mmdvae new > mine.toml                          your own experiment: a file to fill in
    mmdvae show mine.toml                           what it asks for, and what is trained already
    mmdvae compare mine.toml
    mmdvae refine runs/RUN --trainings 9            which alpha and sigma to try next
    mmdvae runs                                     list the comparisons so far
    mmdvae export RUN VARIANT                       a trained model as files that load anywhere
    """


for command in (
    *(
        choices.presets,
        show.show,
        choices.new,
        choices.data,
        refine.refine,
        results.runs,
        results.report,
        store.command,
    ),
    *(trained_models.export, trained_models.encode, trained_models.sample),
    *(operations.deploy, operations.serve, operations.recover),
):
    main.add_command(command)


@main.command()
@experiment_options
@click.option("--jobs", type=int, help="Trainings at a time.  [default: cores as memory allows, 4 per GPU]")
@out_option
@click.option("--server", default="auto", show_default=True, metavar="auto|none|URL", help="Prefect's server.")
@click.option("--refresh", is_flag=True, help="Train again even what is already trained.")
@click.option("--strict", is_flag=True, help="Stop at the first variant that fails, without a report.")
@click.option("--rich-artifact", is_flag=True, help="Also show the page in Prefect's UI, cut down to 500 KB.")
def compare(server: str, **wishes) -> None:
    """Compare the variants of PRESET and write a report.

    PRESET is a name (see `mmdvae presets`), a FILE.toml, or the folder of a run, which is then repeated.

    Several --alpha and --sigma form a grid that replaces the preset's variants, as do variants named by --variant;
    alpha 0 is one variant, whatever the sigma. Variants that are already trained are not trained again; an interrupted
    training continues where it stopped.

    \b
    Exit codes: 0 all variants trained, 1 a variant failed with --strict, 2 wrong usage or bad input,
    3 some variant failed (the report says which), 130 interrupted.
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
    plan = plans.make(**wishes)  # first, so that a typing error is reported at once
    url = None
    if server != "none":
        from flows.server.choose import choose

        url = choose(server, plan.out)
        click.echo(f"Prefect server: {url or TEMPORARY}", err=True)
    asked = plan.experiment
    click.echo(
        f"{asked.name}: {len(asked.variants)} variants, seeds {', '.join(map(str, asked.seeds))}, "
        f"{asked.recipe.epochs} epochs, {asked.recipe.name} recipe",
        err=True,
    )
    ending = _compare_bare(plan) if server == "none" else _compare_with_prefect(url, wishes)
    _tell_ending(ending)


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
        from flows.compare import compare as flow  # takes as long as the server's start, meanwhile
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
    """Show the events of tasks and child processes."""
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
