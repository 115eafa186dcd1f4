"""A run with several numbers of latent dimensions as one report for each: what is drawn of a run is drawn of each.

Uses only the standard library, because the list of runs shows an answer for each.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from mmdvae.record.result import Baseline, Report, VariantResult
from reports import text


def dims(variants: Iterable[VariantResult]) -> list[int]:
    """The numbers of latent dimensions of these variants, rising."""
    return sorted({one.latent_dim for one in variants})


def several(report: Report) -> bool:
    """Whether the run compares more than one number of latent dimensions."""
    return bool(report.more_advice)


def of(report: Report) -> list[Report]:
    """A report for each number of latent dimensions; of a run with one the report itself."""
    return [_at(report, d) for d in report.latent_dims] if several(report) else [report]


def holding(report: Report, variant: VariantResult) -> Report:
    """The report for as many latent dimensions as the variant has."""
    return _at(report, variant.latent_dim) if several(report) else report


def named(found: Sequence[int | None], word: str = "") -> str:
    """d = 8; of several d = 2, 8, 32, or with a word before the last: d = 2, 8 and 32."""
    shown = [*map(str, found)]
    return f"d\u00a0=\u00a0{text.listed(shown, word) if word else ', '.join(shown)}"


def _at(report: Report, d: int) -> Report:
    """What the report says of d latent dimensions, as if the run had no others; its checks stay those of all."""
    return replace(
        report,
        run=replace(report.run, latent_dim=d),
        variants=[one for one in report.variants if one.latent_dim == d],
        baselines=[_alone(one) for one in report.baselines if one.latent_dim in (None, d)],
        verdicts=[one for one in report.verdicts if one.latent_dim == d],
        advice=next(one for one in report.advices if one.latent_dim == d),
        more_advice=[],
    )


def _alone(baseline: Baseline) -> Baseline:
    """The baseline by the name that it has in a run with one number of latent dimensions."""
    return replace(baseline, name=baseline.name.removesuffix(f" d={baseline.latent_dim}"))
