"""Which codes the page shows: one seed per variant, and the same test images for all variants."""

from dataclasses import dataclass

import numpy as np

from mmdvae.record.result import Report, VariantResult
from reports.sections import panel_choice
from reports.stored_arrays import StoredArrays, Views

DOTS = 2000  # maximum number of test images shown, the same ones in every panel
DECODED_MOST = 6000  # maximum number of reconstructions for the script in the whole page, 45 bytes each


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """The codes of one variant and the test images shown."""

    variant: VariantResult
    seed: int
    views: Views
    shown: np.ndarray  # indices of the test images that become dots
    labels: np.ndarray  # of all test images

    def rows(self, index: np.ndarray) -> np.ndarray:
        """The position in `index` of each shown image, (len(shown),); -1 if `index` does not contain it."""
        row = np.full(len(self.labels), -1)
        row[index] = np.arange(len(index))
        return row[self.shown]

    @property
    def tsne(self) -> np.ndarray:
        """t-SNE coordinates of the shown images, (len(shown), 2); NaN for images not in the t-SNE."""
        row = self.rows(self.views.tsne_index)
        return np.where(row[:, None] < 0, np.nan, self.views.tsne[row])


def decoded(every: list[Codes]) -> int:
    """The number of shown images whose reconstructions the page holds, for every variant: as many as there is room."""
    return min(DECODED_MOST // len(every), len(every[0].shown))


def found(report: Report, store: StoredArrays) -> list[Codes]:
    """The codes of every variant that has a seed with complete arrays."""
    whole = [(variant, *first) for variant in report.variants if (first := _first(variant, store)) is not None]
    return [Codes(variant, seed, views, _shown(whole[0][2]), store.labels) for variant, seed, views in whole]


def full(every: list[Codes]) -> list[Codes]:
    """The codes of the variants that get full-size panels."""
    names = {variant.name for variant in panel_choice.full_panels([codes.variant for codes in every])}
    return [codes for codes in every if codes.variant.name in names]


def _first(variant: VariantResult, store: StoredArrays) -> tuple[int, Views] | None:
    """The first seed whose arrays are complete and finite, and its arrays."""
    for seed in store.seeds(variant):
        views = store.views(variant.name, seed)
        if views is None or len(views.codes) != len(store.labels) or views.codes.shape[1] < 2:
            continue
        if np.isfinite(views.codes).all() and np.isfinite(views.pca).all():
            return seed, views
    return None


def _shown(views: Views) -> np.ndarray:
    """Indices of the images that every variant reconstructs, then of those in the t-SNE; at most DOTS."""
    first = views.reconstruction_index
    return np.concatenate([first, views.tsne_index[~np.isin(views.tsne_index, first)]])[:DOTS]
