"""The codes of each variant beside the prior: one large picture per variant, and the data's images behind its dots."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mmdvae.conclusions import vitality
from mmdvae.record.result import Report
from reports import looks, text
from reports.drawing import palette, pictures
from reports.drawing.palette import Limits
from reports.drawing.pictures import Picture
from reports.looks import Look
from reports.sections.codes import dots, explorer_data, finding, frames
from reports.sections.codes.dots import Codes
from reports.stored_arrays import StoredArrays

EACH = 10  # up to so many variants have a panel each; of more a few can be chosen
CHOSEN = 3
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
class ClassKey:
    """One line of the legend."""

    number: int
    name: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodesSection:
    """The section."""

    template: ClassVar[str] = "sections/codes/section.html"
    title: str
    dots: int
    classes: list[ClassKey]  # empty if the data have but one
    views: list[View]
    panels: list[Panel]
    chosen: bool  # whether the panels are only some of the variants
    looks: list[Look]  # of all variants with codes
    without: list[str]


def build(report: Report, store: StoredArrays) -> CodesSection:
    """A panel for each of at most ten variants; of more only a few, which the script lets a reader choose."""
    found = dots.found(report, store)
    with_codes = {codes.look.id for codes in found}
    shown = _panels(found)
    shared = frames.square([codes.views.pca for codes in found]) if len(found) > 1 else None
    return CodesSection(
        title=finding.of(report.variants),
        dots=len(found[0].shown) if found else 0,
        classes=_class_keys(store) if found else [],
        views=_views(found) if found else [],
        panels=[_panel(codes, shared) for codes in shown],
        chosen=len(shown) < len(found),
        looks=[codes.look for codes in found],
        without=[look.title for look in looks.of(report.variants).values() if look.id not in with_codes],
    )


def _panels(found: list[Codes]) -> list[Codes]:
    """All, or of many three in the order of the page: no penalty, the best alive one, and another to compare with."""
    if len(found) <= EACH:
        return found
    alive = [codes for codes in found if vitality.alive([codes.variant])]
    alive.sort(key=lambda codes: (codes.variant.mean("mse") is None, codes.variant.mean("mse") or 0.0))
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
    pca, plane = [codes.views.pca for codes in found], explorer_data.planes(found)
    views = [
        View(
            code="pca",
            name="PCA, own scale",
            reading="Each at its own scale; rings: 1 and 2 sd of the prior."
            + (" Small: one scale for all." if several else ""),
        ),
        View(
            code="pca-shared",
            name="PCA, one scale",
            reading=f"One scale for all: a larger cloud is more dispersed{_beyond(pca, shown)}.",
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
    return [view for view in views if several or view.code != "pca-shared"]


def _beyond(clouds: list[np.ndarray], shown: np.ndarray) -> str:
    """How many dots lie outside the square that the clouds share; empty if none."""
    number = frames.outside([cloud[shown] for cloud in clouds], frames.square(clouds))
    return f"; {text.count(number, 'dot')} of all panels outside" if number else ""


def _placed(found: list[Codes]) -> str:
    """How many dots are in the t-SNE; empty if all are."""
    placed, every = int(np.isfinite(found[0].tsne[:, 0]).sum()), len(found[0].shown)
    return "" if placed == every else f"; {placed:,} of the {every:,} dots were placed"


def _panel(codes: Codes, shared: Limits | None) -> Panel:
    own = frames.square([codes.views.pca])
    axes, spread = f"axes ±{text.significant(own.x[1], 2)}", codes.views.pca.std(axis=0)
    finding = (
        f"PCA, {axes}: standard deviation {text.significant(float(spread[0]))} and "
        f"{text.significant(float(spread[1]))}, the prior has 1"
    )
    return Panel(
        look=codes.look,
        axes=axes,
        note=explorer_data.shares(codes),
        picture=_scatter(codes, own, SIDE, finding),
        inset=_scatter(codes, shared, INSET, f"the same at ±{text.significant(shared.x[1], 2)}") if shared else None,
    )


def _scatter(codes: Codes, limits: Limits, side: int, finding: str) -> Picture:
    """The PCA; an inset is drawn at twice its size and with fewer dots, because dots cannot be that small."""
    small = side == INSET
    shown = codes.shown[:INSET_DOTS] if small else codes.shown
    source = pictures.scatter(
        codes.views.pca[shown],
        codes.labels[shown],
        limits,
        rings=True,
        numbers=not small,
        pixels=2 * side if small else side,
    )
    return Picture(source=source, width=side, height=side, alt=f"{codes.look.title}: {finding}.")


def _class_keys(store: StoredArrays) -> list[ClassKey]:
    """The legend; without classes there is nothing to tell apart."""
    labels = np.unique(store.labels)
    return [
        ClassKey(
            number=int(label),
            name=store.class_name(int(label)),
            colour=palette.CLASS_COLOURS[label % len(palette.CLASS_COLOURS)],
        )
        for label in labels
        if len(labels) > 1
    ]
