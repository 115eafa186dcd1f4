"""The results of a fake run: more metrics, baselines, paired differences, verdicts and advice, with known numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

CLASSES = 10
DIFFERENCES = ("bce", "mse", "sliced_w2", "mmd2", "knn_accuracy", "fid", "total_variance")
T_975 = {2: 4.303, 3: 3.182, 4: 2.776}  # Student's quantile by degrees of freedom


def metrics(*, spread: float, bce: float, noise: float) -> dict[str, float]:
    """Metrics of one trained model whose codes have the standard deviation `spread`; `noise` is about 1."""
    mse = 0.0166 + (bce - 0.2928) * 0.35
    return {
        "bce_excess": bce - 0.2422,
        **{f"mse_class_{label}": mse * (0.6 + 0.1 * label) * noise for label in range(CLASSES)},
        "gaussian_w2": 2.8 * abs(spread - 1) + 0.08,
        "gaussian_kl": 4 * (spread**2 - 1 - 2 * float(np.log(spread))) + 0.02,
        "sliced_w2": abs(spread - 1) + 0.03 * noise,
        "mmd2_p": 0.62 if spread < 2 else 0.001,
        "mardia_skewness": 0.03 * noise,
        "mardia_kurtosis": -1.25 * noise,
        "gradient_ratio": 0.4 * noise if spread < 2 else 0.0,
        "probe_accuracy": 0.78 * noise,
        "silhouette": 0.11,
        "trustworthiness_pca": 0.86,
        "continuity_pca": 0.93,
        "trustworthiness_tsne": 0.98,
        "continuity_tsne": 0.96,
        "fid": (4.2 if spread < 2 else 31.0) * noise,
        "kid": 0.021 * noise,
        "kid_sd": 0.002,
        "density": 0.71,
        "coverage": 0.64 if spread < 2 else 0.22,
        "class_entropy": 2.21,
        "live_sigma_low": 0.4 * spread,
        "live_sigma_high": 9.1 * spread,
        "median_distance": 3.9 * spread,
    }


def baselines() -> list[dict[str, Any]]:
    """Lower and upper bounds for the metrics."""
    by_class = {f"mse_class_{label}": 0.0867 * (0.6 + 0.1 * label) for label in range(CLASSES)}
    rows: dict[str, dict[str, float]] = {
        "mean image": {"bce": 0.4502, "mse": 0.0867, "psnr": 10.62, "ssim": 0.21, **by_class},
        **{f"PCA-{n}": _pca(n) for n in (2, 4, 8, 16)},
        "raw pixels": {"knn_accuracy": 0.8462, "probe_accuracy": 0.8391},
        "real images": {"fid": 0.37, "kid": 0.0001, "density": 0.993, "coverage": 0.975, "class_entropy": 2.3026},
        "prior draws": {"mmd2": 0.00003, "sliced_w2": 0.0161, "gaussian_w2": 0.0502, "mardia_skewness": 0.0002},
    }
    return [{"name": name, "metrics": numbers} for name, numbers in rows.items()]


def _pca(n: int) -> dict[str, float]:
    return {"bce": 0.3604 - 0.004 * n, "mse": 0.0398 - 0.00125 * n, "ssim": 0.32 + n / 40, "knn_accuracy": 0.79}


def classifier() -> dict[str, Any]:
    """The classifier that judges the samples."""
    return {"test_accuracy": 0.9104, "sha256": "c1a5" * 16, "features": 64, "classes": CLASSES}


def differences(runs: list[dict[str, Any]], reference: list[dict[str, Any]], name: str) -> dict[str, Any] | None:
    """Differences of the runs to the reference's, paired by seed, with Student's interval for three seeds or more."""
    measured, beside = ({run["seed"]: run["metrics"] for run in rows if run["metrics"]} for rows in (runs, reference))
    common = sorted(measured.keys() & beside.keys())
    if not common:
        return None
    found = {}
    for metric in DIFFERENCES:
        values = [measured[seed][metric] - beside[seed][metric] for seed in common]
        mean, n = float(np.mean(values)), len(values)
        half = T_975[n - 1] * float(np.std(values, ddof=1)) / n**0.5 if n >= 3 else None
        found[metric] = {
            "mean": mean,
            "low": None if half is None else mean - half,
            "high": None if half is None else mean + half,
            "n": n,
        }
    return {"reference": name, "metrics": found}


def verdicts(seeds: int) -> list[dict[str, Any]]:
    """One verdict in each state; the second is a ratio, the last was not run."""
    rows: list[tuple[str, str, str, str, float | None, list[float] | None, str | None]] = [
        ("A penalty costs reconstruction", "supported", "BCE with a penalty minus BCE without one, nats/pixel",
         "difference", 0.0071, [0.0061, 0.0083], "Removing the penalty made the loss worse."),
        ("A dead kernel disperses the codes more than none", "not_supported", "total variance, dead over none",
         "ratio", 0.994, [0.981, 1.008], "At σ = 0.0001 the latent space is more dispersed."),
        ("Sigma does not matter for reconstruction", "inconclusive", "BCE at σ 2.83 minus BCE at σ 0.1, nats/pixel",
         "difference", 0.0074, [-0.0002, 0.0151], None),
        ("IMQ matches the prior as well as the best σ", "not_run", "sliced W2, IMQ over Gaussian",
         "ratio", None, None, None),
    ]  # fmt: skip
    return [
        {
            "code": f"V{number}",
            "claim": claim,
            "state": state,
            "quantity": quantity,
            "scale": scale,
            "effect": effect,
            "interval": interval if seeds >= 3 else None,
            "n_seeds": 0 if effect is None else seeds,
            "rule": "the whole interval lies on one side of no effect",
            "explanation": f"Explanation {number}: the kernel is about 0 between any two points.",
            "notebook": notebook,
        }
        for number, (claim, state, quantity, scale, effect, interval, notebook) in enumerate(rows, start=1)
    ]


def advice(names: Sequence[str], spreads: Sequence[float], seeds: int) -> dict[str, Any]:
    """Advice on sigma: the prior's live range is 0.4 to 9.1; the codes' grows with their spread."""
    codes = [
        {"name": name, "low": 0.4 * spread, "high": 9.1 * spread} for name, spread in zip(names, spreads, strict=True)
    ]
    ends = list(dict.fromkeys((*names[:1], *names[-1:])))
    return {
        "latent_dim": 8,
        "sigma": {"prior": [0.4, 9.1], "codes": codes},
        "heuristics": [
            {"name": "sqrt(d), pythae", "sigma": 2.83},
            {"name": "the notebook's", "sigma": 0.1},
            {"name": "d²/2", "sigma": 32.0},
        ],
        "pareto": {"x": "mse", "y": "sliced_w2", "front": [{"name": n, "seeds": seeds, "of": seeds} for n in ends]},
    }
