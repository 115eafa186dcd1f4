"""Finished runs, found by what the user calls them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from mmdvae.errors import InputError


def folder_of(run: Path, out: Path) -> Path:
    """The folder of a run that was named by its folder or by its id in `out`; InputError lists the known ones."""
    folder = run if (run / "report.json").is_file() else out / run.name
    if not (folder / "report.json").is_file():
        known = ", ".join(path.parent.name for path in sorted(out.glob("[!.]*/report.json"))) or "none"
        raise InputError(f"{run} is no run: it has no report.json; runs in {out}: {known}")
    return folder


def difference(names: Sequence[Path], out: Path, *, everything: bool) -> Iterator[str]:
    """Lines that say what differs between these runs; InputError if one is none or cannot be read."""
    from mmdvae.record import report_json
    from reports.run_index import comparable, diff, diff_text

    folders = [folder_of(name, out) for name in names]
    runs = [comparable.of(folder.resolve().name, report_json.load(folder)) for folder in folders]
    return diff_text.lines(diff.between(runs), everything=everything)
