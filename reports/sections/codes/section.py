"""The latent space of each variant: two coordinates, PCA and t-SNE, with shared limits where sizes are comparable."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from markupsafe import Markup

from mmdvae.record.result import Report
from reports import text
from reports.drawing import palette, pictures
from reports.drawing.palette import Limits
from reports.drawing.pictures import Picture
from reports.sections.codes import codes as codes_of
from reports.sections.codes.codes import Codes
from reports.stored_arrays import StoredArrays

THUMBNAIL_DOTS = 500
INSIDE = 0.995  # quantile of each cloud's absolute coordinates that the limits include


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One variant in one view."""

    name: str
    settings: str
    status: str
    seed: int
    picture: Picture
    limits: Limits
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One projection of the codes, for all variants side by side."""

    code: str
    title: str
    reading: str
    shared: bool  # one range for all panels
    static: bool = False  # only needed without the script, whose "Fit each panel" button shows the same
    panels: list[Panel]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassKey:
    """One line of the legend."""

    number: int
    name: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Latent:
    """The section."""

    template: ClassVar[str] = "sections/codes/section.html"
    how: tuple[str, str]  # the two paragraphs of "How to read this"
    classes: list[ClassKey]
    views: list[View]
    thumbnails: list[Panel]
    decoded: str  # a sentence on how many dots have a reconstruction; empty if all have
    without: list[str]


def build(report: Report, store: StoredArrays) -> Latent:
    """All views of at most eight variants; the other variants as thumbnails."""
    found = codes_of.found(report, store)
    names = {codes.variant.name for codes in found}
    large = codes_of.full(found)
    small = [codes for codes in found if codes not in large]
    shared = square([codes.views.codes[:, :2] for codes in found])
    return Latent(
        classes=_class_keys(store) if found else [],
        views=_views(large, shared) if found else [],
        thumbnails=[_code_panel(codes, shared, pixels=150) for codes in small],
        how=_how(len(found[0].shown) if found else 0),
        decoded=_decoded(large, len(found[0].shown)) if found else "",
        without=[variant.name for variant in report.variants if variant.name not in names],
    )


def _how(dots: int) -> tuple[str, str]:
    of = text.count(dots, "test image") if dots else "no test images"
    return (
        f"Each dot is the code (posterior mean) of one of {of}, the same in every panel; the circles are the prior's "
        "1σ (solid) and 2σ (dashed), the bold numbers stand at the medians of the classes.",
        "First seed of each variant. t-SNE: the size of clusters and the distance between them mean nothing; compare "
        "spread only in the first two coordinates and in PCA.",
    )


def _decoded(large: list[Codes], shown: int) -> str:
    count = codes_of.decoded(large)
    if count == shown:
        return ""
    return f"Its reconstruction stands beside it for {count:,} of the {shown:,} dots; the page has none of the others."


def _views(found: list[Codes], shared: Limits) -> list[View]:
    shared_pca = square([codes.views.pca for codes in found])
    first = [codes.views.codes[codes.shown, :2] for codes in found]
    pca = [codes.views.pca[codes.shown] for codes in found]
    own = "Each panel has its own range, so compare shapes here and sizes above; the rings show the scale."
    return [
        View(
            code="z-shared",
            title="First two coordinates",
            reading=f"{_extent(shared, first)}. A larger cloud is a more dispersed latent space.",
            shared=True,
            panels=[_code_panel(codes, shared) for codes in found],
        ),
        View(
            code="pca-shared",
            title="PCA",
            reading=f"{_extent(shared_pca, pca)}. The axes are fitted to each variant.",
            shared=True,
            panels=[_pca_panel(codes, shared_pca) for codes in found],
        ),
        View(
            code="pca-own",
            title="PCA, each at its own scale",
            reading=own,
            shared=False,
            static=True,
            panels=[_pca_panel(codes, square([codes.views.pca])) for codes in found],
        ),
        View(
            code="tsne",
            title="t-SNE",
            reading=_placed(found)
            + "Neighbours stay neighbours; sizes of clusters and distances between them mean nothing.",
            shared=False,
            panels=[_tsne_panel(codes) for codes in found],
        ),
    ]


def _placed(found: list[Codes]) -> str:
    """A sentence on how many dots are in the t-SNE; empty if all are."""
    placed, dots = int(np.isfinite(found[0].tsne[:, 0]).sum()), len(found[0].shown)
    return "" if placed == dots else f"{placed:,} of the {dots:,} dots, the others were not among its images. "


def _code_panel(codes: Codes, limits: Limits, *, pixels: int = pictures.PIXELS) -> Panel:
    variance = _measured(codes, "total_variance")
    spread = codes.views.codes[:, :2].std(axis=0)
    return _panel(
        codes,
        codes.views.codes[:, :2],
        limits,
        pixels=pixels,
        note="" if variance is None else f"total variance {text.significant(variance)}",
        finding=f"standard deviation {spread[0]:.2f} along z1 and {spread[1]:.2f} along z2, the prior has 1",
    )


def _pca_panel(codes: Codes, limits: Limits) -> Panel:
    first, second = (text.percent(float(ratio), 0) for ratio in codes.views.pca_variance_ratio[:2])
    spread = codes.views.pca.std(axis=0)
    return _panel(
        codes,
        codes.views.pca,
        limits,
        note=f"{first} + {second} of the variance",
        finding=(
            f"standard deviation {spread[0]:.2f} and {spread[1]:.2f} along the first two principal axes, "
            f"which hold {first} and {second} of the variance"
        ),
    )


def _tsne_panel(codes: Codes) -> Panel:
    accuracy = _measured(codes, "knn_accuracy")
    known = "not measured" if accuracy is None else text.percent(accuracy)
    low, high = codes.views.tsne.min(axis=0), codes.views.tsne.max(axis=0)
    pad = np.maximum(0.03 * (high - low), 1e-3)  # at least 1e-3: two images have no extent along the second axis
    (x0, y0), (x1, y1) = low - pad, high + pad
    limits = Limits(x=(float(x0), float(x1)), y=(float(y0), float(y1)))
    labels = codes.labels[codes.views.tsne_index]
    finding = f"t-SNE of {text.count(len(labels), 'test image')}; kNN accuracy of the classes in the codes: {known}"
    return Panel(
        name=codes.variant.name,
        settings=codes.variant.settings,
        status=codes.variant.status,
        seed=codes.seed,
        limits=limits,
        note=f"kNN accuracy {known}",
        picture=_picture(codes, pictures.scatter(codes.views.tsne, labels, limits, rings=False), finding),
    )


def _measured(codes: Codes, metric: str) -> float | None:
    """The metric of the seed that is drawn, not the mean over seeds."""
    return next((run.number(metric) for run in codes.variant.runs if run.seed == codes.seed), None)


def _panel(
    codes: Codes, points: np.ndarray, limits: Limits, *, note: str, finding: str, pixels: int = pictures.PIXELS
) -> Panel:
    large = pixels == pictures.PIXELS
    shown = codes.shown if large else codes.shown[:THUMBNAIL_DOTS]
    drawn = pictures.scatter(points[shown], codes.labels[shown], limits, rings=True, numbers=large, pixels=pixels)
    return Panel(
        name=codes.variant.name,
        settings=codes.variant.settings,
        status=codes.variant.status,
        seed=codes.seed,
        limits=limits,
        note=note,
        picture=_picture(codes, drawn, finding, size=200 if large else 100),
    )


def _picture(codes: Codes, source: Markup, finding: str, size: int = 200) -> Picture:
    return Picture(source=source, width=size, height=size, alt=f"{codes.variant.name}: {finding}.")


def square(clouds: list[np.ndarray]) -> Limits:
    """A square centred on 0 that contains nearly all points of every cloud and the prior's outer ring."""
    reach = max([2.2, *(float(np.quantile(np.abs(cloud), INSIDE)) * 1.05 for cloud in clouds)])
    return Limits(x=(-reach, reach), y=(-reach, reach))


def _extent(limits: Limits, clouds: list[np.ndarray]) -> str:
    reach = text.significant(limits.x[1])
    outside = sum(int((np.abs(cloud) > limits.x[1]).any(axis=1).sum()) for cloud in clouds)
    beyond = f"; {text.count(outside, 'dot')} lie outside, all panels together" if outside else ""
    return f"One scale for all, from −{reach} to {reach} until you zoom{beyond}"


def _class_keys(store: StoredArrays) -> list[ClassKey]:
    return [
        ClassKey(
            number=int(label),
            name=store.class_name(int(label)),
            colour=palette.CLASS_COLOURS[label % len(palette.CLASS_COLOURS)],
        )
        for label in np.unique(store.labels)
    ]
