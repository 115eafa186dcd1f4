"""Quality of decoded draws, measured on the features of a classifier of the same data set.

The values depend on the classifier and on the number of images: they rank variants within one report, beside the row
of real images compared with other real images, and are not comparable with published values.
"""

import math
from functools import partial

import numpy as np
from sklearn.metrics import euclidean_distances
from sklearn.neighbors import NearestNeighbors

from mmdvae.measures import jackknife

SUBSETS, SUBSET = 25, 1_000
NEIGHBOURS = 5
BLOCK = 250  # real images at a time: all distances at once would take 200 MB, and several times as long
METRICS = ("fid", "kid", "density", "coverage")
ONCE = ("kid_sd", "class_entropy")  # of draws from the prior only


def names(suffix: str) -> list[str]:
    """The names of all that is measured of a sampler's draws; its suffix comes before "_noise"."""
    once = [] if suffix else ONCE
    return [*(f"{name}{suffix}" for name in METRICS), *once, *(f"{name}{suffix}_noise" for name in METRICS)]


def judged(
    real: np.ndarray, made: np.ndarray, made_classes: np.ndarray | None, *, suffix: str = ""
) -> dict[str, float]:
    """All `names`, from features (n, f) of real images, and features (m, f) and classes (m,) of samples.

    "_noise" is the standard deviation that the metric would have over sets of m samples of the same model; the real
    images stay the same. Samples are in random order. class_entropy is NaN without classes.
    """
    kid, kid_sd, kid_noise = kernel_distance(real, made)
    inside, neighbours = neighbourhoods(real, made)
    noise = {
        "fid": jackknife.standard_deviation(jackknife.without_blocks(partial(frechet, real), made)),
        "kid": kid_noise,
        **_shares_noise(inside, neighbours),
    }
    values = {"fid": frechet(real, made), "kid": kid, **_shares(inside, neighbours)}
    values |= {"kid_sd": kid_sd, "class_entropy": math.nan if made_classes is None else class_entropy(made_classes)}
    measured = {f"{name}{suffix}": value for name, value in values.items()}
    measured |= {f"{name}{suffix}_noise": value for name, value in noise.items()}
    return {name: measured[name] for name in names(suffix)}


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


def kernel_distance(real: np.ndarray, made: np.ndarray, *, seed: int = 0) -> tuple[float, float, float]:
    """KID: mean and standard deviation over 25 subsets of 1,000 of the unbiased MMD² under (x . y / f + 1)³, and noise.

    The mean can be negative, like any unbiased estimate of zero. The deviation is NaN if each subset is the whole set.
    The noise is the deviation that the mean would have over sets of made images.

    Source: Binkowski et al. 2018, arXiv:1801.01401.
    """
    rng = np.random.default_rng(seed)
    size, blocks = min(SUBSET, len(real), len(made)), jackknife.block_numbers(len(made))
    values, left_out = [], []
    for _ in range(SUBSETS):
        of_x, of_y = (rng.choice(len(features), size, replace=False) for features in (real, made))
        x, y = real[of_x].astype(np.float64), made[of_y].astype(np.float64)
        value, without = _cubic_mmd2(x, y, blocks[of_y, None] == np.arange(blocks[-1] + 1))
        values.append(value)
        left_out.append(without)
    whole = size == len(real) == len(made)
    noise = jackknife.standard_deviation(np.mean(left_out, axis=0))
    return float(np.mean(values)), math.nan if whole else float(np.std(values, ddof=1)), noise


def density_and_coverage(real: np.ndarray, made: np.ndarray) -> tuple[float, float]:
    """Density and coverage of features (m, f) of samples among those of real images (n, f); NaN if n = 1.

    Density: mean number of real neighbourhoods that contain a sample, divided by 5; coverage: share of real
    neighbourhoods that contain a sample. A neighbourhood reaches to the fifth nearest other real image. For two samples
    from the same distribution and n = m, density is 1 on average and coverage 1 - 2^-5. Density exceeds 1 if samples
    concentrate where real images are dense.

    Source: Naeem et al. 2020, arXiv:2002.09797.
    """
    shares = _shares(*neighbourhoods(real, made))
    return shares["density"], shares["coverage"]


