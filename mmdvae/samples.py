"""How real images look that are decoded from the prior, judged by the features of a classifier of the same data set.

The numbers depend on the classifier and on how many images are compared: they rank variants within one report, beside
the row of real images against other real images, and are not to be held against papers.
"""

import numpy as np
from scipy.spatial.distance import cdist

SUBSETS, SUBSET = 100, 1_000
NEIGHBOURS = 5


def frechet(real: np.ndarray, made: np.ndarray) -> float:
    """Fréchet distance between normal distributions fitted to two sets of features (n, f), (m, f); >= 0.

    |m - m'|² + tr(C + C' - 2 (C C')^½). The trace of the root is the sum of singular values of C^½ C'^½, which needs no
    complex numbers when a covariance is singular.

    Source: Heusel et al. 2017, arXiv:1706.08500.
    """
    means = [features.mean(axis=0, dtype=np.float64) for features in (real, made)]
    roots = [_square_root(np.cov(features.astype(np.float64), rowvar=False)) for features in (real, made)]
    traces = sum(np.square(root).sum() for root in roots)
    overlap = np.linalg.svd(roots[0] @ roots[1], compute_uv=False).sum()
    return float(max(0.0, np.square(means[0] - means[1]).sum() + traces - 2 * overlap))


def kernel_distance(real: np.ndarray, made: np.ndarray, *, seed: int = 0) -> tuple[float, float]:
    """KID: mean and standard deviation over 100 subsets of 1,000 of the unbiased MMD² under (x . y / f + 1)³.

    Source: Binkowski et al. 2018, arXiv:1801.01401. It can be below zero, as any unbiased estimate of zero.
    """
    rng = np.random.default_rng(seed)
    size = min(SUBSET, len(real), len(made))
    values = []
    for _ in range(SUBSETS):
        x, y = (features[rng.choice(len(features), size, replace=False)] for features in (real, made))
        values.append(_cubic_mmd2(x.astype(np.float64), y.astype(np.float64)))
    return float(np.mean(values)), float(np.std(values, ddof=1))


def density_and_coverage(real: np.ndarray, made: np.ndarray) -> tuple[float, float]:
    """How many real images' neighbourhoods a made image lies in, on average, in units of what real ones do; and the
    share of real images whose neighbourhood has a made image in it. Features (n, f), (m, f).

    A neighbourhood reaches to the fifth nearest other real image. Under equality density is 1 and coverage 1 - 2^-5
    or more.

    Source: Naeem et al. 2020, arXiv:2002.09797.
    """
    among_real = np.sort(cdist(real, real), axis=1)
    reach = among_real[:, NEIGHBOURS]  # column 0 is the image itself
    distances = cdist(real, made)
    inside = distances < reach[:, None]
    density = inside.sum() / (NEIGHBOURS * len(made))
    return float(density), float((distances.min(axis=1) < reach).mean())


def class_entropy(classes: np.ndarray, count: int) -> float:
    """Entropy in nats of the classes (n,) that the classifier sees; log(count) when all are equally frequent."""
    shares = np.bincount(classes, minlength=count) / len(classes)
    shares = shares[shares > 0]
    return float(-np.sum(shares * np.log(shares)))


def _square_root(covariance: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(np.maximum(values, 0.0)) @ vectors.T


def _cubic_mmd2(x: np.ndarray, y: np.ndarray) -> float:
    n, features = x.shape
    within = [((z @ z.T / features + 1) ** 3) for z in (x, y)]
    between = ((x @ y.T / features + 1) ** 3).mean()
    return float(sum((k.sum() - np.trace(k)) / (n * (n - 1)) for k in within) - 2 * between)
