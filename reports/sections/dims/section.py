"""Does a σ live at every d? What each did to the codes, and what it would do to draws of the prior where not tried."""

import math
from dataclasses import dataclass
from typing import ClassVar

from mmdvae.conclusions import across_dimensions
from mmdvae.conclusions.across_dimensions import Width
from mmdvae.measures.kernel_states import DEAD, Before
from mmdvae.record.result import Report, VariantResult
from reports import facets, looks, roots, text
from reports.looks import Look
from reports.sections.sheet import sigma_figure
from reports.sections.sheet.sigma_figure import SigmaFigure

EXPECTED: dict[Before, str] = {
    "saturated": "dead: too narrow",
    "flat": "dead: too wide",
    "weak": "live, weak",
    "strong": "live, strong",
}
NAMED = 3  # widths in the heading


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One σ at one d."""

    sigma: str  # in latent units, where the row is in others
    ended: list[Look]  # how its codes ended, one for each state
    expected: str  # what its kernel would do, if it was not tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One σ at every d."""

    title: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dims:
    """The section."""

    template: ClassVar[str] = "sections/dims/section.html"
    title: str
    dims: list[str]
    groups: list[tuple[str, list[Row]]]  # rows below the name of their unit
    figures: list[SigmaFigure]


def build(report: Report) -> Dims | None:
    """The table and the figures over σ; None with one number of latent dimensions, or without a σ."""
    found = across_dimensions.widths(report.variants)
    if found is None or not found.latent:
        return None
    seen, variants = looks.of(report.variants), {one.name: one for one in report.variants}
    in_roots = {f"σ\u00a0=\u00a0{roots.label(one.value)}": one for one in found.roots}
    latent = {f"σ\u00a0{text.setting(one.value)}": one for one in found.latent}
    return Dims(
        title=" ".join(["Does a σ live at every d?", *_finding(found.roots, found.latent)]),
        dims=[facets.named([d]) for d in report.latent_dims],
        groups=[
            (unit, [_row(title, one, seen, variants) for title, one in rows.items()])
            for unit, rows in (("In units of √d", in_roots), ("In latent units", latent))
        ],
        figures=sigma_figure.of_each(report),
    )


def _finding(in_roots: list[Width], latent: list[Width]) -> list[str]:
    """What is known before training: the widths that are strong at every d, and one that is dead at some."""
    everywhere = [one for one in in_roots if set(one.states.values()) == {"strong"}]
    everywhere.sort(key=lambda one: (-sum(map(bool, one.names.values())), abs(math.log(one.value))))
    strong = [roots.label(one.value) for one in everywhere]
    dead = [(one, [d for d, state in one.states.items() if state in DEAD]) for one in latent]
    told = [f"σ\u00a0=\u00a0{text.listed(strong[:NAMED], 'or')} pulls strongly at each"] if strong else []
    told += [
        f"σ\u00a0{text.setting(one.value)} is dead at {facets.named(dims, 'and')}"
        for one, dims in dead
        if 0 < len(dims) < len(one.states)
    ][:1]
    return ["; ".join(told)] if told else []


def _row(title: str, width: Width, seen: dict[str, Look], variants: dict[str, VariantResult]) -> Row:
    return Row(title=title, cells=[_cell(width, d, seen, variants) for d in width.names])


def _cell(width: Width, d: int, seen: dict[str, Look], variants: dict[str, VariantResult]) -> Cell:
    names, state = width.names[d], width.states.get(d)
    sigmas = sorted({variants[name].sigma or 0.0 for name in names} - {width.value})
    return Cell(
        sigma=f"σ\u00a0{text.listed([*map(text.setting, sigmas)])}" if sigmas else "",
        ended=[*{seen[name].word: seen[name] for name in reversed(names)}.values()],
        expected=EXPECTED[state] if state and not names else "",
    )
