"""All variants side by side: a contact sheet, or over a grid of alpha and sigma its figure and a sheet of tiles."""

from dataclasses import dataclass
from typing import ClassVar

from mmdvae.conclusions import vitality
from mmdvae.record.result import Report, VariantResult
from reports import looks, text
from reports.sections.sheet import columns, sigma_figure, tiles
from reports.sections.sheet.columns import ContactSheet
from reports.sections.sheet.sigma_figure import SigmaFigure
from reports.sections.sheet.tiles import Tiles
from reports.stored_arrays import StoredArrays

IN_PARTS = 40  # columns of several numbers of latent dimensions together


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The section: at most ten variants have columns, more have tiles; of many parts of the page, fewer."""

    template: ClassVar[str] = "sections/sheet/section.html"
    title: str
    columns: ContactSheet | None
    figure: SigmaFigure | None
    tiles: Tiles | None


def build(report: Report, store: StoredArrays, parts: int = 1) -> Sheet:
    """All variants side by side; of several parts of a page without the figure, which stands beside the others'."""
    few = len(report.variants) <= min(columns.MOST, IN_PARTS // parts)
    return Sheet(
        title=_finding(report),
        columns=columns.build(report, store, report.variants) if few else None,
        figure=sigma_figure.build(report) if parts == 1 else None,
        tiles=None if few else tiles.build(report, store),
    )


def _finding(report: Report) -> str:
    """How many variants ended in which state."""
    seen = looks.of(report.variants)
    words: dict[str, list[VariantResult]] = {}
    for one in report.variants:
        words.setdefault(seen[one.name].word, []).append(one)
    dead = [one for word, group in words.items() if word.startswith("dead") for one in group]
    counts = [
        text.count(len(vitality.alive(report.variants)), "setting") + " alive",
        f"{len(words.get('half-way', []))} half-way" if "half-way" in words else "",
        f"{len(dead)} dead" if dead else "",
    ]
    return f"Side by side: {', '.join(filter(None, counts))}"
