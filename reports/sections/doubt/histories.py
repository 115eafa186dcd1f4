"""Quantities over the epochs, joined over seeds."""

from collections.abc import Sequence
from itertools import zip_longest

from mmdvae.record.result import VariantResult

Band = list[tuple[float, float, float]]


def seed_mean(variant: VariantResult, series: str) -> list[float | None]:
    """The mean over seeds at each epoch; None where no seed has a finite value."""
    return [sum(column) / len(column) if column else None for column in epochs(variant, series)]


def seed_band(variant: VariantResult, series: str) -> Band:
    """(epoch, lowest, highest) where at least two seeds have a value."""
    columns = enumerate(epochs(variant, series), start=1)
    return [(float(epoch), min(column), max(column)) for epoch, column in columns if len(column) > 1]


def epochs(variant: VariantResult, series: str) -> list[list[float]]:
    """The finite values of all seeds at each epoch."""
    histories = [run.history.get(series, []) for run in variant.runs]
    return [[value for value in column if value is not None] for column in zip_longest(*histories)]


def has(variant: VariantResult, series: str) -> bool:
    """Whether any seed has a value at any epoch."""
    return any(epochs(variant, series))


def group_mean(variants: Sequence[VariantResult], series: str) -> list[float | None]:
    """The mean over variants of their means over seeds at each epoch."""
    return [sum(column) / len(column) if column else None for column in _means(variants, series)]


def group_band(variants: Sequence[VariantResult], series: str) -> Band:
    """(epoch, lowest, highest) of the variants' means over seeds."""
    columns = enumerate(_means(variants, series), start=1)
    return [(float(epoch), min(column), max(column)) for epoch, column in columns if column]


def course(values: Sequence[float | None]) -> list[tuple[float, float]]:
    """The epochs that have a value, with it."""
    return [(float(epoch), value) for epoch, value in enumerate(values, start=1) if value is not None]


def exactly(values: Sequence[float | None]) -> str:
    """The values as text from which they can be read back."""
    return " ".join("none" if value is None else repr(value) for value in values)


def _means(variants: Sequence[VariantResult], series: str) -> list[list[float]]:
    means = [seed_mean(variant, series) for variant in variants]
    return [[value for value in column if value is not None] for column in zip_longest(*means)]
