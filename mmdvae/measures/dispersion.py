"""Dispersion of the codes: mean and covariance of the aggregated posterior, compared with those of N(0, I)."""

import numpy as np

ACTIVE_ABOVE = 0.01  # variance of a coordinate's posterior mean; Burda et al. 2016, arXiv:1509.00519, section 5.2


def of_codes(means: np.ndarray, log_variances: np.ndarray) -> dict[str, float]:
    """Nine metrics of posteriors N(mean, diag exp(log_variance)), (n, d) each; values under the prior in parentheses.

    total_variance (d) = variance_of_means + posterior_variance, traces of the two parts of Cov(z);
    logdet_cov (0), -inf for a singular covariance; participation_ratio (d) = (sum l)² / sum l² over Cov(z)'s
    eigenvalues, the effective number of dimensions, NaN for zero variance; mean_norm (0); active_units, the number of
    coordinates whose mean depends on the image; gaussian_w2 (0) and gaussian_kl (0), distances of N(E z, Cov(z)) from
    N(0, I).
    """
    between, within = _covariance_of_means(means), _mean_variances(log_variances)
    spectrum = eigenvalues(means, log_variances)
    mean_norm = float(np.linalg.norm(np.mean(means, axis=0, dtype=np.float64)))
    with np.errstate(divide="ignore", invalid="ignore"):
        logdet, participation = np.log(spectrum).sum(), spectrum.sum() ** 2 / np.square(spectrum).sum()
    return {
        "total_variance": float(np.trace(between) + within.sum()),
        "variance_of_means": float(np.trace(between)),
        "posterior_variance": float(within.sum()),
        "logdet_cov": float(logdet),
        "participation_ratio": float(participation),
        "mean_norm": mean_norm,
        "active_units": int(np.sum(np.diag(between) > ACTIVE_ABOVE)),
        "gaussian_w2": gaussian_w2(mean_norm, spectrum),
        "gaussian_kl": gaussian_kl(mean_norm, spectrum),
    }


def gaussian_w2(mean_norm: float, spectrum: np.ndarray) -> float:
    """Wasserstein-2 distance of N(m, C) from N(0, I), sqrt(|m|² + sum (sqrt(l) - 1)²) over C's eigenvalues l (d,).

    In units of the prior's standard deviation. N(0, I) is invariant under rotation, so only |m| and l matter.

    Source: Dowson and Landau 1982, J. Multivar. Anal. 12:450.
    """
    return float(np.sqrt(mean_norm**2 + np.square(np.sqrt(spectrum) - 1).sum()))


def gaussian_kl(mean_norm: float, spectrum: np.ndarray) -> float:
    """KL(N(m, C) || N(0, I)) in nats, (|m|² + sum (l - 1 - log l)) / 2 over C's eigenvalues l (d,); inf if one is 0."""
    with np.errstate(divide="ignore"):
        return float(0.5 * (mean_norm**2 + (spectrum - 1 - np.log(spectrum)).sum()))


def eigenvalues(means: np.ndarray, log_variances: np.ndarray) -> np.ndarray:
    """Eigenvalues of Cov(z) = Cov(mean) + E[diag exp(log_variance)], z drawn from the posteriors; (d,), descending."""
    covariance = _covariance_of_means(means) + np.diag(_mean_variances(log_variances))
    return np.maximum(np.linalg.eigvalsh(covariance)[::-1], 0.0)  # rounding can make a zero slightly negative


def _covariance_of_means(means: np.ndarray) -> np.ndarray:
    # Divided by n: z is drawn from the mixture of these n posteriors, so Cov(z) is exactly the sum in `eigenvalues`.
    centred = np.asarray(means, dtype=np.float64)
    centred = centred - centred.mean(axis=0)
    return centred.T @ centred / len(centred)  # (d, d)


def _mean_variances(log_variances: np.ndarray) -> np.ndarray:
    return np.exp(np.asarray(log_variances, dtype=np.float64)).mean(axis=0)  # (d,)
