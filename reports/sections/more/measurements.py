"""Every metric of the report, one table per topic, with the values of the prior and the baselines."""

from dataclasses import dataclass, replace
from typing import ClassVar

from mmdvae.record.result import Report
from reports import data_words, likelihood, sample_metrics, table, text
from reports.metric import Metric
from reports.metrics import GROUPS, METRICS
from reports.table import Row

NOTES = {
    "match": "“Whitened” is after the affine map that gives 20,000 training codes mean 0 and covariance I. Any model "
    "can have that map for nothing, so only what remains after it is a matter of training. MMD² is under the mean of "
    "seven inverse multiquadric kernels, which an IMQ variant is trained with: look at sliced W2, too.",
    "holes": "Distances from the prior average over space and hardly see empty regions: ten tight clusters with the "
    "prior's mean and covariance have a sliced W2 of 0.1 and a latent coverage of 0.5. The row of prior draws is what "
    "as many codes, at most 5,000, can reach.",
    "kernel": "Gaussian: exp(−|a − b|² / 2σ²). IMQ: the mean of C / (C + |a − b|²) over C = 2d times 0.1, 0.2, 0.5, 1, "
    "2, 5 and 10, d the number of latent dimensions.",
}
PULLS = "gradient_ratio"  # of the penalty and of the error
SAMPLES = {group for group, _ in sample_metrics.GROUPS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One topic."""

    title: str
    columns: list[Metric]
    rows: list[Row]
    note: str  # a remark on all its numbers; may be empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    """The section."""

    template: ClassVar[str] = "sections/more/measurements.html"
    seeds: str
    tables: list[Table]


def build(report: Report) -> Measurements | None:
    """A table for every topic with a measured metric; None if nothing was measured."""
    measured = table.measured(report)
    tables = []
    for group, title in GROUPS:
        columns = [_worded(one, report) for one in METRICS if one.group == group and one.name in measured]
        if columns:
            note = _judged_by(report) if group in SAMPLES else NOTES.get(group, "")
            tables.append(Table(title=title, columns=columns, rows=table.rows(report, columns), note=note))
    seeds = len(report.run.seeds)
    means = f"the mean over {seeds} seeds ± their standard deviation" if seeds > 1 else "one seed"
    return Measurements(seeds=means, tables=tables) if tables else None


def _worded(metric: Metric, report: Report) -> Metric:
    """With the name of the error in the objective, which is not always BCE."""
    if metric.name != PULLS:
        return metric
    unit, meaning = (said.replace("BCE", likelihood.of(report.run).name) for said in (metric.unit, metric.meaning))
    return replace(metric, unit=unit, meaning=meaning)


def _judged_by(report: Report) -> str:
    judge = report.run.classifier
    which = f" (test accuracy {text.percent(judge.test_accuracy)}, SHA-256 {judge.sha256[:12]})" if judge else ""
    if judge and judge.task != "classes":
        which = f", which tells {data_words.told_apart(judge)},{which}"
    return (
        f"These numbers depend on the classifier that judged the samples{which} and on how many images were compared: "
        "compare them only within this report, beside the row of real images, and not with Inception's FID or KID. "
        "“Noise” is of the draws, which are the same for all seeds, so that no spread over seeds contains it."
    )
