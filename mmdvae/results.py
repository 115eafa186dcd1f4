"""What leaves a comparison: report.json and manifest.json, assembled from records of trainings and evaluations."""

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mmdvae.conclusions import advice, checks, paired, verdicts
from mmdvae.variants import Variant, none

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one variant did with one seed: records as the jobs returned them, keys of the store that hold the files."""

    variant: Variant
    seed: int
    train_key: str
    evaluate_key: str | None  # None: not evaluated, because it failed or diverged
    training: dict[str, Any] | None = None  # None: it never finished
    evaluation: dict[str, Any] | None = None  # None: not evaluated, or that failed
    error: str | None = None

    @property
    def status(self) -> str:
        """ok, diverged (trained to a loss that is no number) or failed (no result)."""
        if self.training and self.training["status"] == "diverged":
            return "diverged"
        return "ok" if self.training and self.evaluation else "failed"


def report(run: dict[str, Any], outcomes: Iterable[Outcome], baselines: list[dict[str, Any]]) -> dict[str, Any]:
    """The content of report.json; plain JSON values."""
    variants = [_variant(variant, group) for variant, group in _by_variant(outcomes).items()]
    found = paired.differences(variants, reference=none().name)
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "run": run,
        "variants": [variant | {"differences": found[variant["name"]]} for variant in variants],
        "baselines": baselines,
    }
    return content | {
        "verdicts": verdicts.all_of(content),
        "checks": checks.run_all(content),
        "advice": advice.of(content),
    }


def manifest(data_key: str, outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """The content of manifest.json: which folders of the store the report was made from."""
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


def summarise(values: Iterable[float]) -> dict[str, Any]:
    """Mean, standard deviation (n - 1; None for a single value), extremes and count."""
    numbers = list(values)
    return {
        "mean": statistics.fmean(numbers),
        "sd": statistics.stdev(numbers) if len(numbers) > 1 else None,
        "min": min(numbers),
        "max": max(numbers),
        "n": len(numbers),
    }


def _by_variant(outcomes: Iterable[Outcome]) -> dict[Variant, list[Outcome]]:
    groups: dict[Variant, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.variant, []).append(outcome)
    return groups


def _variant(variant: Variant, outcomes: list[Outcome]) -> dict[str, Any]:
    statuses = [outcome.status for outcome in outcomes]
    runs = [_run(outcome) for outcome in outcomes if outcome.training]
    # A single seed needs no label; with several the reader must know which one went wrong.
    errors = [
        f"seed {outcome.seed}: {outcome.error}" if len(outcomes) > 1 else outcome.error
        for outcome in outcomes
        if outcome.error
    ]
    return {
        "name": variant.name,
        **variant.to_dict(),
        "status": next((status for status in ("failed", "diverged") if status in statuses), "ok"),
        "error": "; ".join(errors) or None,
        "runs": runs,
        "summary": _summary(runs),
    }


def _run(outcome: Outcome) -> dict[str, Any]:
    training, evaluation = outcome.training or {}, outcome.evaluation or {}
    cost = {name: training[name] for name in ("train_seconds", "peak_rss_mb", "parameters")}
    return {
        "seed": outcome.seed,
        "epochs": training["epochs"],
        "train_seconds": training["train_seconds"],
        "device": training["device"],
        "history": training["history"],
        "metrics": evaluation["metrics"] | cost if evaluation else {},
    }


def _summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    values: dict[str, list[float]] = {}
    for run in runs:
        for name, value in run["metrics"].items():
            if isinstance(value, int | float) and math.isfinite(value):
                values.setdefault(name, []).append(value)
    return {name: summarise(numbers) for name, numbers in values.items()}
