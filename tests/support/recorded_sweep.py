"""The recorded sweep as a surrogate of training: what a variant would measure, without training it.

Interpolated linearly over alpha and log sigma, seed by seed, with that seed's noise. What the sweep has no trainings
for is assumed: from sigma 5.66 to 20 nothing changes, and from 50 on a kernel is dead, as at 10,000.
"""

import math
from functools import cache
from pathlib import Path

import numpy as np

from mmdvae.conclusions.fronts import beats
from mmdvae.record import report_json

FOLDER = Path(__file__).parents[2] / "docs" / "sweep"
ALPHAS, SIGMAS = (0.2, 0.6, 0.9), (1e-4, 0.1, 1.0, 2.83, 3.83, 5.66, 20.0, 50.0)
RECORDED = {20.0: 5.66, 50.0: 1e4}  # where the sweep has no trainings: those that stand for them
TEST = ("mse", "sliced_w2")
FAR = 1.0  # a sliced W2 above it: the penalty did nothing that counts


@cache
def report():
    """The sweep's report."""
    return report_json.load(FOLDER)


@cache
def _surface(metric: int, seed: int) -> np.ndarray:
    """Values at ALPHAS x SIGMAS."""
    rows = {(one.alpha, one.sigma): one.runs[seed].number(TEST[metric]) for one in _gaussians()}
    return np.array([[rows[alpha, RECORDED.get(sigma, sigma)] for sigma in SIGMAS] for alpha in ALPHAS])


def trained(alpha: float, sigma: float, seed: int) -> tuple[float, float]:
    """Error and distance from the prior that a training with one of the three seeds would end with."""
    found = []
    for metric in range(2):
        surface, at = _surface(metric, seed), math.log(min(max(sigma, SIGMAS[0]), SIGMAS[-1]))
        column = [float(np.interp(at, np.log(SIGMAS), row)) for row in surface]
        found.append(float(np.interp(min(max(alpha, ALPHAS[0]), ALPHAS[-1]), ALPHAS, column)))
    return found[0], found[1]


def expected(alpha: float, sigma: float) -> tuple[float, float]:
    """The mean over the three seeds: what is true of a setting, as far as the sweep shows."""
    return tuple(np.mean([trained(alpha, sigma, seed) for seed in range(3)], axis=0))


def share_of_all(settings) -> float:
    """The hypervolume of these settings' true values, as a share of that of all of the sweep's Gaussian kernels.

    Of error and the logarithm of the distance, below the worst mean of the sweep in each.
    """
    return _volume([expected(*one) for one in settings]) / _volume(_all())


@cache
def _all() -> tuple[tuple[float, float], ...]:
    return tuple(expected(one.alpha, one.sigma) for one in _gaussians())


def _gaussians():
    return [one for one in report().variants if one.sigma is not None and not one.normalised]


def _volume(points) -> float:
    worst, far = (max(one.mean(metric) for one in report().variants) for metric in TEST)
    total, best = 0.0, math.log(far)
    for error, distance in sorted((error, math.log(distance)) for error, distance in points):
        if distance < best and error < worst:
            total += (worst - error) * (best - distance)
            best = distance
    return total


def front(values: dict) -> list:
    """The settings whose (error, distance) no other beats."""
    return [one for one, value in values.items() if not any(beats(other, value) for other in values.values())]
