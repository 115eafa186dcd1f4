"""Test images reconstructed by all shown variants: the first of each class, and those with the largest error."""

from dataclasses import dataclass

import numpy as np

from reports import text
from reports.drawing.pictures import Picture
from reports.looks import Look
from reports.sections.images import portraits
from reports.sections.images.shown import One, Shown, spread
from reports.stored_arrays import StoredArrays
from reports.views import DOT_SIDE, SIDE

SHOWN = 8
GAIN = 2  # a difference of half the range is white, the same for all variants
FIRST, UNLABELLED, LARGEST, APART = "First of its class", "The first", "Largest error", "difference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Eight images, or words, and the numbers below the images."""

    head: str
    picture: Picture | None = None
    below: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of four cells; `look` is None in rows of test images."""

    look: Look | None
    cells: list[Cell]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Some test images: what they are, which, themselves, their class names if they have labels."""

    head: str
    index: np.ndarray
    originals: np.ndarray
    names: list[str]


def real(store: StoredArrays, count: int) -> Row:
    """Test images from all over the split, to compare samples with."""
    images = store.thumbnails(spread(len(store.images), count))
    blocks = [images[start : start + SHOWN] for start in range(0, len(images), SHOWN)]
    alt = f"{text.count(len(images), 'test image')}, to compare samples with."
    return Row(
        look=None,
        cells=[Cell(head="", picture=_strip(block, alt if not i else "")) for i, block in enumerate(blocks)],
        note="test images",
    )


def rows(shown: Shown, store: StoredArrays) -> list[Row]:
    """The originals, then each variant; empty if there is none.

    The images with the largest error are the same for all: of those whose reconstructions all variants have, the eight
    with the largest mean squared error, averaged over the shown variants. Variants of other images are left out.
    """
    if not shown.all:
        return []
    like = shown.all[0].views
    same = [one for one in shown.all if _same(one, like)]
    worst = _worst(same)
    groups = [
        _group(FIRST if store.labelled else UNLABELLED, like.reconstruction_index[:SHOWN], store),
        _group(LARGEST, like.tsne_index[worst], store, longest=DOT_SIDE),
    ]
    made = [(one, (one.views.reconstructions[:SHOWN], one.views.tsne_reconstructions[worst])) for one in same]
    return [_originals(groups), *(_row(one, groups, decoded) for one, decoded in made)]


def absolute_differences(originals: np.ndarray, decoded: np.ndarray) -> np.ndarray:
    """Absolute differences of images, in colour of each channel, times GAIN, uint8."""
    difference = np.abs(originals.astype(int) - decoded.astype(int))
    return np.minimum(GAIN * difference, 255).astype(np.uint8)


def _same(one: One, like) -> bool:
    return np.array_equal(one.views.reconstruction_index, like.reconstruction_index) and np.array_equal(
        one.views.tsne_index, like.tsne_index
    )


def _worst(same: list[One]) -> np.ndarray:
    """Rows of `tsne_index`, the largest mean error first."""
    errors = np.mean([one.views.squared_errors[one.views.tsne_index] for one in same], axis=0)
    return np.argsort(-errors, kind="stable")[:SHOWN]


def _group(head: str, index: np.ndarray, store: StoredArrays, longest: int = SIDE) -> _Group:
    return _Group(
        head=head,
        index=index,
        originals=store.thumbnails(index, longest),
        names=[store.class_name(int(label)) for label in store.labels[index] if store.labelled],
    )


def _originals(groups: list[_Group]) -> Row:
    cells = []
    for group in groups:
        names = f": {text.listed(group.names)}" if group.names else ""
        alt = f"{group.head}, {text.count(len(group.index), 'test image')}{names}."
        words = ", ".join(group.names) if len(set(group.names)) > 1 else ""
        cells += [Cell(head=group.head, picture=_strip(group.originals, alt)), Cell(head="", words=words)]
    return Row(look=None, cells=cells, note="test images")


def _row(one: One, groups: list[_Group], decoded: tuple[np.ndarray, ...]) -> Row:
    cells = []
    for group, images in zip(groups, decoded, strict=True):
        errors = one.views.squared_errors[group.index]  # of the whole images, which may be larger than these
        alt = f"{one.look.title}, {group.head.lower()}: reconstructions, mean squared error {errors.mean():.4f}."
        cells += [
            Cell(head=group.head, picture=_strip(images, alt), below=tuple(f"{1000 * error:.0f}" for error in errors)),
            Cell(
                head=APART,
                picture=_strip(
                    absolute_differences(group.originals, images),
                    f"Their differences from the {text.count(len(images), 'test image')}.",
                ),
            ),
        ]
    return Row(look=one.look, cells=cells)


def _strip(images: np.ndarray, alt: str) -> Picture:
    return portraits.strip(images, columns=SHOWN, alt=alt)
