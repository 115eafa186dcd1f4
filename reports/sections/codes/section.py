"""The codes of each variant beside the prior: one large picture per variant, and the data's images behind its dots."""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from mmdvae.conclusions import vitality
from mmdvae.record.result import Report
from reports import dot_colours, facets, looks, text
from reports.dot_colours import DotColours
from reports.drawing import pictures
from reports.drawing.pictures import Picture
from reports.looks import Look
from reports.sections.codes import dots, explorer_data, finding, frames
from reports.sections.codes.dots import Codes
from reports.stored_arrays import StoredArrays

EACH = 10  # up to so many variants have a panel each; of more a few can be chosen
CHOSEN = 3
PLANES = ("plane", "tsne")  # views that one dimension cannot have
SIDE, INSET = 320, 48  # CSS pixels
INSET_DOTS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One variant: its PCA at its own scale, and small at the scale of all."""

    look: Look
    axes: str
    note: str
    picture: Picture
    inset: Picture | None  # of one variant it would be the same


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One way to see the codes, for the script's switch."""

    code: str
    name: str
    reading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColourKey:
    """One line of the legend."""

    group: int
    mark: str
    name: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodesSection:
    """The section."""

    template: ClassVar[str] = "sections/codes/section.html"
    title: str
    dots: int = 0
    size: tuple[int, int] = (0, 0)  # width and height of the images behind the dots
    reduced: bool = False  # whether the data's images are larger
    labelled: bool = True
    keys: list[ColourKey] = field(default_factory=list)
    views: list[View] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)  # without any the others are empty, too
    chosen: bool = False  # whether the panels are only some of the variants
    looks: list[Look] = field(default_factory=list)  # of all variants with codes
    several: bool = False  # numbers of latent dimensions
    without: list[str]


def build(report: Report, store: StoredArrays) -> CodesSection:
    """A panel for each of at most ten variants; of more only a few, which the script lets a reader choose."""
    found, title = dots.found(report, store), finding.of(report.variants)
    with_codes = {codes.look.id for codes in found}
    without = [look.title for look in looks.of(report.variants).values() if look.id not in with_codes]
    if not found:
        return CodesSection(title=title, without=without)
    shown, colours = _panels(found), dot_colours.of(report.variants, store)
    shared = frames.reach([codes.views.cloud for codes in found]) if len(found) > 1 else None
    height, width = found[0].views.tsne_reconstructions.shape[1:3]
    return CodesSection(
        title=title,
        dots=len(found[0].shown),
        size=(width, height),
        reduced=store.shape[:2] != (height, width),
        labelled=store.labelled,
        keys=_keys(colours),
        views=_views(found),
        panels=[_panel(codes, colours, shared) for codes in shown],
        chosen=len(shown) < len(found),
        looks=[codes.look for codes in found],
        several=facets.several(report),
        without=without,
    )


def _panels(found: list[Codes]) -> list[Codes]:
    """All, or of many three in the order of the page: no penalty, the best alive one, and another to compare with.

    Of several numbers of latent dimensions the best alive one of each, or its first.
    """
    if len(found) <= EACH:
        return found
    alive = [codes for codes in found if vitality.alive([codes.variant])]
    alive.sort(key=lambda codes: (codes.variant.mean("mse") is None, codes.variant.mean("mse") or 0.0))
    dims = facets.dims(codes.variant for codes in found)
    if len(dims) > 1:
        each = [next(codes for codes in [*alive, *found] if codes.variant.latent_dim == d) for d in dims]
        return each[:EACH]
    wanted = [
        *[codes for codes in found if codes.look.state == "no penalty"][:1],
        *alive[:2],
        *[codes for codes in found if codes.look.state == "half-way"],
        *found,
    ]
    names = list(dict.fromkeys(codes.look.id for codes in wanted))[:CHOSEN]
    return [codes for codes in found if codes.look.id in names]


