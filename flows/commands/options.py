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
DATASETS = "fashion-mnist, mnist, kmnist, digits (offline), npz:PATH, images:DIR or idx:DIR."
dataset_option = click.option("--dataset", default="fashion-mnist", show_default=True, help=DATASETS)
data_dir_option = click.option(
    "--data-dir", type=FOLDER, help="Folder that holds the data set's files; no other is searched."
)
