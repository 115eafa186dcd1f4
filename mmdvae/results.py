"""Build the result of a comparison from the records of its trainings and evaluations, and its manifest."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from mmdvae.conclusions import advice, budget, checks, differences, dimensions, verdicts
from mmdvae.record.result import SCHEMA, Baseline, Report, Run, SeedRun, Statistic, VariantResult
from mmdvae.refinement import picked
from mmdvae.variants import Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One variant with one seed: the records that its jobs returned, and the store keys of their files."""

    variant: Variant
    seed: int
    train_key: str
    evaluate_key: str | None  # None: not evaluated, because it failed or diverged
    training: dict[str, Any] | None = None  # None: it never finished
    evaluation: dict[str, Any] | None = None  # None: not evaluated, or that failed
    half: dict[str, Any] | None = None  # the evaluation after half the epochs; None: there is none
    error: str | None = None

    @property
    def status(self) -> Literal["ok", "diverged", "failed"]:
        """ok, diverged (the loss became NaN or infinite) or failed (no result)."""
        if self.training and self.training["status"] == "diverged":
            return "diverged"
        return "ok" if self.training and self.evaluation else "failed"


def report(run: Run, outcomes: Iterable[Outcome], baselines: list[Baseline]) -> Report:
    """The complete result, with verdicts, checks and advice."""
    return judged(run, [_variant(variant, group) for variant, group in _by_variant(outcomes).items()], baselines)


def judged(run: Run, measured: list[VariantResult], baselines: list[Baseline]) -> Report:
    """The result from measured variants; also judges a stored report by today's rules."""
    marked = picked.marked(run.chosen, measured)
    found = differences.from_plain(marked)
    variants = [replace(variant, differences=found[variant.name]) for variant in marked]
    first, *more = (advice.of(dim, group) for dim, group in dimensions.split(variants).items())
    return Report(
        run=run,
        variants=variants,
        baselines=baselines,
        verdicts=verdicts.all_of(variants),
        checks=checks.run_all(run, variants, baselines),
        advice=first,
        more_advice=more,
    )


def manifest(data_key: str, outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """Content of manifest.json: the store keys that the report was made from."""
    return {
        "schema": SCHEMA,
        "data": data_key,
        "variants": [
            {
                "name": outcome.variant.name,
                "seed": outcome.seed,
                "train": outcome.train_key,
                "evaluate": outcome.evaluate_key if outcome.evaluation else None,
            }
            for outcome in outcomes
        ],
    }


def summarise(values: Iterable[float]) -> Statistic:
    """Mean, standard deviation (n - 1; None for a single value), extremes and count."""
    numbers = list(values)
    return Statistic(
        mean=statistics.fmean(numbers),
        sd=statistics.stdev(numbers) if len(numbers) > 1 else None,
        min=min(numbers),
        max=max(numbers),
        n=len(numbers),
    )


def _by_variant(outcomes: Iterable[Outcome]) -> dict[Variant, list[Outcome]]:
    groups: dict[Variant, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.variant, []).append(outcome)
    return groups


def _variant(variant: Variant, outcomes: list[Outcome]) -> VariantResult:
    statuses = {outcome.status for outcome in outcomes}
    runs = [_run(outcome, outcome.training) for outcome in outcomes if outcome.training]
    # A single seed needs no label; with several the reader must know which one failed.
    errors = [
        f"seed {outcome.seed}: {outcome.error}" if len(outcomes) > 1 else outcome.error
        for outcome in outcomes
        if outcome.error
    ]
    return VariantResult(
        name=variant.name,
        **variant.to_dict(),
        status="failed" if "failed" in statuses else "diverged" if "diverged" in statuses else "ok",
        error="; ".join(errors) or None,
        runs=runs,
        summary=_summary(runs),
    )


def _run(outcome: Outcome, training: dict[str, Any]) -> SeedRun:
    cost = {name: training[name] for name in ("train_seconds", "peak_rss_mb", "parameters")}
    if outcome.evaluation and "evaluate_seconds" in outcome.evaluation:  # stored evaluations of old have none
        cost["evaluate_seconds"] = outcome.evaluation["evaluate_seconds"]
    return SeedRun(
        seed=outcome.seed,
        epochs=training["epochs"],
        train_seconds=training["train_seconds"],
        device=training["device"],
        history=training["history"],
        metrics=outcome.evaluation["metrics"] | cost if outcome.evaluation else {},
        half={name: outcome.half["metrics"].get(name) for name in budget.MARGINS} if outcome.half else {},
    )


def _summary(runs: list[SeedRun]) -> dict[str, Statistic]:
    values: dict[str, list[float]] = {}
    for run in runs:
        for name, value in run.numbers.items():
            values.setdefault(name, []).append(value)
    return {name: summarise(numbers) for name, numbers in values.items()}
