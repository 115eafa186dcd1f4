"""Finds finished runs by the names that the user gives, and compares them."""

from collections.abc import Sequence
from pathlib import Path

from mmdvae.errors import InputError


def folder_of(run: Path, out: Path) -> Path:
    """The folder of a run that is given as a folder or as an id in `out`; an InputError lists the runs that exist."""
    folder = run if (run / "report.json").is_file() else out / run.name
    if not (folder / "report.json").is_file():
        known = ", ".join(path.parent.name for path in sorted(out.glob("[!.]*/report.json"))) or "none"
        raise InputError(f"{run} is not a run (no report.json); runs in {out}: {known}")
    return folder


def difference(names: Sequence[Path], out: Path, *, everything: bool, page: bool = False) -> list[str]:
    """Lines that say what differs between these runs; with `page` it is also written, and the last line is its path.

    Raises: InputError if one is not a run or cannot be read.
    """
    from mmdvae.record import report_json
    from reports.run_index import comparable, diff, diff_page, diff_text

    folders = [folder_of(name, out) for name in names]
    found = diff.between([comparable.of(folder.resolve().name, report_json.load(folder)) for folder in folders])
    pages = [str(diff_page.write(found, out, everything=everything))] if page else []
    return [*diff_text.lines(found, everything=everything), *pages]
