"""Which codes the page shows: one seed per variant, and the same test images as dots for all variants."""

from dataclasses import dataclass

import numpy as np

from mmdvae.images import thumbnails
from mmdvae.record.result import Report, VariantResult
from reports import dot_colours, looks
from reports.looks import Look
from reports.stored_arrays import StoredArrays
from reports.views import DOT_SIDE, Views

DOTS = 5600  # of all variants together: each has two pictures and four coordinates in the page, about 130 bytes
LEAST, MOST = 200, 1000  # dots per variant
AT_MOST = 8000  # of all variants together, however many they are


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """The codes of one variant and the test images shown."""

    variant: VariantResult
    look: Look
    seed: int
    views: Views
    shown: np.ndarray  # indices of the test images that become dots, in random order
    groups: np.ndarray  # of all test images, by which dots are coloured

    def rows(self, index: np.ndarray) -> np.ndarray:
        """The position in `index` of each shown image, (len(shown),); -1 if `index` does not contain it."""
        row = np.full(len(self.groups), -1)
        row[index] = np.arange(len(index))
        return row[self.shown]

    @property
    def tsne(self) -> np.ndarray:
        """t-SNE coordinates of the shown images, (len(shown), 2); NaN for images not in the t-SNE."""
        row = self.rows(self.views.tsne_index)
        return np.where(row[:, None] < 0, np.nan, self.views.tsne[row])

    @property
    def reconstructions(self) -> np.ndarray:
        """Reconstructions of the shown images, (len(shown), h, w[, 3]) uint8, at most DOT_SIDE pixels a side."""
        few, many = self.rows(self.views.reconstruction_index), self.rows(self.views.tsne_index)
        made = self.views.tsne_reconstructions[many]
        made[many < 0] = thumbnails(self.views.reconstructions[few[many < 0]], DOT_SIDE)
        return made

    def measured(self, metric: str) -> float | None:
        """The metric of the seed that is drawn, not the mean over seeds."""
        return next((run.number(metric) for run in self.variant.runs if run.seed == self.seed), None)


def found(report: Report, store: StoredArrays) -> list[Codes]:
    """The codes of every variant that has a seed with complete arrays, in the order of the page."""
    seen, variants = looks.of(report.variants), {variant.name: variant for variant in report.variants}
    whole = [(look, *first) for look in seen.values() if (first := _first(variants[look.id], store)) is not None]
    if not whole:
        return []
    shown = _shown(whole[0][2], number(len(whole)))
    colours = dot_colours.of(report.variants, store)
    every = [Codes(variants[look.id], look, seed, views, shown, colours.of(views)) for look, seed, views in whole]
    return [codes for codes in every if _reconstructs_all(codes)]


def number(variants: int) -> int:
    """The number of dots in each of so many panels: as many as there is room for in the page."""
    return min(MOST, max(LEAST, DOTS // variants), AT_MOST // variants)


def _first(variant: VariantResult, store: StoredArrays) -> tuple[int, Views] | None:
    """The first seed whose arrays are complete and finite, and its arrays."""
    for seed in store.seeds(variant):
        views = store.views(variant.name, seed)
        if views is None or len(views.codes) != len(store.labels):
            continue
        if np.isfinite(views.codes).all() and np.isfinite(views.pca).all():
            return seed, views
    return None


def _shown(views: Views, count: int) -> np.ndarray:
    """Indices of the images with a reconstruction: first the few that every page shows, then some of the t-SNE's.

    In random order, because a dot covers those before it and no class may cover the others.
    """
    first = views.reconstruction_index
    rest = views.tsne_index[~np.isin(views.tsne_index, first)]
    room = max(0, count - len(first))
    if room < len(rest):  # evenly spaced: test images may be sorted by class
        rest = rest[np.linspace(0, len(rest) - 1, room).round().astype(int)]
    return np.random.default_rng(0).permutation(np.concatenate([first, rest])[:count])


def _reconstructs_all(codes: Codes) -> bool:
    """Whether these arrays are of the same images as the first variant's, as they are unless files were mixed."""
    in_few, in_many = codes.rows(codes.views.reconstruction_index) >= 0, codes.rows(codes.views.tsne_index) >= 0
    return bool((in_few | in_many).all())
