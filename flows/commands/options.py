"""Options that several commands share."""

import os
from pathlib import Path

import click


class Folder(click.Path):
    """A path in which ~ is expanded, also where a shell does not: in quotes, after `=`."""

    def convert(self, value, param, context):
        """Expand ~."""
        return super().convert(os.path.expanduser(value), param, context)


FOLDER = Folder(path_type=Path)
out_option = click.option(
    "--out",
    type=FOLDER,
    default=Path("runs"),
    show_default=True,
    help="Folder for reports and trained variants.",
)
dataset_option = click.option(
    "--dataset",
    default="fashion-mnist",
    show_default=True,
    help="fashion-mnist, mnist, kmnist, digits (offline), npz:PATH, images:DIR or idx:DIR.",
)
data_dir_option = click.option(
    "--data-dir", type=FOLDER, help="Folder that holds the data set's files; no other is searched."
)
