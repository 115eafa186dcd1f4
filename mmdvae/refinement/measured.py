"""What is known of each variant before the next are chosen: its two validation metrics by seed."""

import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from mmdvae.conclusions import groups
from mmdvae.record.result import VariantResult
from mmdvae.variants import Variant

BY = ("valid_mse", "valid_sliced_w2")  # both better when lower; nothing else of a result is read

Place = tuple[float, float]  # logarithms of both, so that differences are ratios


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One variant; `values` are its validation metrics by seed, empty if it failed or has none."""

    variant: Variant
    values: Mapping[int, Place]

    @property
    def place(self) -> Place:
        """The mean over its seeds; there must be one."""
        return _mean(self.values.values())


def of(variants: Iterable[VariantResult]) -> list[Measured]:
    """What is known of the variants of a report."""
    return [Measured(variant=_settings(one), values=_values(one)) for one in variants]


def searched(measured: Iterable[Measured], latent_dim: int) -> list[Measured]:
    """Those that the search is among: measured, of so many dimensions, with one Gaussian kernel that pulls strongly.

    Codes that are normalised are none of them: their scale does not depend on sigma.
    """
    return [one for one in measured if one.values and is_searched(one.variant, latent_dim)]


def is_searched(variant: Variant, latent_dim: int) -> bool:
    """Whether the search may propose such a variant."""
    return (
        variant.latent_dim == latent_dim
        and variant.kernel == "gaussian"
        and not variant.normalised
        and groups.of_kernel(variant.kernel, variant.widths, latent_dim) == "strong"
    )


def spread(measured: Iterable[Measured]) -> Place | None:
    """What two trainings that differ by their seed alone differ by, a standard deviation; None with one seed each.

    Pooled over the variants, in logarithms.
    """
    several = [[*one.values.values()] for one in measured if len(one.values) > 1]
    df = sum(len(places) - 1 for places in several)
    if not df:
        return None
    return tuple(
        math.sqrt(2 * sum(statistics.variance(axis) * (len(axis) - 1) for axis in axes) / df)
        for axes in zip(*(zip(*places, strict=True) for places in several), strict=True)
    )  # type: ignore[return-value]


def _settings(result: VariantResult) -> Variant:
    return Variant(**{field.name: getattr(result, field.name) for field in fields(Variant)})


def _values(result: VariantResult) -> dict[int, Place]:
    found = {}
    for run in result.runs:
        error, distance = (run.number(metric) for metric in BY)
        if error is not None and distance is not None and error > 0 and distance > 0:
            found[run.seed] = (math.log(error), math.log(distance))
    return found


def _mean(places: Iterable[Place]) -> Place:
    errors, distances = zip(*places, strict=True)
    return statistics.fmean(errors), statistics.fmean(distances)
