"""Numbers of a made-up run, under the names that `fit`, `evaluate` and the baselines give them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mmdvae.record.result import Baseline

CLASSES, D = 10, 8
ENTROPY = 0.2422  # of the test images' pixels: the lowest BCE that there can be
OF_SAMPLES = ("fid", "kid", "density", "coverage")  # by the data set's classifier, for each sampler and with its noise
SUFFIXES = ("", "_fitted", "_mixture")
JUDGED = (
    *(f"{name}{suffix}{noise}" for name in OF_SAMPLES for suffix in SUFFIXES for noise in ("", "_noise")),
    "kid_sd",
    "class_entropy",
)


def metrics(
    rng: np.random.Generator, *, spread: float, bce: float, state: str, judged: bool, d: int = D
) -> dict[str, Any]:
    """Of one trained model whose codes have that standard deviation and whose kernel is in that state."""
    noise = 1 + 0.004 * float(rng.normal())
    variance, near = d * spread**2 * noise, spread < 2
    bce *= 1 + 0.1 * (noise - 1)
    mse = 0.0166 + (bce - 0.2928) * 0.35
    numbers = {
        "bce": bce,
        "bce_excess": bce - ENTROPY,
        "mse": mse,
        "psnr": 17.8,
        "ssim": 0.66 - (bce - 0.2928) * 3,
        "rounded_accuracy": 0.91,
        **{f"mse_class_{label}": mse * (0.6 + 0.1 * label) * noise for label in range(CLASSES)},
        "total_variance": variance,
        "variance_of_means": variance * 0.99,
        "posterior_variance": variance * 0.01,
        "logdet_cov": d * float(np.log(variance / d)) - 0.9,
        "participation_ratio": (7.4 if near else 3.9) * d / D,
        "mean_norm": 0.08 * spread,
        "active_units": d,
        "gaussian_w2": 2.8 * abs(spread - 1) + 0.08,
        "gaussian_kl": 4 * (spread**2 - 1 - 2 * float(np.log(spread))) + 0.02,
        "sliced_w2": abs(spread - 1) + 0.03 * noise,
        "valid_mse": 1.01 * mse,
        "valid_sliced_w2": abs(spread - 1) + 0.031 * noise,
        "mmd2": 0.0009 * noise - 0.001 if spread < 1.01 else 0.0007 if near else 0.41 * noise,
        "mmd2_p": 0.62 if near else 0.001,
        **_white(0.107 if near else 0.111, 0.0021),
        **_holes(*((0.63, 1.04, 0.93, 1.36) if near else (0.0, 0.0, 1.0, 1.5 * spread)), ""),
        **_holes(0.64 * noise, 1.05, 0.93, 1.36, "_white"),
        "mardia_skewness": 0.03 * noise,
        "mardia_kurtosis": -1.25 * noise,
        "kernel_mean": {"off": None, "saturated": 0.0, "flat": 0.9999999, "live": 0.17}[state],
        "kernel_live_share": {"off": None, "live": 0.93}.get(state, 0.0),
        "kernel_state": state,
        "gradient_ratio": 0.4 * noise if near else 0.0,
        "pull_before": {"off": None, "saturated": 0.0, "flat": 0.00002, "live": 101.5}[state],
        "pull_after": {"off": None, "live": 3.1 * noise}.get(state, 0.0),
        "live_sigma_low": 0.4 * spread,
        "live_sigma_high": 9.1 * spread,
        "median_distance": 3.9 * spread,
        "knn_accuracy": 0.82 + 0.01 * (noise - 1),
        "probe_accuracy": 0.78 * noise,
        "silhouette": 0.11,
        "trustworthiness_pca": 0.86,
        "continuity_pca": 0.93,
        "trustworthiness_tsne": 0.98,
        "continuity_tsne": 0.96,
        **_samples((4.2 if near else 31.0) * noise, 0.021 * noise, 0.71, 0.64 if near else 0.22, ""),
        **_samples(4.4 * noise, 0.022 * noise, 0.72, 0.62, "_fitted"),
        **_samples(2.1 * noise, 0.009 * noise, 1.17, 0.73, "_mixture"),
        "kid_sd": 0.002,
        "class_entropy": 2.21,
    }
    return numbers if judged else numbers | dict.fromkeys(JUDGED)


def history(
    epochs: int, rng: np.random.Generator, *, alpha: float, bce: float, penalised: bool
) -> dict[str, list[float]]:
    """One number per epoch of each quantity, falling to that BCE; the penalty is about 0 where nothing is penalised."""
    steps = np.arange(1, epochs + 1)
    train = bce + 0.16 * np.exp(-0.9 * (steps - 1)) + 0.003 / steps + 0.0006 * rng.normal(size=epochs)
    valid = bce + 0.05 * np.exp(-0.8 * (steps - 1)) + 0.0009 * rng.normal(size=epochs)
    penalty = (0.3 * np.exp(-0.7 * steps) * penalised + 0.0006 * rng.normal(size=epochs)) * bool(alpha)
    accuracy = 0.9 + 0.1 * steps / (steps + 40)
    quantities = {
        "loss": (1 - alpha) * train + alpha * penalty,
        "bce": train,
        "reconstruction": train,
        "penalty": penalty,
        "rounded_accuracy": accuracy,
        "val_loss": (1 - alpha) * valid + alpha * penalty,
        "val_bce": valid,
        "val_reconstruction": valid,
        "val_penalty": penalty * 1.1,
        "val_rounded_accuracy": accuracy,
    }
    return {name: values.tolist() for name, values in quantities.items()}


def baselines(*, judged: bool, dims: Sequence[int] = (D,)) -> list[Baseline]:
    """Floors and ceilings; of several numbers of latent dimensions each has its rows."""
    several = len(dims) > 1
    of_prior = [f"prior draws d={d}" for d in dims] if several else ["prior draws"]
    rows: dict[str, dict[str, float]] = {
        "mean image": _errors(0.4502, 0.0867, 0.21),
        **{f"PCA-{k}": _pca(k, measured=k in dims) for k in sorted({2, 4, 8, 16, *dims})},
        "raw pixels": {"knn_accuracy": 0.8462},
        **dict.fromkeys(
            of_prior,
            {"mmd2": 0.00003, "mmd2_p": 0.75, "sliced_w2": 0.0161}
            | _shape(0.0002)
            | _white(0.0168, 0.00004)
            | _holes(0.969, 1.0, 0.497, 0.98, "")
            | _holes(0.968, 1.0, 0.498, 0.98, "_white"),
        ),
    }
    if judged:
        rows["mean image"] |= _without_noise(_samples(178.6, 59.5, 0.35, 0.0006, "")) | _once(0.0)
        for d in dims:
            rows[f"PCA-{d}"] |= _samples(61.0, 20.3, 0.41, 0.062, "") | _once(2.1)
            rows[f"PCA-{d}"] |= _samples(43.0, 14.3, 0.62, 0.141, "_fitted")
            rows[f"PCA-{d}"] |= _samples(21.0, 7.0, 0.9, 0.33, "_mixture")
        rows["real images"] = _once(2.3026)
        for suffix in SUFFIXES:
            rows["real images"] |= _samples(0.37, 0.12, 0.993, 0.975, suffix)
    of = {f"PCA-{d}": d for d in dims} | dict(zip(of_prior, dims, strict=True)) if several else {}
    return [Baseline(name=name, metrics=numbers, latent_dim=of.get(name)) for name, numbers in rows.items()]


def _samples(fid: float, kid: float, density: float, coverage: float, suffix: str) -> dict[str, float]:
    values = dict(zip(OF_SAMPLES, (fid, kid, density, coverage), strict=True))
    noise = {f"{name}{suffix}_noise": 0.01 * value + 0.001 for name, value in values.items()}
    return {f"{name}{suffix}": value for name, value in values.items()} | noise


def _without_noise(numbers: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in numbers.items() if not name.endswith("_noise")}


def _once(class_entropy: float) -> dict[str, float]:
    return {"kid_sd": 0.12, "class_entropy": class_entropy}


def _holes(coverage: float, density: float, auc: float, nearest: float, suffix: str) -> dict[str, float]:
    names = ("latent_coverage", "latent_density", "c2st_auc", "nearest_code")
    return {f"{n}{suffix}": value for n, value in zip(names, (coverage, density, auc, nearest), strict=True)}


def _white(sliced_w2: float, mmd2: float) -> dict[str, float]:
    return {"sliced_w2_white": sliced_w2, "mmd2_white": mmd2}


def _errors(bce: float, mse: float, ssim: float) -> dict[str, float]:
    by_class = {f"mse_class_{label}": mse * (0.6 + 0.1 * label) for label in range(CLASSES)}
    same = {"psnr": 10.62, "rounded_accuracy": 0.85}
    return {"bce": bce, "bce_excess": bce - ENTROPY, "mse": mse, "ssim": ssim, **same, **by_class}


def _shape(skewness: float) -> dict[str, float]:
    return {"mardia_skewness": skewness, "mardia_kurtosis": 0.15}


def _pca(k: int, *, measured: bool) -> dict[str, float]:
    useful = {"knn_accuracy": 0.79, "probe_accuracy": 0.74}
    near: dict[str, float] = {}
    if measured:
        near = {"mmd2": 0.155, "mmd2_p": 0.001, "sliced_w2": 1.72} | _shape(28.1) | _white(0.159, 0.0063)
        near |= _holes(0.24, 0.9, 0.98, 2.9, "") | _holes(0.49, 0.99, 0.97, 1.46, "_white")
    return _errors(0.3604 - 0.004 * k, 0.0398 - 0.00125 * min(k, 24), 0.32 + k / 40) | useful | near
