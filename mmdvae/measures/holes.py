"""Holes in the codes: regions that are likely under the prior N(0, I) and that hold few codes or none.

Distances between distributions average over space and hardly see them: ten tight clusters with the prior's mean and
covariance are as near by `sliced_w2` as well regularized codes, and leave half of the prior empty.
"""

import math

import numpy as np
from sklearn.neighbors import NearestNeighbors

from mmdvae.measures import c2st
from mmdvae.measures.sample_quality import density_and_coverage

AT_MOST = 5_000  # codes, and as many draws of the prior: the share that is covered depends on the number
METRICS = ("latent_coverage", "latent_density", "c2st_auc", "nearest_code")


def of_codes(z: np.ndarray, prior: np.ndarray) -> dict[str, float]:
    """The four METRICS of codes (n, d) in random order among prior draws (m, d); values under the prior in parentheses.

    latent_coverage (1 - 2^-5 for n = m): share of the prior draws' neighbourhoods that hold a code; latent_density (1):
    how many of them hold a code, on average over codes and divided by 5; c2st_auc (0.5): see `c2st.auc`; nearest_code:
    mean distance of a prior draw to its nearest code, in latent units.

    Source: Naeem et al. 2020, arXiv:2002.09797, with the prior in place of real images; Rosca et al. 2018,
    arXiv:1802.06847, on the holes.
    """
    density, coverage = density_and_coverage(prior, z)
    nearest = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(z).kneighbors(prior)[0].mean(dtype=np.float64)
    return dict(zip(METRICS, (coverage, density, c2st.auc(z, prior), float(nearest)), strict=True))


def unknown() -> dict[str, float]:
    """The same without codes: NaN."""
    return dict.fromkeys(METRICS, math.nan)
