"""Entries of report.json made up by hand: what verdicts, checks and advice read of a variant."""

from typing import Any


def entry(name: str, *, seeds=None, status="ok", error=None, history=None, epochs=3, **fields) -> dict[str, Any]:
    """A variant; beside regularizer, alpha and sigma every field is a metric, one value or a tuple of one per seed.

    Without `seeds` as many as the longest tuple, or three.
    """
    shape = {"regularizer": "mmd", "kernel": "gaussian", "alpha": 0.6, "sigma": None}
    metrics = {"kernel_state": "live"} | {metric: value for metric, value in fields.items() if metric not in shape}
    columns = [value for value in metrics.values() if isinstance(value, tuple)]
    seeds = range(max(map(len, columns), default=3)) if seeds is None else seeds
    runs = [
        {
            "seed": seed,
            "epochs": epochs,
            "history": history or {},
            "metrics": {metric: v[i] if isinstance(v, tuple) else v for metric, v in metrics.items()},
        }
        for i, seed in enumerate(seeds)
    ]
    row = shape | {field: value for field, value in fields.items() if field in shape}
    return {"name": name, **row, "status": status, "error": error, "runs": runs, "summary": metrics}


def none(**fields) -> dict[str, Any]:
    """The variant without a penalty."""
    return entry("none", regularizer="none", kernel=None, alpha=0.0, **{"kernel_state": "off"} | fields)


def kl(**fields) -> dict[str, Any]:
    """The variant with the Kullback-Leibler penalty."""
    return entry("kl-a0.5", regularizer="kl", kernel=None, alpha=0.5, **{"kernel_state": "off"} | fields)


def mmd(sigma: float, alpha: float = 0.6, **fields) -> dict[str, Any]:
    """A variant with a Gaussian kernel, alive unless said otherwise."""
    return entry(f"mmd-a{alpha:g}-s{sigma:g}", alpha=alpha, sigma=sigma, **fields)


def dead(sigma: float, alpha: float = 0.6, **fields) -> dict[str, Any]:
    """A variant with a Gaussian kernel that is too narrow."""
    return mmd(sigma, alpha, kernel_state="saturated", **fields)
