"""Images that the decoders make: of the prior, and of test images."""

from dataclasses import dataclass, field
from typing import ClassVar

from mmdvae.record.result import Report
from reports import looks, text
from reports.sections.images import finding, portraits, reconstructions, shown
from reports.sections.images.portraits import Portrait
from reports.sections.images.reconstructions import Row
from reports.sections.images.shown import Shown
from reports.stored_arrays import StoredArrays
from reports.views import DOT_SIDE

REAL = 32  # test images beside the samples, as many as there are samples
NONE = "No images: there is no finished training with stored arrays"
UNJUDGED = (
    "No classifier of these images judged the samples, so they have no Fréchet distance and no coverage: compare them "
    "by eye, and codes by their distance from the prior. More images would help, and labels of classes that look "
    "different."
)
DIFFERENCES = {  # by the number of channels
    1: "white is half of the grey range or more.",
    3: "each of red, green and blue is full from half of its range on.",
}
OLDER = "These models were measured by an older version: no slice of the prior, traversals or nearest training images."


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """The section."""

    template: ClassVar[str] = "sections/images/section.html"
    title: str
    copies: str  # whether samples are training images
    portraits: list[Portrait]
    real: Row | None  # test images beside the samples
    rows: list[Row]  # reconstructions
    searched: str = ""  # number of test images among which those with the largest error are
    differences: str = ""  # how to read the pictures of differences
    reduced: str = ""  # that the images are larger than they are shown; empty if they are not
    notes: list[str] = field(default_factory=list)  # what is not shown, and why


def build(report: Report, store: StoredArrays, parts: int = 1) -> Images:
    """The pictures of variants that a penalty touched, and of one that none touched; of one of so many parts."""
    found = shown.choose(report, store, shown.room(parts))
    if not found.all:
        return Images(title=NONE, copies="", portraits=[], real=None, rows=[])
    test = store.thumbnails(shown.spread(len(store.images), REAL))
    return Images(
        title=finding.title(report, found, test),
        copies=finding.memorised(found.touched, found.untouched.look.label if found.untouched else ""),
        portraits=portraits.of(found, test),
        real=reconstructions.real(store, REAL),
        rows=[] if found.short else reconstructions.rows(found, store),
        searched=f"{len(found.all[0].views.tsne_index):,}",
        differences=DIFFERENCES[store.shape[2]],
        reduced=_reduced(max(store.shape[:2])),
        notes=_notes(found, unjudged=report.run.classifier is None),
    )


def _reduced(side: int) -> str:
    """That images of this longest side are shown smaller; empty if they are not."""
    if side <= DOT_SIDE:
        return ""
    all_of_them = (
        f"Images are reduced to {portraits.TILE} pixels, these" if side > portraits.TILE else "These are reduced"
    )
    return f"{all_of_them} to {DOT_SIDE}; errors are those of the whole images."


def _notes(found: Shown, *, unjudged: bool) -> list[str]:
    notes = []
    if found.no_room:
        others = "; ".join(looks.settings(found.no_room))
        notes.append(
            f"Shown are the {len(found.touched)} with the best samples, alive ones first. Not shown: {others}."
        )
    if found.without:
        names = text.listed([f"{one.title} ({_why(one)})" for one in found.without])
        notes.append(f"No images of {names}.")
    if unjudged:
        notes.append(UNJUDGED)
    if any(one.views.prior_slice is None for one in found.all):
        notes.append(OLDER)
    return notes


def _why(look: looks.Look) -> str:
    return "nothing stored" if look.status == "ok" else look.word
