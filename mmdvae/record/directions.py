"""Which values of a metric are better; the words about metrics are in reports/metrics.py. Standard library only."""

from typing import Literal

Better = Literal["low", "high", "near 0"]

_SAMPLERS = ("", "_fitted", "_mixture")
LOW = (
    *("bce", "bce_excess", "mse", "valid_mse"),
    *("sliced_w2", "sliced_w2_white", "valid_sliced_w2", "gaussian_w2", "gaussian_kl"),
    *("c2st_auc", "c2st_auc_white", "nearest_code", "nearest_code_white"),
    *(f"fid{sampler}" for sampler in _SAMPLERS),
)
HIGH = (
    *("psnr", "ssim", "rounded_accuracy"),
    *("latent_coverage", "latent_coverage_white"),
    *("knn_accuracy", "probe_accuracy", "silhouette"),
    *("trustworthiness_pca", "continuity_pca", "trustworthiness_tsne", "continuity_tsne"),
    *(f"coverage{sampler}" for sampler in _SAMPLERS),
)
NEAR_0 = (
    *("mmd2", "mmd2_white", "mardia_skewness", "mardia_kurtosis"),
    *(f"kid{sampler}" for sampler in _SAMPLERS),
)
_BETTER: dict[str, Better] = {
    **dict.fromkeys(LOW, "low"),
    **dict.fromkeys(HIGH, "high"),
    **dict.fromkeys(NEAR_0, "near 0"),
}


def of(metric: str) -> Better | None:
    """Which values are better; None if none are, or if the metric is unknown."""
    return _BETTER.get(metric)


def worse(metric: str, value: float | None) -> float:
    """A sort key: smaller is better; a missing value sorts last."""
    if value is None:
        return float("inf")
    return {"high": -value, "near 0": abs(value)}.get(of(metric) or "", value)
