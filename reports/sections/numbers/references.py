"""Two rows that the numbers of variants stand beside: a linear method, and the best that there can be."""

from collections.abc import Sequence
from dataclasses import dataclass

from mmdvae.record.result import Report
from reports.metric import Metric

BEST = "best possible"
# Codes of PCA have the scale of pixels, or by convention variance 1: how they lie to the prior says nothing.
OF_SCALE = frozenset({"total_variance", "sliced_w2", "latent_coverage"})
# Best first: draws of N(0, I) in the place of codes, training images in the place of samples.
CEILINGS = ("prior draws", "real images")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One row, by metric."""

    title: str
    detail: str
    values: dict[str, float]


def of(report: Report, columns: Sequence[Metric]) -> list[Reference]:
    """PCA with as many dimensions as the codes, and what is best possible; each only if it has a value.

    Of a report for one number of latent dimensions.
    """
    d = report.run.latent_dim
    found = [
        Reference(title=f"PCA-{d}", detail="a linear method", values=_pca(report, columns)),
        Reference(title=BEST, detail="the prior, real images", values=_best(report, columns)),
    ]
    return [one for one in found if one.values]


def _pca(report: Report, columns: Sequence[Metric]) -> dict[str, float]:
    numbers = _numbers(report, f"PCA-{report.run.latent_dim}")
    return {column.name: numbers[column.name] for column in columns if column.name in numbers.keys() - OF_SCALE}


def _best(report: Report, columns: Sequence[Metric]) -> dict[str, float]:
    d = report.run.latent_dim
    values = {column.name: value for column in columns for value in [column.prior(d)] if value is not None}
    for name in reversed(CEILINGS):
        values |= _numbers(report, name)
    entropy = _entropy(report)
    if entropy is not None:
        values["bce"] = entropy
    return {column.name: values[column.name] for column in columns if column.name in values}


def _entropy(report: Report) -> float | None:
    """BCE of a perfect reconstruction: the entropy of grey pixels, which each error holds; None if not measured."""
    pairs = [(one.mean("bce"), one.mean("bce_excess")) for one in report.variants]
    return next((bce - excess for bce, excess in pairs if bce is not None and excess is not None), None)


def _numbers(report: Report, name: str) -> dict[str, float]:
    return next((one.numbers for one in report.baselines if one.name == name), {})
