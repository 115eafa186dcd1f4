"""Three distributions from which codes are drawn to be decoded: the prior, and two that are fitted to the codes.

An encoder that puts its codes elsewhere than N(0, I) decodes draws of the prior badly, whatever its decoder can do.
Drawn from a distribution that is fitted to the training codes, they show what the decoder can do.
"""

import warnings
from collections.abc import Callable

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from mmdvae.measures import prior_match, whitening

SEED = 3  # the same draws for all rows
COMPONENTS = 10

Sampler = Callable[[np.ndarray, int], np.ndarray]  # training codes (n, d), m -> draws (m, d) float32


def prior(train: np.ndarray, n: int) -> np.ndarray:
    """Draws from N(0, I), which do not depend on the training codes (m, d) but for d; (n, d) float32."""
    return prior_match.draw_prior(n, train.shape[1], seed=SEED)


def normal(train: np.ndarray, n: int) -> np.ndarray:
    """Draws from the normal distribution with the mean and covariance of training codes (m, d); (n, d) float32.

    These are the draws of `prior` after an affine map, so that codes that follow the prior have nearly the same.
    """
    mean, covariance = whitening.moments(train)
    variances, axes = np.linalg.eigh(covariance)
    root = (axes * np.sqrt(np.maximum(variances, 0.0))) @ axes.T
    return (mean + prior(train, n) @ root).astype(np.float32)


def mixture(train: np.ndarray, n: int) -> np.ndarray:
    """Draws from a mixture of ten Gaussians fitted to training codes (m, d), in random order; (n, d) float32.

    Full covariances, by expectation maximization from k-means, seeded. Codes are first divided by one length, so that
    the ridge that scikit-learn adds to variances is 1e-6 of their mean. As many Gaussians as different codes if there
    are fewer than ten.

    Source: Ghosh et al. 2020, arXiv:1903.12436 (ex-post density estimation).
    """
    components = min(COMPONENTS, len(np.unique(train, axis=0)))
    if components < 2:
        return normal(train, n)
    mean, covariance = whitening.moments(train)
    length = np.sqrt(np.trace(covariance) / len(mean))
    fitted = GaussianMixture(components, random_state=SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a hundred steps are enough for a sampler
        fitted.fit((np.asarray(train, dtype=np.float64) - mean) / length)
    drawn = np.random.default_rng(SEED).permutation(fitted.sample(n)[0])  # sorted by Gaussian before
    return (mean + length * drawn).astype(np.float32)


SAMPLERS: dict[str, Sampler] = {"": prior, "_fitted": normal, "_mixture": mixture}  # by the suffix of their metrics
