"""Options that several commands share."""

import os
from pathlib import Path

import click


class Folder(click.Path):
    """A path in which ~ is expanded, also where a shell does not: in quotes, after `=`."""

    def convert(self, value, param, context):
        """Expand ~."""
        return super().convert(os.path.expanduser(value), param, context)


class Sigma(click.ParamType):
    """A number, or a rule, which is resolved where the number of latent dimensions is known."""

    name = "sigma"

    def convert(self, value, param, context):
        """Read a number as one."""
        try:
            return float(value)
        except ValueError:
            return value


FOLDER = Folder(path_type=Path)
out_option = click.option(
    "--out",
    type=FOLDER,
    default=Path("runs"),
    show_default=True,
    help="Folder for reports and trained variants.",
)
DATASETS = (
    "fashion-mnist, mnist, kmnist, digits (offline), or your own: images:DIR (or .zip), npz:PATH, npy:DIR, "
    "h5:FILE#NAME, csv:PATH, idx:DIR, cifar10:DIR, or FILE.py:FUNCTION (--allow-code)."
)
allow_code_option = click.option(
    "--allow-code", is_flag=True, help="Run the code that the file or an option names; read it first."
)
dataset_option = click.option("--dataset", default="fashion-mnist", show_default=True, help=DATASETS)
data_dir_option = click.option(
    "--data-dir", type=FOLDER, help="Folder that holds the data set's files; no other is searched."
)


_DATA_OPTIONS = (
    click.option("--size", metavar="HxW", help="Height and width that all images get, 8 to 256 pixels: 64x64."),
    click.option("--fit", metavar="HOW", help="How: crop (default), pad or stretch."),
    click.option("--colour", metavar="HOW", help="Make all images grey or rgb."),
    click.option("--group", metavar="REGEX", help="Of a file's name: what it finds stays in one split."),
    click.option("--range", "value_range", metavar="LOW,HIGH", help="Values that become black and white."),
)


def data_options(command):
    """How images are made alike; the names are those of plan.Options."""
    for option in reversed(_DATA_OPTIONS):
        command = option(command)
    return command


def experiment_options(command):
    """What is compared: a preset, file or run, and what replaces parts of it; the names are those of plan.Options."""
    for option in reversed(
        (
            click.argument("preset", default="quick"),
            click.option(
                "--alpha",
                "alphas",
                type=float,
                multiple=True,
                help="Weight of the penalty, 0 <= alpha < 1. Repeatable.",
            ),
            click.option(
                "--sigma",
                "sigmas",
                type=Sigma(),
                multiple=True,
                metavar="NUMBER|RULE",
                help="Bandwidth of the kernel, > 0, or a rule: 'sqrt(d)', 'median', '0.5*sqrt(d)'. Repeatable.",
            ),
            click.option(
                "--variant",
                "variants",
                multiple=True,
                metavar="NAME",
                help="A variant by name: none, none-bn, imq-a0.3, kl-a0.2. Repeatable.",
            ),
            click.option(
                "--beta", "betas", type=float, multiple=True, help="Also KL of this weight; 1 is the usual VAE."
            ),
            click.option("--imq", "imqs", type=float, multiple=True, metavar="ALPHA", help="Also seven IMQ kernels."),
            click.option("--sw", "sws", type=float, multiple=True, metavar="ALPHA", help="Also sliced Wasserstein."),
            click.option("--only", multiple=True, metavar="NAME", help="Only this variant. Repeatable."),
            click.option(
                "--seed",
                "seeds",
                type=int,
                multiple=True,
                help="Training seed. Repeatable; three or more give intervals.",
            ),
            click.option(
                "--latent-dim",
                "latent_dims",
                type=int,
                multiple=True,
                help="Latent dimensions. Repeatable.  [default: the preset's]",
            ),
            click.option(
                "--likelihood", help="bernoulli (BCE) or gaussian (2 MSE).  [default: by the colour of the images]"
            ),
            click.option(
                "--network",
                metavar="NAME",
                help="conv, or your own: FILE.py:FUNCTION, PACKAGE.MODULE:FUNCTION (--allow-code).",
            ),
            click.option("--epochs", type=int, help="Epochs per training.  [default: the preset's]"),
            click.option("--batch-size", type=int, help="Images in a step.  [default: the preset's]"),
            click.option("--learning-rate", type=float, help="Of the optimizer.  [default: the preset's]"),
            click.option(
                "--set",
                "overrides",
                multiple=True,
                metavar="KEY=VALUE",
                help="Any setting: training.cooldown=0. Repeatable.",
            ),
            click.option("--dataset", help=f"{DATASETS}  [default: the preset's]"),
            data_options,
            data_dir_option,
            allow_code_option,
        )
    ):
        command = option(command)
    return command
