"""One variant's decoder in pictures: a slice of the prior, a walk along each coordinate, samples."""

from dataclasses import dataclass

import numpy as np

from mmdvae.images import thumbnails
from reports import text
from reports.drawing import pictures
from reports.drawing.pictures import Picture
from reports.looks import Look
from reports.sections.images import finding
from reports.sections.images.shown import FID, One, Shown
from reports.views import STEPS, Views

ROW = 8  # samples in a row
TILE = 40  # pixels of an image's longest side: it is 25 to 40 wide on a screen
NAMED = 3  # of the variants that one picture stands for


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A picture and the few words above it."""

    label: str
    picture: Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """One variant's pictures, from top to bottom."""

    look: Look
    distance: str  # the Fréchet distance of its samples; empty if it was not measured
    alike: str  # which others it stands for
    pictures: list[Labelled]
    nearest: Labelled | None  # stands below the samples, its words below it


def of(shown: Shown, real: np.ndarray) -> list[Portrait]:
    """The portraits of all shown variants; `real` are test images (k, h, w[, 3]) uint8 to compare samples with."""
    return [_portrait(one, shown, real) for one in shown.all]


def strip(images: np.ndarray, *, columns: int, alt: str) -> Picture:
    """Images (k, h, w[, 3]) uint8 side by side without gaps, reduced to TILE pixels; CSS gives the size."""
    pixels = pictures.sheet(thumbnails(images, TILE), columns=columns)
    height, width = pixels.shape[:2]
    return Picture(source=pictures.compressed(pixels), width=width, height=height, alt=alt)


def _portrait(one: One, shown: Shown, real: np.ndarray) -> Portrait:
    views, title, fid = one.views, one.look.title, one.variant.mean("fid")
    found = [_slice(views, title), None if shown.short else _traversals(views, title), _samples(views, title, real)]
    return Portrait(
        look=one.look,
        distance="" if fid is None else FID.show(fid),
        alike=_alike(shown.alike) if one is shown.untouched else "",
        pictures=[one for one in found if one],
        nearest=_nearest(views, title),
    )


def _alike(others: list[Look]) -> str:
    if not others:
        return ""
    dead = text.count(len(others), "dead kernel")
    names = f": {'; '.join(one.title for one in others)}" if len(others) <= NAMED else ""
    return f"Stands for {dead} that {'looks' if len(others) == 1 else 'look'} alike{names}."


def _slice(views: Views, title: str) -> Labelled | None:
    if views.prior_slice is None or views.codes.shape[1] < 2:  # a line has no plane
        return None
    alt = f"{title}: decoded from a grid of {STEPS} by {STEPS} codes in the plane of the codes' two main directions."
    return Labelled(label="Slice of the prior", picture=strip(views.prior_slice, columns=STEPS, alt=alt))


def _traversals(views: Views, title: str) -> Labelled | None:
    if views.traversals is None or views.traversal_dims is None:
        return None
    dims = [int(dim) + 1 for dim in views.traversal_dims]
    whole = dims == [*range(1, len(dims) + 1)]
    names = f"1 to {len(dims)}" if whole and len(dims) > 1 else ", ".join(map(str, dims))
    label = f"Coordinate{'s' if len(dims) > 1 else ''} {names}"
    alt = f"{title}: decoded while one coordinate goes from −2.5 to 2.5 and the others are 0."
    return Labelled(label=label, picture=strip(views.traversals, columns=STEPS, alt=alt))


def _samples(views: Views, title: str, real: np.ndarray) -> Labelled:
    samples = np.roll(views.samples, -ROW, axis=0)  # the first row comes last, above its nearest training images
    alt = (
        f"{title}: {text.count(len(samples), 'sample')}, {_share(finding.sharpness, samples, real)} as sharp and "
        f"{_share(finding.variety, samples, real)} as varied as test images."
    )
    return Labelled(label="Samples", picture=strip(samples, columns=ROW, alt=alt))


def _share(measure, images: np.ndarray, real: np.ndarray) -> str:
    scale = measure(real)  # 0 for identical or blank test images
    return text.percent(measure(images) / scale if scale else None, 0)


def _nearest(views: Views, title: str) -> Labelled | None:
    if views.nearest_images is None or views.nearest_distance is None or views.nearest_of_test is None:
        return None
    alt = f"{title}: the training image nearest to each of the last {text.count(len(views.nearest_images), 'sample')}."
    return Labelled(
        label=f"↑ nearest in training: {np.median(views.nearest_distance):.3f} away",
        picture=strip(views.nearest_images, columns=ROW, alt=alt),
    )
