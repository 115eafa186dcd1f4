"""Definitions in float64 and closed forms, written out; nothing here comes from mmdvae, or is fast."""

import itertools
import math

import numpy as np
from scipy import integrate, linalg, stats

WAE_FACTORS = (0.1, 0.2, 0.5, 1, 2, 5, 10)


def bce(targets, logits):
    """Mean cross-entropy, pixel by pixel: t log(1 + e^-l) + (1 - t) log(1 + e^l)."""
    pixels = list(zip(np.ravel(targets).tolist(), np.ravel(logits).tolist(), strict=True))
    terms = (t * math.log1p(math.exp(-x)) + (1 - t) * math.log1p(math.exp(x)) for t, x in pixels)
    return math.fsum(terms) / len(pixels)


def ssim(a, b):
    """Structural similarity of two images in [0, 1]: all whole 7 x 7 windows, sample (n - 1) moments."""
    values = []
    for row, column in itertools.product(range(a.shape[0] - 6), range(a.shape[1] - 6)):
        p, q = (np.ravel(image[row : row + 7, column : column + 7]) for image in (a, b))
        (var_p, cov), (_, var_q) = np.cov(p, q)
        luminance = (2 * p.mean() * q.mean() + 0.01**2) / (p.mean() ** 2 + q.mean() ** 2 + 0.01**2)
        values.append(luminance * (2 * cov + 0.03**2) / (var_p + var_q + 0.03**2))
    return float(np.mean(values))


def gaussian_kernel(a, b, h):
    """exp(-|a - b|² / (2 h²)) of two points."""
    return math.exp(-(math.dist(a, b) ** 2) / (2 * h * h))


def imq7_kernel(a, b):
    """The mean of the seven C / (C + |a - b|²), C = 2 d times WAE's factors, of two points."""
    scales = [2 * len(a) * factor for factor in WAE_FACTORS]
    return sum(c / (c + math.dist(a, b) ** 2) for c in scales) / 7


def kernel_values(x, kernel):
    """The kernel of every pair of different points."""
    return [kernel(a, b) for a, b in itertools.combinations(x.tolist(), 2)]


def mmd2_unbiased(x, y, kernel):
    """MMD², pair by pair."""
    between = [kernel(a, b) for a, b in itertools.product(x.tolist(), y.tolist())]
    return np.mean(kernel_values(x, kernel)) + np.mean(kernel_values(y, kernel)) - 2 * np.mean(between)


def imq7_mmd2_of_gaussian(q, d):
    """MMD² between N(0, q² I) and N(0, I) under imq7_kernel: |a - b|² is a scaled chi², integrated numerically."""

    def mean_kernel(variance):  # for differences with this variance per coordinate
        def integrand(u):
            values = [c / (c + variance * u) for c in (2 * d * factor for factor in WAE_FACTORS)]
            return sum(values) / 7 * stats.chi2.pdf(u, d)

        return integrate.quad(integrand, 0, math.inf)[0]

    return mean_kernel(2 * q * q) + mean_kernel(2) - 2 * mean_kernel(1 + q * q)


def gaussian_kernel_mean(h, d):
    """E k of two draws from N(0, I)."""
    return (h * h / (h * h + 2)) ** (d / 2)


def gaussian_kernel_share(h, d, low, high):
    """P(low < k < high) of two draws from N(0, I), whose squared distance is 2 chi²."""
    return stats.chi2.cdf(-h * h * math.log(low), d) - stats.chi2.cdf(-h * h * math.log(high), d)


def covariance(points):
    """Covariance of the uniform distribution on the points, from pairs: half the mean of (a - b)(a - b)'."""
    return np.mean([np.outer(a - b, a - b) for a, b in itertools.product(points, points)], axis=0) / 2


def knn_accuracy(references, reference_labels, codes, labels, k):
    """Accuracy of k nearest neighbours: full sort, then a vote; the smaller label wins a tie."""
    hits = 0
    for code, label in zip(codes, labels, strict=True):
        nearest = sorted(range(len(references)), key=lambda i: math.dist(code, references[i]))[:k]
        votes = [int(reference_labels[i]) for i in nearest]
        hits += max(sorted(set(votes)), key=votes.count) == label
    return hits / len(codes)


def principal_axes(points, components):
    """Leading right singular vectors, (d, components), and all squared singular values over n."""
    _, singular, axes = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    return axes[:components].T, singular**2 / len(points)


def imq_kernel(a, b, c):
    """C / (C + |a - b|²) of two points."""
    return c / (c + math.dist(a, b) ** 2)


def kernel_matrix(x, y, kernel):
    """The kernel of every point of x with every point of y, (n, m)."""
    return np.array([[kernel(a, b) for b in y.tolist()] for a in x.tolist()])


def mmd2_biased(x, y, kernel):
    """MMD² over all pairs, including each point with itself."""
    return (
        kernel_matrix(x, x, kernel).mean() + kernel_matrix(y, y, kernel).mean() - 2 * kernel_matrix(x, y, kernel).mean()
    )


def mmd2_to_prior(z, h, *, unbiased):
    """MMD² of codes against N(0, I) under the Gaussian kernel; prior terms by one integral per coordinate."""

    def mean_with_prior(a, variance):  # E exp(-(a - p)² / (2 h²)) with p ~ N(0, variance)
        def integrand(p):
            return math.exp(-((a - p) ** 2) / (2 * h * h)) * stats.norm.pdf(p, scale=math.sqrt(variance))

        return integrate.quad(integrand, -40, 40, points=[0, a])[0]

    d = z.shape[1]
    between = np.mean([math.prod(mean_with_prior(a, 1) for a in code) for code in z.tolist()])
    kernel = kernel_matrix(z, z, lambda a, b: gaussian_kernel(a, b, h))
    within = np.mean(kernel_values(z, lambda a, b: gaussian_kernel(a, b, h))) if unbiased else kernel.mean()
    return within + mean_with_prior(0, 2) ** d - 2 * between


def gaussian_mmd2_of_gaussians(q, h, d, shift=0.0):
    """MMD² between N(m, q² I), |m| = shift, and N(0, I) under the Gaussian kernel, in closed form."""

    def f(c):
        return (h * h / (h * h + c)) ** (d / 2)

    return f(2 * q * q) + f(2) - 2 * f(1 + q * q) * math.exp(-(shift**2) / (2 * (h * h + 1 + q * q)))


def gaussian_w2(mean, covariance):
    """Wasserstein-2 distance of N(m, C) from N(0, I), |m|² + tr(C + I - 2 C^½) by a matrix root."""
    root = linalg.sqrtm(covariance).real
    return math.sqrt(np.sum(np.square(mean)) + np.trace(covariance + np.eye(len(covariance)) - 2 * root))


def gaussian_kl(mean, covariance):
    """KL(N(m, C) || N(0, I)), (tr C + |m|² - d - log det C) / 2."""
    return 0.5 * (np.trace(covariance) + np.sum(np.square(mean)) - len(mean) - math.log(np.linalg.det(covariance)))
