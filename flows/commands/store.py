"""The commands for the store on disk: `mmdvae store` and `mmdvae store prune`."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.options import FOLDER, out_option
from mmdvae.errors import InputError, shown

if TYPE_CHECKING:
    from mmdvae.jobs.inventory import Entry

UNITS = {"m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}  # seconds
RUNS_NAMED = 2  # per line; the others are only counted


class _Age(click.ParamType):
    """An age such as 30m, 12h, 7d or 2w, as seconds."""

    name = "AGE"

    def convert(self, value, param, context) -> float:
        """Seconds."""
        found = re.fullmatch(r"([0-9]{1,6})([mhdw])", str(value))
        if not found:
            raise InputError(f"--older-than must be a whole number with m, h, d or w, such as 30d, got {shown(value)}")
        return int(found[1]) * UNITS[found[2]]


@click.group("store", invoke_without_command=True)
@out_option
@click.pass_context
def command(context: click.Context, out: Path) -> None:
    """List what the store in --out holds: variant and seed, data, size, age, and the runs that refer to it.

    \b
    mmdvae store                            everything, least recently used first
    mmdvae store prune --unused --dry-run   what no run refers to, and its size
    """
    context.obj = out
    if context.invoked_subcommand is None:
        from mmdvae.jobs import inventory

        entries = inventory.entries(out / "store")
        for line in (*_table(entries), _total(entries)):
            click.echo(line)


@command.command()
@click.option(
    "--unused", is_flag=True, help="Delete what no run refers to; unfinished trainings only with --older-than."
)
@click.option("--older-than", type=_Age(), help="Delete what has not been used for this long: 30m, 12h, 7d, 2w.")
@click.option("--dry-run", is_flag=True, help="Show what would be deleted; delete nothing.")
@click.option("--out", type=FOLDER, help="As above, for those who say it last.", hidden=True)
@click.pass_obj
def prune(above: Path, out: Path | None, unused: bool, older_than: float | None, dry_run: bool) -> None:
    """Delete what matches all the given rules. Reports stay; what is deleted is trained again when needed.

    Running comparisons lose nothing that they have used.
    """
    from mmdvae.jobs import inventory

    result = inventory.prune((out or above) / "store", unused=unused, older_than=older_than, dry_run=dry_run)
    for line in _table(result.deleted):
        click.echo(line)
    verb = "would be deleted" if dry_run else "deleted"
    click.echo(f"{_count(result.deleted)} {verb}, {_size(sum(entry.size for entry in result.deleted))}")
    if result.kept:
        click.echo(f"{_count(result.kept)} kept because a running comparison needs them", err=True)
    if result.failed:
        raise InputError(f"{len(result.failed)} could not be deleted: {'; '.join(result.failed)}")


def _table(entries: "Iterable[Entry]") -> list[str]:
    entries = list(entries)
    names = {entry.folder.name: entry.what for entry in entries if entry.kind == "data"}
    rows = [
        (
            entry.folder.name,
            shown(entry.what) + ("" if entry.finished else " (unfinished)"),
            shown(names.get(entry.data, entry.data[:12])),
            _size(entry.size),
            _age(entry.age),
            _runs(entry.runs),
        )
        for entry in entries
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _total(entries: "list[Entry]") -> str:
    unused = [entry for entry in entries if not entry.runs]
    size, spare = (_size(sum(entry.size for entry in some)) for some in (entries, unused))
    return f"{_count(entries)}, {size}; no run refers to {len(unused)} of them, {spare}"


def _count(entries: "list[Entry]") -> str:
    return f"{len(entries)} folder{'s' * (len(entries) != 1)}"


def _runs(runs: tuple[str, ...]) -> str:
    more = [f"{len(runs) - RUNS_NAMED} more"] if len(runs) > RUNS_NAMED else []
    return ", ".join([*map(shown, runs[-RUNS_NAMED:]), *more]) or "no run"


def _size(count: float) -> str:
    unit, size = next(pair for pair in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)) if count >= pair[1] or pair[0] == "kB")
    return f"{count / size:.{0 if unit == 'kB' else 1}f} {unit}"


def _age(seconds: float) -> str:
    unit, length = next((pair for pair in reversed(UNITS.items()) if seconds >= 2 * pair[1]), ("m", 60.0))
    return f"{seconds // length:.0f}{unit}"
