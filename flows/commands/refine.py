"""The command `mmdvae refine`: the next trainings worth having, shown, or made round by round."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.options import allow_code_option, data_dir_option, out_option
from mmdvae.errors import InputError

if TYPE_CHECKING:
    from flows.refining import Round


@click.command()
@click.argument("asked", metavar="RUN|FILE")
@click.option("--trainings", type=int, required=True, metavar="N", help="Budget: how many trainings may be proposed.")
@click.option("--go", is_flag=True, help="Train them, look at the result and go on, until the budget is spent.")
@click.option(
    "--latent-dim",
    "latent_dims",
    type=int,
    multiple=True,
    help="Refine these latent dimensions alone. Repeatable.  [default: all, with equal shares of the budget]",
)
@click.option("--jobs", type=int, help="Trainings at a time, as in `compare`.")
@click.option("--server", default="auto", show_default=True, metavar="auto|none|URL", help="Prefect's server.")
@data_dir_option
@allow_code_option
@out_option
def refine(asked: str, trainings: int, go: bool, latent_dims: tuple[int, ...], out: Path, **options) -> None:
    """Propose the next values of alpha and sigma for MMD with a Gaussian kernel, and train them with --go.

    \b
    mmdvae compare quick
    mmdvae refine runs/RUN --trainings 6            what would be trained, and why
    mmdvae refine runs/RUN --trainings 9 --go       train it; the last line is the page

    RUN is the id or folder of a run, FILE a preset or an experiment's file. First come the corners of the range in
    which kernels pull, then the widest gaps of the front of error against distance from the prior, until neighbours
    differ by no more than seeds do; then three new seeds for the variants on the front, for intervals that the choice
    has not flattered. A variant that is there already is not proposed; the others of the comparison stay in it. Those
    of a FILE that was never compared are trained as well, and not counted.

    Everything is chosen by validation images (valid_mse, valid_sliced_w2), never by test images. Each round is a run
    with a page. Interrupted, the same command goes on.
    """
    from flows import refining
    from flows.commands import proposals
    from mmdvae.experiment import file

    if trainings < 1:
        raise InputError(f"--trainings must be a whole number >= 1, got {trainings}")
    state = refining.start(asked, out, None if _is_file(asked, file.PRESETS) else _folder(asked, out))
    dims, seeds = refining.dims_of(state.experiment, latent_dims), len(state.experiment.seeds)
    if trainings < seeds * len(dims):
        why = f"{seeds} seeds of each variant" + (f" at {len(dims)} latent dimensions" if len(dims) > 1 else "")
        raise InputError(f"--trainings must be >= {seeds * len(dims)}, for {why}, got {trainings}")
    if go:
        from flows.commands.interruption import interruptible
        from flows.commands.rounds import go_on

        with interruptible():
            go_on(state, trainings, dims, out=out, **options)
        return
    step = refining.following(state, trainings, dims)
    for line in (*proposals.told(step), *_command(step, asked, trainings, latent_dims, out, options["allow_code"])):
        click.echo(line)


def _command(
    step: "Round", asked: str, trainings: int, latent_dims: tuple[int, ...], out: Path, code: bool
) -> list[str]:
    """The command that trains what was told, or what it would need."""
    from flows.commands import proposals

    if not step.trainings:
        return [f"The budget is too small: {proposals.checks_told(step)}."]
    words = ["mmdvae", "refine", asked, "--trainings", str(trainings), "--go"]
    words += [word for dim in latent_dims for word in ("--latent-dim", str(dim))]
    words += ["--allow-code"] if code else []
    words += [] if out == Path("runs") else ["--out", str(out)]
    left = trainings - len(step.trainings)
    more = f", and {left} more that these decide" if left and not step.settled else ""
    return ["", f"This trains {len(step.trainings)} of them{more}:" if more else "This trains them:", shlex.join(words)]


def _is_file(asked: str, presets: tuple[str, ...]) -> bool:
    return asked in presets or Path(asked).expanduser().is_file() or asked.endswith(".toml")


def _folder(asked: str, out: Path) -> Path:
    from flows.commands.finished_runs import folder_of

    try:
        return folder_of(Path(asked).expanduser(), out)
    except InputError as error:
        raise InputError(f"{error}; nor is it a preset or a file") from None
