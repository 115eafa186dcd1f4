"""Variants by their number of latent dimensions. Uses only the standard library.

Distances, errors and how much they scatter depend on that number, so variants are judged within it.
"""

from collections.abc import Sequence

from mmdvae.record.result import VariantResult


def split(variants: Sequence[VariantResult]) -> dict[int, list[VariantResult]]:
    """The variants by number of latent dimensions, rising, each in the order that was given."""
    found: dict[int, list[VariantResult]] = {dim: [] for dim in sorted({one.latent_dim for one in variants})}
    for one in variants:
        found[one.latent_dim].append(one)
    return found
