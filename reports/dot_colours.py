"""What the colour of a dot says: the class of its image, or without labels how badly the image is reconstructed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmdvae.record.result import VariantResult
from reports import text
from reports.drawing.palette import CLASS_COLOURS, ERROR_COLOURS
from reports.stored_arrays import StoredArrays
from reports.views import Views

FACTOR = 1000  # errors are shown times 1000
DIGITS = (2, 3, 4)  # significant ones of the ends of ranges of errors, as few as tell these apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One line of the legend; `mark` is what stands for it among the dots, its class's number, or is empty."""

    mark: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DotColours:
    """The colours of all dots of a page; a group is a class, several classes or a range of errors."""

    colours: tuple[str, ...]  # of the groups
    keys: list[Key]  # of the groups; a group without a name has no images
    by_class: np.ndarray | None  # (256,) the group of each class; None without labels
    labels: np.ndarray  # (n,) of the test images
    edges: np.ndarray  # between ranges of squared errors; empty with labels

    def of(self, views: Views) -> np.ndarray:
        """The group of each test image, (n,); without labels by this model's errors."""
        if self.by_class is not None:
            return self.by_class[self.labels]
        return np.searchsorted(self.edges, np.nan_to_num(views.squared_errors))

    @property
    def marks(self) -> list[str]:
        """What stands for each group among the dots."""
        return [key.mark for key in self.keys]


def of(variants: Sequence[VariantResult], store: StoredArrays) -> DotColours:
    """The colours for all variants with stored arrays."""
    return _classes(store) if store.labelled else _errors(variants, store)


def _classes(store: StoredArrays) -> DotColours:
    """A colour for each of at most ten classes; of more for each of the nine commonest, and one for the others."""
    counts = np.bincount(store.labels, minlength=256)
    present = np.flatnonzero(counts)
    most = len(CLASS_COLOURS)
    groups = np.zeros(256, dtype=int)
    if present[-1] < most:  # a class's colour depends on its number alone
        named = np.arange(most)
    else:
        common = present[np.argsort(-counts[present], kind="stable")]
        named = np.sort(common if len(common) <= most else common[: most - 1])
        groups[:] = most - 1
    groups[named] = np.arange(len(named))
    keys = [Key(mark=str(label), name=store.class_name(label) if counts[label] else "") for label in named.tolist()]
    left = len(present) - np.count_nonzero(counts[named])
    if left:
        keys.append(Key(mark="", name=f"{left} other classes"))
    return DotColours(colours=CLASS_COLOURS, keys=keys, by_class=groups, labels=store.labels, edges=np.empty(0))


def _errors(variants: Sequence[VariantResult], store: StoredArrays) -> DotColours:
    """Ranges that hold equally many of all variants' errors."""
    found = [views.squared_errors for one in variants if (views := store.first(one)) is not None]
    errors = np.concatenate([one[np.isfinite(one)] for one in found] or [np.zeros(0)])
    shares = np.arange(1, len(ERROR_COLOURS)) / len(ERROR_COLOURS)
    exact = np.quantile(errors, shares).tolist() if len(errors) else []
    for digits in DIGITS:
        edges = np.unique([float(f"{edge:.{digits}g}") for edge in exact])
        if len(edges) == len(exact):
            break
    ends = [text.significant(FACTOR * edge, digits) for edge in edges.tolist()]
    between = [f"{low} to {high}" for low, high in zip(ends, ends[1:], strict=False)]
    names = [f"up to {ends[0]}", *between, f"above {ends[-1]}"] if ends else ["all"]
    return DotColours(
        colours=ERROR_COLOURS[: len(names)],
        keys=[Key(mark="", name=name) for name in names],
        by_class=None,
        labels=store.labels,
        edges=edges,
    )
