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
