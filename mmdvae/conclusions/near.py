"""Which codes came near the prior. Uses only the standard library, because the list of runs imports it."""

from mmdvae.conclusions.rules import NEAR
from mmdvae.record.result import VariantResult


def near_prior(variant: VariantResult) -> bool:
    """Whether the codes came near the prior, with every seed: judged by the distance, not by their total variance."""
    distances = [run.number("sliced_w2") for run in variant.runs]
    return bool(distances) and all(distance is not None and distance <= NEAR for distance in distances)
