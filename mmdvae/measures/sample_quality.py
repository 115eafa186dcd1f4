"""Quality of images decoded from the prior, measured on the features of a classifier of the same data set.

The values depend on the classifier and on the number of images: they rank variants within one report, beside the row
of real images compared with other real images, and are not comparable with published values.
"""

import math

import numpy as np
from sklearn.metrics import euclidean_distances
from sklearn.neighbors import NearestNeighbors

SUBSETS, SUBSET = 25, 1_000
NEIGHBOURS = 5
METRICS = ("fid", "kid", "kid_sd", "density", "coverage", "class_entropy")


def judged(real: np.ndarray, made: np.ndarray, made_classes: np.ndarray) -> dict[str, float]:
    """fid, kid, kid_sd, density, coverage and class_entropy, from features (n, f), (m, f) and classes (m,)."""
    kid, kid_sd = kernel_distance(real, made)
    density, coverage = density_and_coverage(real, made)
    values = (frechet(real, made), kid, kid_sd, density, coverage, class_entropy(made_classes))
    return dict(zip(METRICS, values, strict=True))


def frechet(real: np.ndarray, made: np.ndarray) -> float:
    """Fréchet distance between normal distributions fitted to two sets of features (n, f), (m, f); >= 0.

    |m - m'|² + tr(C + C' - 2 (C C')^½). The trace of the root is the sum of singular values of C^½ C'^½, which avoids
    complex numbers when a covariance is singular.

    Source: Heusel et al. 2017, arXiv:1706.08500.
    """
    means = [features.mean(axis=0, dtype=np.float64) for features in (real, made)]
    roots = [_square_root(np.cov(features.astype(np.float64), rowvar=False)) for features in (real, made)]
    traces = sum(np.square(root).sum() for root in roots)
    overlap = np.linalg.svd(roots[0] @ roots[1], compute_uv=False).sum()
    return float(max(0.0, np.square(means[0] - means[1]).sum() + traces - 2 * overlap))


def kernel_distance(real: np.ndarray, made: np.ndarray, *, seed: int = 0) -> tuple[float, float]:
    """KID: mean and standard deviation over 25 subsets of 1,000 of the unbiased MMD² under (x . y / f + 1)³.

    The mean can be negative, like any unbiased estimate of zero. The deviation is NaN if each subset is the whole set.

    Source: Binkowski et al. 2018, arXiv:1801.01401.
    """
    rng = np.random.default_rng(seed)
    size = min(SUBSET, len(real), len(made))
    values = []
    for _ in range(SUBSETS):
        x, y = (features[rng.choice(len(features), size, replace=False)] for features in (real, made))
        values.append(_cubic_mmd2(x.astype(np.float64), y.astype(np.float64)))
    whole = size == len(real) == len(made)
    return float(np.mean(values)), math.nan if whole else float(np.std(values, ddof=1))


def density_and_coverage(real: np.ndarray, made: np.ndarray) -> tuple[float, float]:
    """Density and coverage of features (m, f) of samples among those of real images (n, f); NaN if n = 1.

    Density: mean number of real neighbourhoods that contain a sample, divided by 5; coverage: share of real
    neighbourhoods that contain a sample. A neighbourhood reaches to the fifth nearest other real image. For two samples
    from the same distribution and n = m, density is 1 on average and coverage 1 - 2^-5. Density exceeds 1 if samples
    concentrate where real images are dense.

    Source: Naeem et al. 2020, arXiv:2002.09797.
    """
    neighbours = min(NEIGHBOURS, len(real) - 1)
    if neighbours < 1:
        return math.nan, math.nan
    real, made = (np.asarray(features, dtype=np.float64) for features in (real, made))
    reach = NearestNeighbors(n_neighbors=neighbours, algorithm="brute").fit(real).kneighbors()[0][:, -1]
    inside = euclidean_distances(real, made) < reach[:, None]
    return float(inside.sum() / (neighbours * len(made))), float(inside.any(axis=1).mean())


def class_entropy(classes: np.ndarray) -> float:
    """Entropy in nats of the distribution of predicted classes (n,); log k if k classes are equally frequent."""
    shares = np.unique(classes, return_counts=True)[1] / len(classes)
    return float(np.sum(shares * -np.log(shares)))


def _square_root(covariance: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(np.maximum(values, 0.0)) @ vectors.T


def _cubic_mmd2(x: np.ndarray, y: np.ndarray) -> float:
    k_xx, k_yy, k_xy = (_cubic(a, b) for a, b in ((x, x), (y, y), (x, y)))
    n = len(x)
    return float(sum((k.sum() - np.trace(k)) / (n * (n - 1)) for k in (k_xx, k_yy)) - 2 * k_xy.mean())


def _cubic(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    k = x @ y.T / x.shape[1] + 1
    return k * k * k  # NumPy's ** 3 takes five times as long
