"""Results made by hand: what verdicts, checks and advice read of a variant and of a run."""

from mmdvae.record.result import Classifier, Code, Dataset, Hardware, Run, SeedRun, VariantResult
from mmdvae.results import summarise

SHAPE = {"regularizer": "mmd", "kernel": "gaussian", "alpha": 0.6, "sigma": None, "latent_dim": 8, "normalised": False}


def run(**changes) -> Run:
    """The run's settings; all fields have plausible values."""
    fields = {
        "id": "20260301-093000-quick-0a1b",
        "preset": "quick",
        "recipe": "standard",
        "recipe_settings": {"name": "standard", "epochs": 3, "optimizer": "adam", "training_flag": True},
        "latent_dim": 8,
        "experiment": {"format": 1},
        "whole": False,
        "created": "2026-03-01T09:30:00Z",
        "command": "mmdvae compare quick",
        "seeds": [0],
        "dataset": Dataset(name="fashion-mnist", sha256="5d" * 32, train=55_000, valid=5_000, test=10_000, repeated=0),
        "code": Code(commit="51584f0c1f0a9b7e6d5c4b3a29180716f5e4d3c2", dirty=True),
        "versions": {"python": "3.11.2", "keras": "3.15.1", "tensorflow": "2.21.0", "numpy": "2.3.1"},
        "hardware": Hardware(system="Linux x86_64", processor="Xeon", cores=8, memory_gb=16.8, gpus=0),
        "classifier": Classifier(classes=10, test_accuracy=0.9104, features=64, sha256="c1a5" * 16),
    }
    return Run(**fields | changes)


def entry(name: str, *, seeds=None, status="ok", error=None, history=None, epochs=3, **fields) -> VariantResult:
    """A variant; except the fields of SHAPE every one is a metric, one value or a tuple of one per seed.

    Without `seeds` there are as many as in the longest tuple, or three.
    """
    metrics = {"kernel_state": "live"} | {metric: value for metric, value in fields.items() if metric not in SHAPE}
    columns = [value for value in metrics.values() if isinstance(value, tuple)]
    seeds = range(max(map(len, columns), default=3)) if seeds is None else seeds
    runs = [
        SeedRun(
            seed=seed,
            epochs=epochs,
            train_seconds=1.5,
            device="cpu",
            history=history or {},
            metrics={metric: v[i] if isinstance(v, tuple) else v for metric, v in metrics.items()},
        )
        for i, seed in enumerate(seeds)
    ]
    names = {metric for run in runs for metric in run.numbers}
    return VariantResult(
        name=name,
        **SHAPE | {field: value for field, value in fields.items() if field in SHAPE},
        status=status,
        error=error,
        runs=runs,
        summary={metric: summarise(r.numbers[metric] for r in runs if metric in r.numbers) for metric in names},
    )


def none(**fields) -> VariantResult:
    """The variant without a penalty."""
    return entry("none", regularizer="none", kernel=None, alpha=0.0, **{"kernel_state": "off"} | fields)


def kl(**fields) -> VariantResult:
    """The variant with the Kullback-Leibler penalty."""
    return entry("kl-a0.5", regularizer="kl", kernel=None, alpha=0.5, **{"kernel_state": "off"} | fields)


def mmd(sigma: float, alpha: float = 0.6, **fields) -> VariantResult:
    """A variant with a Gaussian kernel, which is live unless `fields` say otherwise."""
    return entry(f"mmd-a{alpha:g}-s{sigma:g}", alpha=alpha, sigma=sigma, **fields)


def dead(sigma: float, alpha: float = 0.6, **fields) -> VariantResult:
    """A variant with a Gaussian kernel that is too narrow: saturated."""
    return mmd(sigma, alpha, kernel_state="saturated", **fields)