def neighbourhoods(real: np.ndarray, made: np.ndarray) -> tuple[np.ndarray, int]:
    """Whether each sample (m, f) is in a real image's neighbourhood, (n, m) bool; and the neighbours in each, <= 5."""
    neighbours = min(NEIGHBOURS, len(real) - 1)
    if neighbours < 1:
        return np.zeros((len(real), len(made)), dtype=np.bool_), 0
    real, made = (np.asarray(features, dtype=np.float64) for features in (real, made))
    reach = NearestNeighbors(n_neighbors=neighbours, algorithm="brute").fit(real).kneighbors()[0][:, -1]
    starts = range(0, len(real), BLOCK)
    rows = [euclidean_distances(real[i : i + BLOCK], made) < reach[i : i + BLOCK, None] for i in starts]
    return np.concatenate(rows), neighbours


def class_entropy(classes: np.ndarray) -> float:
    """Entropy in nats of the distribution of predicted classes (n,); log k if k classes are equally frequent."""
    shares = np.unique(classes, return_counts=True)[1] / len(classes)
    return float(np.sum(shares * -np.log(shares)))


def _square_root(covariance: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(np.maximum(values, 0.0)) @ vectors.T


def _shares(inside: np.ndarray, neighbours: int) -> dict[str, float]:
    if neighbours < 1:
        return {"density": math.nan, "coverage": math.nan}
    density, coverage = inside.sum() / (neighbours * inside.shape[1]), inside.any(axis=1).mean()
    return {"density": float(density), "coverage": float(coverage)}


def _shares_noise(inside: np.ndarray, neighbours: int) -> dict[str, float]:
    if neighbours < 1:
        return {"density": math.nan, "coverage": math.nan}
    starts = jackknife.starts(inside.shape[1])
    counts = np.add.reduceat(inside, starts, axis=1, dtype=np.int32)  # (n, blocks)
    left = counts.sum(axis=1, keepdims=True) - counts
    samples = inside.shape[1] - np.diff(starts, append=inside.shape[1])
    with np.errstate(invalid="ignore"):  # a single sample: nothing is left
        density, coverage = left.sum(axis=0) / (neighbours * samples), (left > 0).mean(axis=0)
    return {
        "density": jackknife.standard_deviation(density),
        "coverage": jackknife.standard_deviation(coverage),
    }


def _cubic_mmd2(x: np.ndarray, y: np.ndarray, member: np.ndarray) -> tuple[float, np.ndarray]:
    """Unbiased MMD² of x (n, f) and y (m, f), and the same without each block of y; member (m, blocks) bool."""
    k_xx, k_yy, k_xy = (_cubic(a, b) for a, b in ((x, x), (y, y), (x, y)))
    np.fill_diagonal(k_yy, 0.0)
    member = member.astype(np.float64)
    with_block = k_yy @ member  # (m, blocks)
    within_block = np.einsum("ib,ib->b", member, with_block)
    # Sums, and numbers of points, of all of y and then without each block.
    yy = k_yy.sum() - np.append(0, 2 * with_block.sum(axis=0) - within_block)
    xy = k_xy.sum() - np.append(0, k_xy.sum(axis=0) @ member)
    n, m = len(x), len(y) - np.append(0, member.sum(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):  # where fewer than two points are left
        values = (k_xx.sum() - np.trace(k_xx)) / (n * (n - 1)) + yy / (m * (m - 1)) - 2 * xy / (n * m)
    return float(values[0]), values[1:]


def _cubic(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    k = x @ y.T / x.shape[1] + 1
    return k * k * k  # NumPy's ** 3 takes five times as long