def _views(found: list[Codes]) -> list[View]:
    shown, several = found[0].shown, len(found) > 1
    clouds, plane = [codes.views.cloud for codes in found], explorer_data.planes(found)
    dims = {codes.views.codes.shape[1] for codes in found}
    line = dims == {1}
    what, prior = ("Codes", "lines") if line else ("PCA", "rings")
    views = [
        View(
            code="pca",
            name=f"{what}, own scale",
            reading=f"Each at its own scale; {prior}: 1 and 2 sd of the prior."
            + (" Small: one scale for all." if several else "")
            + (
                " Heights are random: there is one dimension."
                if line
                else " Heights at d = 1 are random."
                if 1 in dims
                else ""
            )
            + (" In two dimensions PCA only rotates, and leaves nothing out." if dims == {2} else ""),
        ),
        View(
            code="pca-shared",
            name=f"{what}, one scale",
            reading=f"One scale for all: a larger cloud is more dispersed{_beyond(clouds, shown)}.",
        ),
        View(
            code="plane",
            name="First two coordinates",
            reading=f"Two of the coordinates, unrotated, at one scale{_beyond(plane, shown)}.",
        ),
        View(
            code="tsne",
            name="t-SNE",
            reading="Neighbours stay neighbours; sizes of clusters and distances between them mean nothing"
            f"{_placed(found)}.",
        ),
    ]
    left_out = set() if several else {"pca-shared"}
    return [view for view in views if view.code not in left_out | (set(PLANES) if line else set())]


def _beyond(clouds: list[np.ndarray], shown: np.ndarray) -> str:
    """How many dots lie outside the square that the clouds share; empty if none."""
    number = frames.outside([cloud[shown] for cloud in clouds], frames.square(clouds))
    return f"; {text.count(number, 'dot')} of all panels outside" if number else ""


def _placed(found: list[Codes]) -> str:
    """How many dots are in the t-SNE; empty if all are."""
    placed, every = int(np.isfinite(found[0].tsne[:, 0]).sum()), len(found[0].shown)
    return "" if placed == every else f"; {placed:,} of the {every:,} dots were placed"


def _panel(codes: Codes, colours: DotColours, shared: float | None) -> Panel:
    line = codes.views.on_a_line
    own = frames.reach([codes.views.cloud])
    axes, spread = (
        f"axes ±{text.significant(own, 2)}",
        [text.significant(float(sd)) for sd in codes.views.pca.std(axis=0)],
    )
    sds = spread[0] if line else " and ".join(spread)
    finding = f"{'codes' if line else 'PCA'}, {axes}: standard deviation {sds}, the prior has 1"
    return Panel(
        look=codes.look,
        axes=axes,
        note=explorer_data.shares(codes),
        picture=_scatter(codes, colours, own, SIDE, finding),
        inset=_scatter(codes, colours, shared, INSET, f"the same at ±{text.significant(shared, 2)}")
        if shared
        else None,
    )


def _scatter(codes: Codes, colours: DotColours, end: float, side: int, finding: str) -> Picture:
    """The cloud; an inset is drawn at twice its size and with fewer dots, because dots cannot be that small."""
    small = side == INSET
    shown = codes.shown[:INSET_DOTS] if small else codes.shown
    source = pictures.scatter(
        codes.views.cloud[shown],
        codes.groups[shown],
        frames.limits(end, line=codes.views.on_a_line),
        colours=colours.colours,
        marks=() if small else colours.marks,
        line=codes.views.on_a_line,
        pixels=2 * side if small else side,
    )
    return Picture(source=source, width=side, height=side, alt=f"{codes.look.title}: {finding}.")


def _keys(colours: DotColours) -> list[ColourKey]:
    """The legend, without classes that no test image has."""
    named = enumerate(zip(colours.keys, colours.colours, strict=False))
    return [
        ColourKey(group=group, mark=key.mark, name=key.name, colour=colour)
        for group, (key, colour) in named
        if key.name
    ]
