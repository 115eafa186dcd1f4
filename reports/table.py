"""Tables of metrics as data: a row per variant, then the prior and the baselines."""

from dataclasses import dataclass
from functools import partial
from typing import Literal

from mmdvae.conclusions import vitality
from mmdvae.record.result import Baseline, Report, Statistic, VariantResult
from reports import facets, looks, metrics, text
from reports.looks import Look
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

    name: str  # its id; of the prior and baselines their name
    kind: Kind
    look: Look | None = None  # of a variant
    status: str = "ok"
    error: str = ""
    cells: list[Cell]

    @property
    def title(self) -> str:
        """Its name in words."""
        return self.look.title if self.look else self.name

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
    """Variants in the order of the page, then the prior and the baselines; the last two only if they have a value.

    The best are those of their number of latent dimensions; each has its row of the prior if that
    depends on it.
    """
    each = facets.of(report)
    best = {column.name: set().union(*(winners(one, column) for one in each)) for column in columns}
    seen = looks.of(report.variants)
    ordered = sorted(report.variants, key=lambda variant: seen[variant.name].place)
    beside = [
        *_prior_rows(columns, [one.run.latent_dim for one in each]),
        *(_baseline_row(columns, baseline) for baseline in report.baselines),
    ]
    return [
        *(_variant_row(variant, seen[variant.name], columns, best) for variant in ordered),
        *(row for row in beside if not row.empty),
    ]


def best(variants: list[VariantResult], metric: str) -> VariantResult | None:
    """The alive variant with the best mean of a metric, be it by chance; None if none has it.

    Of the trainings that no penalty touched one always has the lowest error, and that is no finding.
    """
    ranked = [variant for variant in vitality.alive(variants) if variant.mean(metric) is not None]
    column = metrics.of(metric)
    return min(ranked, key=lambda variant: metrics.worse(column, variant.mean(metric))) if ranked else None


def spread_text(metric: Metric, statistic: Statistic) -> str:
    """± standard deviation over seeds; empty for one seed."""
    return "" if statistic.n == 1 or statistic.sd is None else f"± {metric.spread(statistic.sd)}"


def seeds_of(variant: VariantResult, seeds: int) -> str:
    """3 seeds, or 2 of 3 seeds if it was not measured with all of the run's."""
    done = sum(bool(run.metrics) for run in variant.runs)
    return text.count(seeds, "seed") if done >= seeds else f"{done} of {text.count(seeds, 'seed')}"


def winners(report: Report, column: Metric) -> set[str]:
    """Ids of the best of the alive variants and of those that it does not beat; empty if no value is better.

    Of a report for one number of latent dimensions.
    """
    from mmdvae.conclusions import differences  # loads SciPy, which the list of runs does not need

    if column.better not in ("low", "high"):  # near 0, chance decides which side
        return set()
    alive = vitality.alive(report.variants)
    return differences.unbeaten(alive, column.name, partial(metrics.worse, column))


def _variant_row(variant: VariantResult, look: Look, columns: list[Metric], best: dict[str, set[str]]) -> Row:
    return Row(
        name=variant.name,
        kind="variant",
        look=look,
        status=variant.status,
        error=variant.error or ("" if variant.status == "ok" else "no reason was recorded"),
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


def _prior_rows(columns: list[Metric], dims: list[int | None]) -> list[Row]:
    found = {
        d: [Cell(value=value, text=column.show(value)) for column in columns for value in [column.prior(d)]]
        for d in dims
    }
    first, *others = found.values()
    if all(cells == first for cells in others):
        return [Row(name="prior N(0, I)", kind="reference", cells=first)]
    return [Row(name=f"prior N(0, I), d = {d}", kind="reference", cells=cells) for d, cells in found.items()]


def _baseline_row(columns: list[Metric], baseline: Baseline) -> Row:
    values = [(column, baseline.numbers.get(column.name)) for column in columns]
    return Row(
        name=baseline.name,
        kind="baseline",
        cells=[Cell(value=value, text=column.show(value)) for column, value in values],
    )
