"""Bandwidths by a rule of the number of latent dimensions d: sqrt(d), median, d/sqrt(2), 0.5*sqrt(d)."""

import math
import re
from collections.abc import Callable

from mmdvae.errors import InputError
from mmdvae.measures.live_range import median_distance_of_prior
from mmdvae.variants import NUMBER

BASES: dict[str, Callable[[int], float]] = {
    "sqrt(d)": math.sqrt,
    "d": float,
    "median": median_distance_of_prior,  # of two draws from N(0, I), and not of a batch, which would move in training
}
FORMS = "sqrt(d), median, d, K*sqrt(d), K*median, d/sqrt(K)"
_RULE = re.compile(
    rf"(?:(?P<factor>{NUMBER}) *\* *)?(?P<base>sqrt\(d\)|median|d)"
    rf"(?: */ *(?:(?P<divisor>{NUMBER})|sqrt\((?P<root>{NUMBER})\)))?"
)


def resolve(sigma: float | str, dim: int) -> float:
    """The bandwidth in latent units: a number as it is, a rule to three digits, so that equal settings share a name.

    Raises: InputError for a text that is neither a number nor a rule.
    """
    if not isinstance(sigma, str):
        return sigma
    found = _RULE.fullmatch(sigma.strip())
    if not found:
        raise InputError(f"sigma must be a number > 0, or a rule: {FORMS}; got {sigma[:60]!r}")
    divisor = float(found["divisor"] or 1) * math.sqrt(float(found["root"] or 1))
    if not divisor:
        raise InputError(f"sigma must be a number > 0, got {sigma[:60]!r}, which divides by 0")
    return float(f"{BASES[found['base']](dim) * float(found['factor'] or 1) / divisor:.3g}")
