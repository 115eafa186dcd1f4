"""Options that several commands share."""

import os
from pathlib import Path

import click


class Folder(click.Path):
    """A path in which ~ is the home, also where a shell has not seen it: in quotes, after `=`."""

    def convert(self, value, param, context):
        """The path."""
        return super().convert(os.path.expanduser(value), param, context)


FOLDER = Folder(path_type=Path)
out_option = click.option(
    "--out",
    type=FOLDER,
    default=Path("runs"),
    show_default=True,
    help="Folder for reports and trained variants.",
)
