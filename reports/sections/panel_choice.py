"""Which variants get full-size panels when there are too many for one page."""

from mmdvae.record.result import VariantResult
from reports.table import best

MOST = 8


def full_panels(variants: list[VariantResult]) -> list[VariantResult]:
    """At most MOST, in the given order; chosen in the order first, unregularised, best, extremes, evenly spaced."""
    if len(variants) <= MOST:
        return variants
    by_variance = sorted(
        (variant for variant in variants if variant.mean("total_variance") is not None),
        key=lambda variant: variant.mean("total_variance") or 0.0,
    )
    wanted = [
        variants[0],
        *(variant for variant in variants if not variant.has_penalty),
        best(variants, "bce"),
        best(variants, "mmd2"),
        *by_variance[:1],
        *by_variance[-1:],
        *(variant for variant in variants if variant.has_penalty and variant.sigma is None),
        *variants[:: -(-len(variants) // MOST)],
        *variants,
    ]
    names = list(dict.fromkeys(variant.name for variant in wanted if variant is not None))[:MOST]
    return [variant for variant in variants if variant.name in names]
