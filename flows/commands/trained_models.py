"""Commands that use one trained model: `mmdvae export`, `mmdvae encode` and `mmdvae sample`."""

import re
from pathlib import Path

import click

from flows.commands.options import FOLDER, allow_code_option, data_dir_option, data_options
from mmdvae.errors import InputError
from mmdvae.export import formats

MOST = 10_000  # samples: of 256 x 256 x 3, 2 GB
STOPPED = "\nStopped. Nothing was written."


def model_arguments(command):
    """RUN, VARIANT, and where the runs are: what names a trained model."""
    for option in (
        click.option("--runs", type=FOLDER, default=Path("runs"), show_default=True, help="The --out of `compare`."),
        click.argument("variant"),
        click.argument("run", type=FOLDER),
    ):
        command = option(command)
    return command


seed_option = click.option("--seed", type=int, help="Training seed.  [default: the first that is trained]")


@click.command()
@model_arguments
@seed_option
@click.option("--to", type=FOLDER, help="Folder for the files.  [default: VARIANT]")
@click.option(
    "--format", "form", default="keras", show_default=True, metavar="|".join(formats.NAMES), help="What they are."
)
@allow_code_option
def export(run: Path, runs: Path, variant: str, seed: int | None, to: Path | None, form: str, allow_code: bool) -> None:
    """Write a trained model as files that load anywhere, without mmdvae.

    \b
    mmdvae export RUN mmd-a0.6-s2.83                       encoder.keras and decoder.keras, for Keras 3
    mmdvae export RUN kl-a0.5 --to kl --format onnx        for onnxruntime; needs the extra onnx
    python mmd-a0.6-s2.83/example.py                       encodes and decodes

    RUN is the id of a run in --runs, or its folder. The encoder takes images (n, height, width, channels) in [0, 1]
    and gives mean and log_variance; the decoder gives images. model.json says what was trained on what, and all
    names and shapes. Before anything is written, and again from the files, they are compared with the model. A folder
    that is there is replaced if it is an earlier export, else refused.
    """
    from flows import apart, trained
    from flows.commands.finished_runs import folder_of
    from flows.commands.interruption import interruptible
    from mmdvae.export import target
    from mmdvae.export.about import about

    formats.find(form)
    to = to or Path(_as_name(variant))
    target.check(to)
    with interruptible(STOPPED), trained.found(folder_of(run, runs), variant, seed) as model:
        click.echo(f"{model.told}, as {form}", err=True)
        asked = {"allow_code": allow_code, "format": form, "about": about(model.report, variant, model.seed)}
        with (
            apart.worker(_ignore, backend="tensorflow") as work,  # the other formats need it, and any loads .keras
            apart.made("export", to.resolve(), model, work, backend="tensorflow", **asked) as (_, folder),
        ):
            target.put(folder / "exported", to)
    click.echo(to)


@click.command()
@model_arguments
@click.option("--dataset", help="Whose images, as in `compare`.  [default: those of the run]")
@data_options
@data_dir_option
@click.option("--split", metavar="NAME", help="Only this part: train, valid or test.  [default: all]")
@seed_option
@click.option("--out", type=FOLDER, required=True, help="The table, a .parquet file.")
@allow_code_option
def encode(
    run: Path,
    runs: Path,
    variant: str,
    dataset: str | None,
    data_dir: Path | None,
    split: str | None,
    seed: int | None,
    out: Path,
    allow_code: bool,
    **wishes,
) -> None:
    """Encode images with a trained model and write their codes as a table.

    \b
    mmdvae encode RUN imq-a0.6 --split test --out codes.parquet
    mmdvae encode RUN imq-a0.6 --dataset images:DIR --out codes.parquet

    A row per image: split, path (or image, its row in the split), label (number of its class), z1 to zd (posterior
    mean), v1 to vd (posterior variance) and squared_error (of its reconstruction, mean over the values). Images of a
    --dataset are made like those of the model, and read in blocks, so that there may be more than fit in memory.
    `--runs` is what `compare` calls --out.
    """
    from flows import encoded, trained
    from flows.commands.finished_runs import folder_of
    from flows.commands.interruption import interruptible
    from mmdvae.data import options

    _check_file(out, ".parquet")
    given = options.parsed(**wishes)
    if not dataset and (given or data_dir):
        raise InputError(f"--{next(iter(given), 'data-dir')} goes with --dataset: the run's own images are as they are")
    with interruptible(STOPPED), trained.found(folder_of(run, runs), variant, seed) as model:
        click.echo(model.told, err=True)
        images = encoded.own(model)
        if dataset:
            images = encoded.of(dataset, given, model, data_dir, allow_code=allow_code)
        if images.note:
            click.echo(f"note: {images.note}", err=True)
        for line in encoded.write(model, images, out, split=split, allow_code=allow_code):
            click.echo(line, err=True)
    click.echo(out)


@click.command()
@model_arguments
@click.option("-n", "count", type=int, default=64, show_default=True, help=f"How many, at most {MOST:,}.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the draws.")
@click.option("--training-seed", type=int, help="Whose model.  [default: the first that is trained]")
@click.option("--out", type=FOLDER, required=True, help="A .png, all in one picture, or a .npz, images and codes.")
@allow_code_option
def sample(
    run: Path, runs: Path, variant: str, count: int, seed: int, training_seed: int | None, out: Path, allow_code: bool
) -> None:
    """Decode draws from N(0, I), the prior: images that the model makes up.

    \b
    mmdvae sample RUN kl-a0.5 -n 100 --out made.png
    mmdvae sample RUN kl-a0.5 -n 1000 --seed 1 --out made.npz     images uint8 (n, height, width[, 3]), codes (n, d)

    The same seed draws the same codes for every model of as many latent dimensions. `--runs` is what `compare` calls
    --out.
    """
    from flows import apart, trained
    from flows.commands.finished_runs import folder_of
    from flows.commands.interruption import interruptible
    from mmdvae.jobs import environment

    _check_file(out, ".png", ".npz")
    if not 1 <= count <= MOST:
        raise InputError(f"-n must be a whole number from 1 to {MOST:,}, got {count}")
    if not 0 <= seed < 2**63:
        raise InputError(f"--seed must be a whole number >= 0 and < 2^63, got {seed}")
    with interruptible(STOPPED), trained.found(folder_of(run, runs), variant, training_seed) as model:
        click.echo(model.told.replace("--seed", "--training-seed"), err=True)
        file, backend = f"samples{out.suffix.lower()}", environment.backend()
        settings = {"count": count, "seed": seed, "file": file, "allow_code": allow_code}
        with (
            apart.worker(_ignore, backend=backend) as work,
            apart.made("samples", out.resolve(), model, work, backend=backend, **settings) as (_, folder),
        ):
            (folder / file).replace(out)
    click.echo(out)


def _as_name(variant: str) -> str:
    """The name of a variant as that of a folder. Raises: InputError if it is none, as in a report of others."""
    if not re.fullmatch(r"\w[\w.+-]*", variant):
        raise InputError(f"--to must be given for {variant!r:.60}, which is no name for a folder")
    return variant


def _check_file(path: Path, *endings: str) -> None:
    if path.suffix.lower() not in endings:
        raise InputError(f"--out must end in {' or '.join(endings)}, got {path}")
    if path.is_dir():
        raise InputError(f"--out must be a file, got the folder {path}")


def _ignore(event: dict) -> None:
    """What a short job tells."""
