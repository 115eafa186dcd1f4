"""A fake run: its folder and its part of the store as the pipeline writes them, in a second, with known numbers."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fake_science
import numpy as np

from mmdvae.data import array_folder
from mmdvae.data.array_folder import SPLITS
from mmdvae.files import replacing, write_json
from mmdvae.jobs.store import finish

HOSTILE = "</script><img src=x onerror=window.__xss=1>\"'{{7*7}}|`*"
CLASSES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
D = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeVariant:
    """One variant and how it ended: `spread` is the standard deviation of its codes."""

    name: str
    regularizer: str = "mmd"
    kernel: str | None = "gaussian"
    alpha: float = 0.6
    sigma: float | None = None
    status: str = "ok"
    spread: float = 1.0
    bce: float = 0.30
    state: str = "live"


QUICK = (
    FakeVariant(name="none", regularizer="none", kernel=None, alpha=0.0, spread=8.8, bce=0.2931, state="off"),
    FakeVariant(name="mmd-a0.6-s0.0001", sigma=1e-4, spread=8.7, bce=0.2935, state="saturated"),
    FakeVariant(name="mmd-a0.6-s0.1", sigma=0.1, spread=8.9, bce=0.2928, state="saturated"),
    FakeVariant(name="mmd-a0.6-s2.83", sigma=2.83, spread=1.02, bce=0.3002, state="live"),
    FakeVariant(name="mmd-a0.6-s10000", sigma=1e4, spread=7.9, bce=0.2934, state="flat"),
    FakeVariant(name="imq-a0.6", kernel="imq", spread=1.0, bce=0.3011, state="live"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeRun:
    """Its folders and its report."""

    run_dir: Path
    store: Path
    report: dict[str, Any]

    def save(self) -> None:
        """Write report.json again, after a test has changed it."""
        write_json(self.run_dir / "report.json", self.report)


def make(
    out: Path,
    variants: Sequence[FakeVariant] = QUICK,
    *,
    run_id: str = "2026-03-01-quick",
    created: str = "2026-03-01T09:30:00+00:00",
    seeds: Sequence[int] = (0,),
    epochs: int = 3,
    recipe: str = "standard",
    images: np.ndarray | None = None,
    labels: np.ndarray | None = None,
    n: int = 400,
    decoded: bool = False,
) -> FakeRun:
    """Write a run below `out`; `images` and `labels` may be real ones.

    With `decoded` every image has an error, and those in the t-SNE have a reconstruction.
    """
    store, run_dir = out / "store", out / run_id
    if images is None or labels is None:
        images, labels = _images(n)
    data = f"data-{_hex('data')}"
    store.mkdir(parents=True, exist_ok=True)
    arrays = {
        f"{split}_{what}.npy": array for split in SPLITS for what, array in (("images", images), ("labels", labels))
    }
    array_folder.write(store / data, arrays, name="fashion-mnist", classes=tuple(CLASSES), sha256=_hex("data"))
    manifest = []
    entries = []
    for variant in variants:
        runs = []
        for seed in seeds if variant.status != "failed" else ():
            key = f"evaluate-{_hex(f'{variant.name} {seed}')}" if variant.status == "ok" else None
            train = f"train-{_hex(f'{variant.name} {seed}')}"
            manifest.append({"name": variant.name, "seed": seed, "train": train, "evaluate": key})
            rng = np.random.default_rng([seed, len(variant.name)])
            metrics = _metrics(variant, rng) if key else None
            if key:
                _views(store / key / "views.npz", variant, images, labels, rng, decoded)
                finish(store / key, {"metrics": metrics}, ("views.npz",))
            history = _history(variant, epochs, rng)
            runs.append(
                {
                    "seed": seed,
                    "epochs": epochs,
                    "train_seconds": 41.5,
                    "device": "cpu",
                    "history": history,
                    "metrics": metrics,
                }
            )
        entries.append(_entry(variant, runs))
    for entry in entries[1:]:
        entry["differences"] = fake_science.differences(entry["runs"], entries[0]["runs"], entries[0]["name"])
    measured = [variant for variant in variants if variant.status == "ok"]
    report = {
        "schema": 1,
        "run": _run(run_id, created, recipe, seeds, len(images)),
        "variants": entries,
        "baselines": fake_science.baselines(),
        "verdicts": fake_science.verdicts(len(seeds)),
        "checks": _checks(variants, seeds),
        "advice": fake_science.advice([v.name for v in measured], [v.spread for v in measured], len(seeds)),
    }
    fake = FakeRun(run_dir=run_dir, store=store, report=report)
    fake.save()
    write_json(run_dir / "manifest.json", {"schema": 1, "data": data, "variants": manifest})
    return fake


def _run(run_id: str, created: str, recipe: str, seeds: Sequence[int], n: int) -> dict[str, Any]:
    return {
        "id": run_id,
        "preset": "quick",
        "recipe": recipe,
        "latent_dim": D,
        "created": created,
        "command": "mmdvae compare quick --out runs",
        "seeds": list(seeds),
        "dataset": {"name": "fashion-mnist", "sha256": _hex("x") * 2, "train": 55000, "valid": 5000, "test": n},
        "code": {"commit": "51584f0c1f0a9b7e6d5c4b3a29180716f5e4d3c2", "dirty": True},
        "versions": {"python": "3.11.2", "keras": "3.15.1", "tensorflow": "2.21.0", "numpy": "2.3.1"},
        "hardware": {"cpu": "8 cores", "gpu": None},
        "classifier": fake_science.classifier(),
    }


def _entry(variant: FakeVariant, runs: list[dict[str, Any]]) -> dict[str, Any]:
    errors = {"failed": "MemoryError: the training process was killed (signal 9)", "diverged": "loss is NaN in epoch 2"}
    return {
        "name": variant.name,
        "regularizer": variant.regularizer,
        "kernel": variant.kernel,
        "alpha": variant.alpha,
        "sigma": variant.sigma,
        "status": variant.status,
        "error": errors.get(variant.status),
        "runs": runs,
        "summary": _summary([run["metrics"] for run in runs if run["metrics"]]),
        "differences": None,
    }


def _summary(metrics: list[dict[str, Any]]) -> dict[str, Any]:
    summary = {}
    for name in metrics[0] if metrics else ():
        if name != "kernel_state":
            values = [row[name] for row in metrics]
            sd = float(np.std(values, ddof=1)) if len(values) > 1 else None
            mean = float(np.mean(values))
            summary[name] = {"mean": mean, "sd": sd, "min": min(values), "max": max(values), "n": len(values)}
    return summary


def _metrics(variant: FakeVariant, rng: np.random.Generator) -> dict[str, Any]:
    noise = 1 + 0.004 * float(rng.normal())
    variance = D * variant.spread**2 * noise
    bce = variant.bce * (1 + 0.1 * (noise - 1))
    return {
        "bce": bce,
        "mse": 0.0166 + (bce - 0.2928) * 0.35,
        "psnr": 17.8,
        "ssim": 0.66 - (bce - 0.2928) * 3,
        "rounded_accuracy": 0.91,
        "total_variance": variance,
        "variance_of_means": variance * 0.99,
        "posterior_variance": variance * 0.01,
        "logdet_cov": D * float(np.log(variance / D)) - 0.9,
        "participation_ratio": 7.4 if variant.spread < 2 else 3.9,
        "mean_norm": 0.08 * variant.spread,
        "active_units": 8.0,
        "mmd2": 0.0009 * noise - 0.001 if variant.spread < 1.01 else 0.0007 if variant.spread < 2 else 0.41 * noise,
        "kernel_mean": {"off": 0.0, "saturated": 0.0, "flat": 0.9999999}.get(variant.state, 0.17),
        "kernel_live_share": 0.93 if variant.state == "live" else 0.0,
        "kernel_state": variant.state,
        "knn_accuracy": 0.82 + 0.01 * (noise - 1),
        "train_seconds": 41.5,
        "peak_rss_mb": 1510.0,
        "parameters": 402_545.0,
        **fake_science.metrics(spread=variant.spread, bce=bce, noise=noise),
    }


def _history(variant: FakeVariant, epochs: int, rng: np.random.Generator) -> dict[str, list[float | None]]:
    steps = np.arange(1, epochs + 1)
    bce = variant.bce + 0.16 * np.exp(-0.9 * (steps - 1)) + 0.003 / steps + 0.0006 * rng.normal(size=epochs)
    val_bce = variant.bce + 0.05 * np.exp(-0.8 * (steps - 1)) + 0.0009 * rng.normal(size=epochs)
    penalty = 0.3 * np.exp(-0.7 * steps) + 0.0006 * rng.normal(size=epochs)
    if variant.state in ("saturated", "flat"):
        penalty = 0.00002 * rng.normal(size=epochs)
    if variant.regularizer == "none":
        penalty = np.zeros(epochs)
    history: dict[str, list[float | None]] = {
        "loss": ((1 - variant.alpha) * bce + variant.alpha * penalty).tolist(),
        "bce": bce.tolist(),
        "penalty": penalty.tolist(),
        "rounded_accuracy": (0.9 + 0.002 * steps).tolist(),
        "val_loss": ((1 - variant.alpha) * val_bce + variant.alpha * penalty).tolist(),
        "val_bce": val_bce.tolist(),
        "val_penalty": (penalty * 1.1).tolist(),
        "val_rounded_accuracy": (0.9 + 0.002 * steps).tolist(),
    }
    if variant.status == "diverged":
        history = {name: [values[0], *[None] * (epochs - 1)] for name, values in history.items()}
    return history


def _views(
    path: Path, variant: FakeVariant, images: np.ndarray, labels: np.ndarray, rng: np.random.Generator, decoded: bool
) -> None:
    n = len(images)
    centres = np.random.default_rng(7).normal(size=(10, D))
    scales = np.linspace(1.6, 0.5, D) if variant.spread > 2 else np.ones(D)
    codes = (0.75 * centres[labels] + 0.62 * rng.normal(size=(n, D))) * scales * variant.spread
    codes -= codes.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(codes.T))
    tsne_index = np.sort(np.random.default_rng(0).permutation(n)[: min(n // 2, 2000)])  # the same in every variant
    angle = 2 * np.pi * labels[tsne_index] / 10
    tsne = 30 * np.stack([np.cos(angle), np.sin(angle)], 1) + 5 * rng.normal(size=(len(tsne_index), 2))
    index = np.array([int(np.flatnonzero(labels == k % 10)[k // 10]) for k in range(16)])
    blur = 2 if variant.spread < 2 else 1
    arrays = {
        "codes": codes.astype(np.float32),
        "log_variances": np.full((n, D), -4, np.float32),
        "pca": (codes @ vectors[:, ::-1][:, :2]).astype(np.float32),
        "pca_variance_ratio": values[::-1][:2] / values.sum(),
        "tsne": tsne.astype(np.float32),
        "tsne_index": tsne_index,
        "reconstructions": _blurred(images[index], blur),
        "reconstruction_index": index,
        "samples": _blurred(images[50:82] // 2 + images[150:182] // 2, blur + 1),
        "eigenvalues": values[::-1],
    }
    if decoded:
        blurred = _blurred(images, blur)
        arrays["squared_errors"] = ((images / 255 - blurred / 255) ** 2).mean(axis=(1, 2)).astype(np.float32)
        arrays["tsne_reconstructions"] = blurred[tsne_index]
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    with replacing(path) as file:
        file.write(buffer.getvalue())


def _blurred(images: np.ndarray, times: int) -> np.ndarray:
    blurred = images.astype(np.float64)
    for _ in range(times):
        blurred = sum(np.roll(blurred, (i, j), (1, 2)) for i in (-1, 0, 1) for j in (-1, 0, 1)) / 9
    return blurred.round().astype(np.uint8)


def _images(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Bright bars whose position gives the class."""
    rng = np.random.default_rng(0)
    labels = np.arange(n) % 10
    images = rng.integers(0, 40, (n, 28, 28))
    for image, label in zip(images, labels, strict=True):
        image[2 + 2 * label : 7 + 2 * label, 4:24] += 190
    return images.astype(np.uint8), labels.astype(np.uint8)


def _checks(variants: Sequence[FakeVariant], seeds: Sequence[int]) -> list[dict[str, Any]]:
    dead = [variant.name for variant in variants if variant.state in ("saturated", "flat")]
    return [
        {
            "code": "C1",
            "title": "Equal epochs",
            "state": "passed",
            "explanation": "All trained equally long.",
            "variants": [],
        },
        {
            "code": "C2",
            "title": "Dead kernel",
            "state": "issue" if dead else "passed",
            "explanation": "The training kernel has no gradient, so these variants were trained without a penalty.",
            "variants": dead,
        },
        {
            "code": "C3",
            "title": "Few seeds",
            "state": "passed" if len(seeds) >= 3 else "tip",
            "explanation": "With fewer than three seeds no difference can be told from chance.",
            "variants": [],
        },
    ]


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
