"""The numbers of a report as pandas frames."""

from typing import Any

import pandas as pd

from mmdvae.record.result import Report, VariantResult

SETTINGS = ("regularizer", "kernel", "alpha", "sigma", "latent_dim", "normalised")
STATISTICS = ("mean", "sd", "n")


def trainings(report: Report) -> pd.DataFrame:
    """A row for each variant and seed: settings, seed, status, and every metric in a column of its own."""
    rows = [
        {**_settings(variant), "seed": run.seed, "status": variant.status, "epochs": run.epochs, **run.metrics}
        for variant in report.variants
        for run in variant.runs
    ]
    return pd.DataFrame(rows, columns=None if rows else ["variant", *SETTINGS, "seed", "status", "epochs"])


def epochs(report: Report) -> pd.DataFrame:
    """A row for each variant, seed and epoch, with a column for each quantity, such as loss and val_loss."""
    return pd.DataFrame(
        [
            {"variant": variant.name, "seed": run.seed, "epoch": epoch + 1}
            | {name: values[epoch] for name, values in run.history.items() if epoch < len(values)}
            for variant in report.variants
            for run in variant.runs
            for epoch in range(max(map(len, run.history.values()), default=0))
        ]
    )


def summary(report: Report) -> pd.DataFrame:
    """A row for each variant; columns are pairs of a metric and mean, sd (None for one seed) or n, as in `agg`."""
    rows = {
        variant.name: {
            (name, what): getattr(statistic, what) for name, statistic in variant.summary.items() for what in STATISTICS
        }
        for variant in report.variants
    }
    frame = pd.DataFrame.from_dict(rows, orient="index")
    columns = pd.MultiIndex.from_tuples([*frame.columns], names=["metric", None]) if len(frame.columns) else None
    return frame.set_axis(columns, axis=1).rename_axis("variant") if columns is not None else frame


def verdicts(report: Report) -> pd.DataFrame:
    """The claims: code, state, effect with its interval (low, high) and level, seeds, what and why."""
    rows = []
    for one in report.verdicts:
        low, high = one.interval or (None, None)
        rows.append(
            {"code": one.code, "claim": one.claim, "state": one.state, "effect": one.effect}
            | {"low": low, "high": high, "level": one.level, "quantity": one.quantity, "n_seeds": one.n_seeds}
            | {"latent_dim": one.latent_dim, "explanation": one.explanation}
        )
    return pd.DataFrame(rows)


def checks(report: Report) -> pd.DataFrame:
    """What could make the numbers misleading: code, title, state (issue, tip, passed), explanation, variants."""
    names = ("code", "title", "state", "explanation", "variants")
    return pd.DataFrame([{name: getattr(one, name) for name in names} for one in report.checks], columns=names)


def front(report: Report) -> pd.DataFrame:
    """The variants that no other beats in both error and distance from the prior, and with how many seeds."""
    rows = [
        {"latent_dim": advice.latent_dim, "variant": member.name, "seeds": member.seeds, "of": member.of}
        for advice in report.advices
        for member in advice.pareto.front
    ]
    return pd.DataFrame(rows, columns=["latent_dim", "variant", "seeds", "of"])


def _settings(variant: VariantResult) -> dict[str, Any]:
    return {"variant": variant.name} | {name: getattr(variant, name) for name in SETTINGS}
