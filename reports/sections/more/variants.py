"""Every variant by itself: its numbers, its curve, its files, and the lines that load it."""

import re
import shlex
from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from mmdvae.penalties.lookup import known
from mmdvae.record.result import Report, VariantResult
from reports import data_words, likelihood, looks, metrics, text
from reports.drawing import line_chart, scales, svg
from reports.likelihood import Error
from reports.looks import Look
from reports.metric import Metric
from reports.metrics import GROUPS, METRICS
from reports.sections.doubt import histories
from reports.sections.more.class_errors import FACTOR, METRIC, MOST
from reports.stored_arrays import StoredArrays
from reports.table import spread_text

MAIN = ("mse", "sliced_w2", "latent_coverage", "fid", "total_variance", "knn_accuracy", "train_seconds")
UNITS = (
    "per pixel × 1000",
    "%",
    "dB",
    "nats",
    "nats/pixel",
    "seconds",
    "MB",
)  # others say what a metric is, as the tables' heads do
MOST_DETAILED = 12  # of more variants, only the main numbers: all of them are in the tables
WIDTH, HEIGHT, LEFT, TOP = 240, 76, 8, 8  # of a curve


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """One variant."""

    look: Look
    anchor: str  # its HTML id; empty if its name is none
    what: str  # how it ended or what its penalty does; may be empty
    main: str
    gap: str  # between validation and training; may be empty
    curve: Markup | None
    numbers: str  # lines of text, one per topic; may be empty
    files: list[str]
    python: str  # empty if there is no model
    export: str  # a command; empty if there is no model


@dataclass(frozen=True, slots=True, kw_only=True)
class EveryVariant:
    """The section."""

    template: ClassVar[str] = "sections/more/variants.html"
    shape: str  # of an array of the data's images
    variants: list[One]


def build(report: Report, store: StoredArrays) -> EveryVariant:
    """All variants in the order of the page."""
    shown = looks.of(report.variants)
    ordered = sorted(report.variants, key=lambda one: shown[one.name].place)
    detailed, error = len(ordered) <= MOST_DETAILED, likelihood.of(report.run)
    return EveryVariant(
        shape=data_words.array_shape(report.run.dataset),
        variants=[_one(variant, shown[variant.name], store, error, detailed, report.run.id) for variant in ordered],
    )


def snippet(key: str) -> str:
    """The lines of Python that load a trained model, run in the folder that holds `runs`."""
    return f'import mmdvae\n\nmodel = mmdvae.load_model("runs/store/{key}")'


def _one(variant: VariantResult, look: Look, store: StoredArrays, error: Error, detailed: bool, run: str) -> One:
    measured = [run.seed for run in variant.runs if run.metrics]
    keys = {seed: store.keys_of(variant.name, seed) for seed in measured}
    trained = [key for found in keys.values() for key in found if key.startswith("train-")]
    return One(
        look=look,
        anchor=f"one-{variant.name}" if re.fullmatch(r"[\w.-]+", variant.name) else "",
        what=_what(variant),
        main=", ".join(_shown(variant, metrics.of(name)) for name in MAIN if name in variant.summary),
        gap=_gap(variant, error),
        curve=_curve(variant, look, error) if detailed and histories.has(variant, f"val_{error.series}") else None,
        numbers="\n".join(_numbers(variant, store)) if detailed else "",
        files=[
            f"seed {seed}: {', '.join(f'runs/store/{key}' for key in found)}" for seed, found in keys.items() if found
        ],
        python=snippet(trained[0]) if trained else "",
        export=shlex.join(["mmdvae", "export", run, variant.name]) if trained else "",
    )


def _what(variant: VariantResult) -> str:
    if variant.status != "ok":
        return variant.error or "no reason was recorded"
    penalty = known(variant.regularizer) if variant.has_penalty and variant.kernel is None else None
    return f"{penalty.title}: {penalty.action}" if penalty else ""


def _shown(variant: VariantResult, metric: Metric) -> str:
    statistic = variant.summary[metric.name]
    number = f"{metric.show(statistic.mean)} {spread_text(metric, statistic)}".strip()
    return f"{metric.title} {number}{f' {metric.unit}' if metric.unit in UNITS else ''}"


def _numbers(variant: VariantResult, store: StoredArrays) -> list[str]:
    """All its numbers, a line per topic, and its errors by class."""
    lines = []
    for group, title in GROUPS:
        shown = [
            _shown(variant, metric) for metric in METRICS if metric.group == group and metric.name in variant.summary
        ]
        lines += [f"{title}: {'; '.join(shown)}"] if shown else []
    classes = {int(match[1]): one.mean for name, one in variant.summary.items() if (match := METRIC.fullmatch(name))}
    if len(classes) > 1:
        worst = sorted(classes, key=lambda label: -classes[label])[:MOST]
        errors = [f"{store.class_name(label)} {text.fixed(FACTOR * classes[label], 1)}" for label in sorted(worst)]
        which = f", the {MOST} largest of {len(classes)}" if len(classes) > MOST else ""
        lines.append(f"MSE × {FACTOR:,} by class{which}: {'; '.join(errors)}")
    return lines


def _gap(variant: VariantResult, error: Error) -> str:
    """The error after the last epoch; in training it is a mean over that epoch, so it usually lies above."""
    train, valid = (histories.seed_mean(variant, series) for series in (error.series, f"val_{error.series}"))
    if not train or not valid or train[-1] is None or valid[-1] is None:
        return ""
    difference = metrics.of("bce").signed(valid[-1] - train[-1])
    ends = f"validation {text.fixed(valid[-1], 4)}, training {text.fixed(train[-1], 4)}"
    return f"{error.name} in epoch {len(valid)}: {ends} (mean over the epoch), difference {difference}"


def _curve(variant: VariantResult, look: Look, error: Error) -> Markup:
    """The error over the epochs: validation as a line, training dashed."""
    validation = f"val_{error.series}"
    found = {series: histories.seed_mean(variant, series) for series in (error.series, validation)}
    every = [value for values in found.values() for _, value in histories.course(values)]
    y, last = scales.linear(every), max(len(values) for values in found.values())
    x = scales.Scale(low=1, high=max(last, 2))
    ends = " to ".join(text.fixed(end, 4) for end in (found[validation][0], found[validation][-1]))
    return svg.picture(
        WIDTH,
        HEIGHT,
        *(_path(look, series, values, x, y) for series, values in found.items()),
        svg.element("text", f"epoch 1 to {last}; dashed: training", x=LEFT, y=HEIGHT - 4, fill=svg.MUTED),
        alt=f"{look.title}: validation {error.called} {ends} in epoch {last}.",
    )


def _path(look: Look, series: str, values: list[float | None], x: scales.Scale, y: scales.Scale) -> Markup:
    width, height = WIDTH - 2 * LEFT, HEIGHT - 2 * TOP - 16
    pieces = line_chart.segments([(epoch, value) for epoch, value in enumerate(values, start=1)])
    drawn = "".join(
        "M"
        + "L".join(f"{LEFT + width * x.share(at):.1f},{TOP + height * (1 - y.share(value)):.1f}" for at, value in piece)
        for piece in pieces
    )
    return svg.element(
        "path",
        d=drawn or "M0 0",
        fill="none",
        stroke=look.colour,
        stroke_width=1.6,
        stroke_dasharray="" if series.startswith("val_") else "4 3",
        data_variant=look.id,
        data_series=series,
        data_values=histories.exactly(values),
    )
