"""Which codes the page shows: of every variant those of one seed, and the same test images in all of them."""

from dataclasses import dataclass

import numpy as np

from mmdvae.record.result import Report, VariantResult
from reports.sections import panel_choice
from reports.stored_arrays import StoredArrays, Views

DOTS = 2000  # the most test images that are shown, the same ones in every panel
DECODED_MOST = 6000  # reconstructions that the script can show, in the whole page: 45 bytes each


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """What is shown of one variant."""

    variant: VariantResult
    seed: int
    views: Views
    shown: np.ndarray  # test images that become dots
    labels: np.ndarray  # of all test images

    def rows(self, index: np.ndarray) -> np.ndarray:
        """(len(shown),) where in `index` each shown image stands; -1 for one that it leaves out."""
        row = np.full(len(self.labels), -1)
        row[index] = np.arange(len(index))
        return row[self.shown]

    @property
    def tsne(self) -> np.ndarray:
        """(len(shown), 2) places in the t-SNE of the shown images; NaN for those it leaves out."""
        row = self.rows(self.views.tsne_index)
        return np.where(row[:, None] < 0, np.nan, self.views.tsne[row])


def decoded(every: list[Codes]) -> int:
    """Of how many shown images the page holds every variant's reconstruction: as many as have room."""
    return min(DECODED_MOST // len(every), len(every[0].shown))


def found(report: Report, store: StoredArrays) -> list[Codes]:
    """The codes of every variant that has any."""
    whole = [(variant, *first) for variant in report.variants if (first := _first(variant, store)) is not None]
    return [Codes(variant, seed, views, _shown(whole[0][2]), store.labels) for variant, seed, views in whole]


def full(every: list[Codes]) -> list[Codes]:
    """Those that get panels of full size."""
    names = {variant.name for variant in panel_choice.full_panels([codes.variant for codes in every])}
    return [codes for codes in every if codes.variant.name in names]


def _first(variant: VariantResult, store: StoredArrays) -> tuple[int, Views] | None:
    """The first seed whose arrays are whole and finite."""
    for seed in store.seeds(variant):
        views = store.views(variant.name, seed)
        if views is None or len(views.codes) != len(store.labels) or views.codes.shape[1] < 2:
            continue
        if np.isfinite(views.codes).all() and np.isfinite(views.pca).all():
            return seed, views
    return None


def _shown(views: Views) -> np.ndarray:
    """The images whose reconstructions every variant has, then those in the t-SNE; at most DOTS."""
    first = views.reconstruction_index
    return np.concatenate([first, views.tsne_index[~np.isin(views.tsne_index, first)]])[:DOTS]
