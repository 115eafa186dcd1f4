"""The summary table as data: for the page, for Markdown and for the terminal. Needs the standard library alone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

from reports import text
from reports.records import Baseline, Run, VariantResult

Better = Literal["low", "high", "near 0"]
Kind = Literal["variant", "reference", "baseline"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One metric: how it is called, written and judged."""

    metric: str
    title: str
    unit: str
    show: Callable[[float | None], str]
    better: Better | None = None  # None: there is no best, only a distance from the prior or a cost
    prior: Callable[[int | None], float | None] = lambda d: None  # what N(0, I) in d dimensions would have


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One number of the table; `value` for sorting, the texts for reading."""

    value: float | None
    text: str
    spread: str = ""  # ± standard deviation over seeds, empty for one seed
    best: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

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
    def empty(self) -> bool:
        """Nothing was measured."""
        return all(cell.value is None for cell in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The section."""

    template: ClassVar[str] = "summary.html"
    columns: tuple[Column, ...]
    rows: list[Row]
    several: bool  # more than one seed


COLUMNS = (
    Column(metric="bce", title="BCE", unit="nats/pixel", show=lambda v: text.fixed(v, 4), better="low"),
    Column(metric="mse", title="MSE", unit="per pixel", show=lambda v: text.fixed(v, 5), better="low"),
    Column(metric="ssim", title="SSIM", unit="0 to 1", show=lambda v: text.fixed(v, 3), better="high"),
    Column(metric="total_variance", title="Total variance", unit="tr Cov(z)", show=text.significant, prior=lambda d: d),
    Column(metric="logdet_cov", title="Log det", unit="Cov(z)", show=lambda v: text.fixed(v, 2), prior=lambda d: 0.0),
    Column(
        metric="participation_ratio",
        title="Particip. ratio",
        unit="dimensions",
        show=lambda v: text.fixed(v, 2),
        prior=lambda d: d,
    ),
    Column(
        metric="mmd2",
        title="MMD²",
        unit="fixed kernel",
        show=lambda v: text.fixed(v, 4),
        better="near 0",
        prior=lambda d: 0.0,
    ),
    Column(
        metric="knn_accuracy", title="kNN accuracy", unit="%", show=lambda v: text.fixed(_hundred(v), 1), better="high"
    ),
    Column(metric="train_seconds", title="Training", unit="seconds", show=text.significant),
)


def build(run: Run, *, latent_dim: int | None = None) -> Summary:
    """The table as a section of the page."""
    return Summary(columns=COLUMNS, rows=table(run, latent_dim=latent_dim), several=len(run.seeds) > 1)


def table(run: Run, *, latent_dim: int | None = None) -> list[Row]:
    """Every variant in the run's order, then what the prior would have, then the baselines."""
    best = {column.metric: _winners(run.finished, column) for column in COLUMNS}
    return [
        *(_variant_row(variant, best, len(run.seeds)) for variant in run.variants),
        _prior_row(latent_dim or run.latent_dim),
        *(_baseline_row(baseline) for baseline in run.baselines),
    ]


def best(variants: list[VariantResult], metric: str) -> VariantResult | None:
    """The variant with the best mean of a metric of the table; None where no variant has it."""
    column = next(column for column in COLUMNS if column.metric == metric)
    ranked = [variant for variant in variants if variant.mean(metric) is not None]
    return min(ranked, key=lambda variant: _badness(variant.mean(metric), column.better)) if ranked else None


def spread_text(metric: str, sd: float) -> str:
    """A standard deviation in the form of its metric: as many decimals, or two significant digits."""
    show = next(column.show for column in COLUMNS if column.metric == metric)
    return text.significant(sd, 2) if show is text.significant else show(sd)


def _winners(finished: list[VariantResult], column: Column) -> set[str]:
    """The best variant and those that equal it in the digits shown; empty if there is nothing to be better than."""
    shown = {
        variant.name: column.show(variant.mean(column.metric))
        for variant in finished
        if column.metric in variant.summary
    }
    winner = best(finished, column.metric)
    if column.better is None or winner is None or len(set(shown.values())) < 2:
        return set()
    return {name for name, value in shown.items() if value == shown[winner.name]}


def _badness(value: float | None, better: Better | None) -> float:
    if value is None:
        return float("inf")
    return {"high": -value, "near 0": abs(value)}.get(better or "", value)


def _variant_row(variant: VariantResult, best: dict[str, set[str]], seeds: int) -> Row:
    done = sum(bool(run.metrics) for run in variant.runs)
    return Row(
        name=variant.name,
        kind="variant",
        status=variant.status,
        error=variant.error or ("" if variant.status == "ok" else "no reason was recorded"),
        alpha=text.setting(variant.alpha),
        sigma=_sigma(variant),
        kernel="none" if variant.regularizer == "kl" else ", ".join(variant.kernel_states) or text.MISSING,
        seeds=text.count(seeds, "seed") if done >= seeds else f"{done} of {text.count(seeds, 'seed')}",
        cells=[_variant_cell(variant, column, variant.name in best[column.metric]) for column in COLUMNS],
    )


def _variant_cell(variant: VariantResult, column: Column, is_best: bool) -> Cell:
    statistic = variant.summary.get(column.metric)
    if statistic is None:
        return Cell(value=None, text=text.MISSING)
    spread = "" if statistic.n == 1 or statistic.sd is None else f"± {spread_text(column.metric, statistic.sd)}"
    return Cell(value=statistic.mean, text=column.show(statistic.mean), spread=spread, best=is_best)


def _prior_row(d: int | None) -> Row:
    cells = [Cell(value=value, text=column.show(value)) for column in COLUMNS for value in [column.prior(d)]]
    return Row(name="prior N(0, I)", kind="reference", cells=cells)


def _baseline_row(baseline: Baseline) -> Row:
    values = [(column, baseline.metrics.get(column.metric)) for column in COLUMNS]
    return Row(
        name=baseline.name,
        kind="baseline",
        cells=[Cell(value=value, text=column.show(value)) for column, value in values],
    )


def _sigma(variant: VariantResult) -> str:
    if variant.sigma is not None:
        return text.setting(variant.sigma)
    return "7 scales" if variant.kernel == "imq" else "none"


def _hundred(value: float | None) -> float | None:
    return None if value is None else 100 * value
