"""Two-dimensional projections of the codes: PCA of all, t-SNE of some, and how faithful each is."""

import numpy as np
from openTSNE import TSNE
from sklearn.manifold import trustworthiness

TSNE_POINTS = 2_000  # a plot can show no more; 10,000 would take a minute
PERPLEXITY = 30
THETA = 0.8  # Barnes-Hut angle: a quarter faster than the default 0.5; KL 3 % higher, as many neighbours kept
EARLY, LATER = 50, 250  # iterations with and without exaggeration; 450 lower the divergence by only 1 to 2.5 %
JUDGED, NEIGHBOURS = 1_000, 10  # points, and neighbours of each, for trustworthiness and continuity
START_SPREAD = 1e-4  # small, so that the start determines the arrangement but not the distances


def pca(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first two principal coordinates (n, 2) float32 and their shares of the variance (2,) float64.

    Coordinates are relative to the origin of the latent space and not to the codes' mean, so that the prior N(0, I) is
    N(0, I) in the plot, too. If d < 2, the missing coordinates are zero.
    """
    shares, axes = directions(codes)
    missing = 2 - axes.shape[1]
    coordinates = np.asarray(codes, dtype=np.float64) @ axes
    return np.pad(coordinates, ((0, 0), (0, missing))).astype(np.float32), np.pad(shares, (0, missing))


def directions(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First principal directions of codes (n, d): shares of the variance (k,) and unit vectors (d, k), k = min(d, 2).

    The sign of a direction is arbitrary; here its largest loading is positive.
    """
    centred = np.asarray(codes, dtype=np.float64)
    centred = centred - centred.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(centred))
    variances, axes = np.maximum(variances[::-1], 0.0)[:2], axes[:, ::-1][:, :2]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), range(axes.shape[1])])
    return variances / (np.square(centred).sum() / len(centred) or 1.0), axes


def tsne_index(n: int) -> np.ndarray:
    """Indices of the images, out of n, that t-SNE shows: (m,) int32, sorted; the same for every variant."""
    chosen = np.random.default_rng(0).permutation(n)[:TSNE_POINTS]
    return np.sort(chosen).astype(np.int32)


def tsne(codes: np.ndarray) -> np.ndarray:
    """t-SNE of codes (n, d), initialised with their PCA; (n, 2) float32. Deterministic: one core, fixed seed.

    Fewer than four codes have no neighbourhoods to preserve: their PCA is returned.

    Source: Policar et al. 2024, J. Stat. Softw. 109(3); initialised as in Kobak and Berens 2019, Nat. Commun. 10:5416.
    """
    start = pca(codes)[0].astype(np.float64)
    if len(codes) < 4:
        return start.astype(np.float32)
    start -= start.mean(axis=0)
    start *= START_SPREAD / (start[:, 0].std() or 1.0)
    settings = TSNE(
        perplexity=min(PERPLEXITY, (len(codes) - 1) // 3),  # openTSNE uses three times as many neighbours
        theta=THETA,
        early_exaggeration_iter=EARLY,
        n_iter=LATER,
        initialization=start,
        neighbors="exact",
        negative_gradient_method="bh",
        n_jobs=1,
        random_state=0,
    )
    return np.asarray(settings.fit(np.asarray(codes, dtype=np.float64)), dtype=np.float32)


def faithfulness(codes: np.ndarray, plane: np.ndarray) -> tuple[float, float]:
    """Trustworthiness and continuity of a projection (n, 2) of codes (n, d); in [0, 1], 1 is best; NaN for n < 4.

    Whether the ten nearest neighbours in the projection are near in the latent space (no false neighbours), and the
    ten nearest in the latent space near in the projection (no lost neighbours). Computed on the first 1,000.

    Source: Venna and Kaski 2006, Neural Networks 19:889.
    """
    codes, plane = codes[:JUDGED], plane[:JUDGED]
    neighbours = min(NEIGHBOURS, (len(codes) - 1) // 2)
    if neighbours < 1:
        return np.nan, np.nan
    there, back = (trustworthiness(a, b, n_neighbors=neighbours) for a, b in ((codes, plane), (plane, codes)))
    return float(there), float(back)
