"""What model.json says of an exported model, from the report of its run."""

from dataclasses import asdict
from typing import Any

from mmdvae.record.result import Report

APART = ("runs", "summary", "differences", "status", "error", "chosen_by")  # of a variant: not its settings


def about(report: Report, variant: str, seed: int) -> dict[str, Any]:
    """Variant, recipe, seed, data and metrics of one trained model; JSON values."""
    run = report.run
    (row,) = [row for row in report.variants if row.name == variant]
    metrics = next((one.metrics for one in row.runs if one.seed == seed), {})
    return {
        "variant": {name: value for name, value in asdict(row).items() if name not in APART},
        "seed": seed,
        "recipe": run.recipe_settings,
        "likelihood": run.likelihood,
        "run": run.id,
        "dataset": {"name": run.dataset.name, "sha256": run.dataset.sha256},
        "metrics": metrics,
        "trained_with": run.versions,
    }
