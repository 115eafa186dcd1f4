"""Tables of metrics as data: a row per variant, then the prior and the baselines."""

from dataclasses import dataclass
from functools import partial
from typing import Literal

from mmdvae.penalties.lookup import known
from mmdvae.record.result import Baseline, Report, Statistic, VariantResult
from reports import metrics, text
from reports.metrics import Metric

Kind = Literal["variant", "reference", "baseline"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One number of the table: `value` for sorting, `text` and `spread` for display."""

    value: float | None
    text: str
    spread: str = ""  # ± standard deviation over seeds; empty for one seed
    best: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table."""

    name: str
    kind: Kind
    status: str = "ok"
    error: str = ""
    alpha: str = ""
    sigma: str = ""
    kernel: str = ""
    seeds: str = ""
    cells: list[Cell]

    @property
    def gap(self) -> str:
        """The text of an unmeasured cell: the variant's status if it did not finish, else a dash."""
        return text.MISSING if self.status == "ok" else self.status

    @property
    def empty(self) -> bool:
        """Whether no cell has a value."""
        return all(cell.value is None for cell in self.cells)


def measured(report: Report) -> set[str]:
    """The metrics that any variant or baseline has a number for."""
    return {name for variant in report.variants for name in variant.summary} | {
        name for baseline in report.baselines for name in baseline.numbers
    }


def rows(report: Report, columns: list[Metric]) -> list[Row]:
    """Variants in run order, then the prior and the baselines; the last two only if they have a value."""
    best = {column.name: _winners(report, column) for column in columns}
    beside = [
        _prior_row(columns, report.run.latent_dim),
        *(_baseline_row(columns, baseline) for baseline in report.baselines),
    ]
    return [
        *(_variant_row(variant, columns, best, len(report.run.seeds)) for variant in report.variants),
        *(row for row in beside if not row.empty),
    ]


def best(variants: list[VariantResult], metric: str) -> VariantResult | None:
    """The variant with the best mean of a metric, be it by chance; None if no variant has it."""
    ranked = [variant for variant in variants if variant.mean(metric) is not None]
    column = metrics.of(metric)
    return min(ranked, key=lambda variant: metrics.worse(column, variant.mean(metric))) if ranked else None


def spread_text(metric: Metric, statistic: Statistic) -> str:
    """± standard deviation over seeds; empty for one seed."""
    return "" if statistic.n == 1 or statistic.sd is None else f"± {metric.spread(statistic.sd)}"


def _winners(report: Report, column: Metric) -> set[str]:
    """The best of the variants near the prior and those that it does not beat; empty if no value is better."""
    from mmdvae.conclusions import differences  # loads SciPy, which the list of runs does not need

    if column.better not in ("low", "high"):  # near 0, chance decides which side
        return set()
    return differences.unbeaten(report.variants, column.name, partial(metrics.worse, column), report.run.latent_dim)


def _variant_row(variant: VariantResult, columns: list[Metric], best: dict[str, set[str]], seeds: int) -> Row:
    done = sum(bool(run.metrics) for run in variant.runs)
    return Row(
        name=variant.name,
        kind="variant",
        status=variant.status,
        error=variant.error or ("" if variant.status == "ok" else "no reason was recorded"),
        alpha=text.setting(variant.alpha),
        sigma=_sigma(variant),
        kernel=_kernel(variant),
        seeds=text.count(seeds, "seed") if done >= seeds else f"{done} of {text.count(seeds, 'seed')}",
        cells=[_variant_cell(variant, column, variant.name in best[column.name]) for column in columns],
    )


def _variant_cell(variant: VariantResult, column: Metric, is_best: bool) -> Cell:
    statistic = variant.summary.get(column.name)
    if statistic is None:
        return Cell(value=None, text=text.MISSING)
    return Cell(
        value=statistic.mean,
        text=column.show(statistic.mean),
        spread=spread_text(column, statistic),
        best=is_best,
    )


def _prior_row(columns: list[Metric], d: int | None) -> Row:
    cells = [Cell(value=value, text=column.show(value)) for column in columns for value in [column.prior(d)]]
    return Row(name="prior N(0, I)", kind="reference", cells=cells)


def _baseline_row(columns: list[Metric], baseline: Baseline) -> Row:
    values = [(column, baseline.numbers.get(column.name)) for column in columns]
    return Row(
        name=baseline.name,
        kind="baseline",
        cells=[Cell(value=value, text=column.show(value)) for column, value in values],
    )


def _kernel(variant: VariantResult) -> str:
    if variant.has_penalty and variant.kernel is None:
        return "none"
    return ", ".join(variant.kernel_states) or text.MISSING


def _sigma(variant: VariantResult) -> str:
    if variant.sigma is not None:
        return text.setting(variant.sigma)
    penalty = known(variant.regularizer)
    kernel = penalty.kernel(variant.kernel) if penalty else None
    return kernel.widths if kernel and kernel.widths else "none"
