"""Classifier two-sample test: how well a classifier tells codes from prior draws that it was not fitted to."""

import math

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

NEIGHBOURS = 10  # 5 would blur less and be noisier: docs/decisions/evaluation.md


def auc(z: np.ndarray, prior: np.ndarray) -> float:
    """Probability that a code gets a higher score than a prior draw; z (n, d) and prior (m, d), each in random order.

    0.5 if nothing tells them apart, 1 if everything does. The first half of both is what the classifier knows, the
    second is scored: by the distance to the tenth nearest prior draw, compared with that to the tenth nearest code,
    which estimates the ratio of the two densities. No rotation changes it. If both follow the same distribution, the
    mean is 0.5 and the standard deviation that of Mann and Whitney's statistic, 0.0082 for 5,000 and 5,000. NaN for
    fewer than four points in either.

    Source: Lopez-Paz and Oquab 2017, arXiv:1610.06545.
    """
    if min(len(z), len(prior)) < 4:
        return math.nan
    (known_z, new_z), (known_prior, new_prior) = (_halves(points) for points in (z, prior))
    scored = np.concatenate([new_z, new_prior])
    neighbours = min(NEIGHBOURS, len(known_z), len(known_prior))
    to_code, to_prior = (_reach(known, scored, neighbours) for known in (known_z, known_prior))
    both = to_code + to_prior
    score = np.divide(to_prior, both, out=np.full_like(both, 0.5), where=both > 0)
    return float(roc_auc_score(np.arange(len(scored)) < len(new_z), score))


def _halves(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    points = np.asarray(points, dtype=np.float64)
    return points[: len(points) // 2], points[len(points) // 2 :]


def _reach(known: np.ndarray, scored: np.ndarray, neighbours: int) -> np.ndarray:
    return NearestNeighbors(n_neighbors=neighbours, algorithm="brute").fit(known).kneighbors(scored)[0][:, -1]
