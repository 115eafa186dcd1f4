"""A fake run: its folder and its part of the store as the pipeline writes them, in a second, with known numbers."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import data_folder
import made_arrays
import made_numbers
import made_report
import numpy as np

from mmdvae import results
from mmdvae.data.array_folder import SPLITS
from mmdvae.files import write_json
from mmdvae.images import shape_of
from mmdvae.jobs.store import finish
from mmdvae.recipes import RECIPES
from mmdvae.record import report_json
from mmdvae.record.result import Dataset, Report
from mmdvae.results import Outcome
from mmdvae.variants import Variant

HOSTILE = "</script><img src=x onerror=window.__xss=1>\"'{{7*7}}|`*"
CLASSES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
DATA_SHA256 = hashlib.sha256(b"data").hexdigest()
ERRORS = {
    "failed": "MemoryError: the training process was killed (signal 9)",
    "diverged": "diverged in epoch 2: loss is nan",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeVariant:
    """One variant and how it ended."""

    regularizer: str = "mmd"
    kernel: str | None = "gaussian"
    alpha: float = 0.6
    sigma: float | None = None
    sigmas: tuple[float, ...] = ()
    projections: int | None = None
    normalised: bool = False
    latent_dim: int = 8
    status: str = "ok"
    lost: tuple[int, ...] = ()  # seeds that did not end well; all of them if none is named
    error: str = ""  # instead of the usual one
    spread: float = 1.0  # standard deviation of its codes
    bce: float = 0.30
    state: str = "live"  # of its kernel, where it has one
    metrics: Mapping[str, Any] = field(default_factory=dict)  # instead of the made-up ones; a tuple has one per seed

    @property
    def variant(self) -> Variant:
        """What the product calls it."""
        settings = ("regularizer", "kernel", "alpha", "sigma", "sigmas", "projections", "normalised", "latent_dim")
        return Variant(**{name: getattr(self, name) for name in settings})

    @property
    def name(self) -> str:
        """The name that follows from its settings."""
        return self.variant.name

    def ended(self, seed: int) -> str:
        """Its status with one seed."""
        return "ok" if self.lost and seed not in self.lost else self.status


NONE = FakeVariant(regularizer="none", kernel=None, alpha=0.0, spread=8.8, bce=0.2931)
QUICK = (
    NONE,
    FakeVariant(sigma=1e-4, spread=9.0, bce=0.2935, state="saturated"),
    FakeVariant(sigma=0.1, spread=8.9, bce=0.2928, state="saturated"),
    FakeVariant(sigma=2.83, spread=1.02, bce=0.3002),
    FakeVariant(sigma=1e4, spread=7.9, bce=0.2934, state="flat"),
    FakeVariant(kernel="imq", spread=1.0, bce=0.3011),
)

CURVE = (  # dead on both sides, half-way, alive
    NONE,
    FakeVariant(sigma=0.1, spread=9.0, bce=0.2935, state="saturated"),
    FakeVariant(sigma=1.0, spread=3.0, bce=0.2940),
    FakeVariant(sigma=2.83, spread=1.02, bce=0.3002),
    FakeVariant(sigma=5.66, spread=1.05, bce=0.2990),
    FakeVariant(sigma=1e4, spread=7.9, bce=0.2934, state="flat"),
    FakeVariant(kernel="imq", spread=1.0, bce=0.3011),
)
DIMS = tuple(  # 2, 8 and 32 latent dimensions: σ = √d is alive at each, 2 √d at the first two, σ 0.5 dies after d = 2
    replace(one, latent_dim=d, bce=one.bce + more)
    for d, root, more in ((2, 1.41, 0.03), (8, 2.83, 0.0), (32, 5.66, -0.015))
    for one in (
        NONE,
        FakeVariant(sigma=0.5, spread=2.5 if d == 2 else 9.0, bce=0.2935, state="live" if d == 2 else "saturated"),
        FakeVariant(sigma=root, spread=1.02, bce=0.3002),
        FakeVariant(sigma=2 * root, spread=1.05 if d < 32 else 3.0, bce=0.2990),
        CURVE[6],
    )
)
GRID = (  # 24 variants
    NONE,
    *(
        replace(one, alpha=alpha, sigma=sigma, bce=one.bce + (0.02 * alpha if one.spread < 2 else 0))
        for alpha in (0.2, 0.6, 0.9)
        for one, sigmas in (
            (CURVE[1], (1e-4, 0.1)),
            (CURVE[2], (1.0,)),
            (CURVE[3], (2.83, 3.83, 5.66)),
            (CURVE[5], (1e4,)),
        )
        for sigma in sigmas
    ),
    CURVE[6],
    FakeVariant(regularizer="kl", kernel=None, alpha=0.5, spread=1.1, bce=0.3004),
)


@dataclass(slots=True, kw_only=True)
class FakeRun:
    """Its folders and its report."""

    run_dir: Path
    store: Path
    report: Report

    def save(self, **changes: Any) -> None:
        """Write report.json again, with changed fields of the report."""
        self.report = replace(self.report, **changes)
        report_json.write(self.report, self.run_dir)

    def save_run(self, **changes: Any) -> None:
        """The same for fields of the report's `run`."""
        self.save(run=replace(self.report.run, **changes))

    def save_variant(self, number: int, **changes: Any) -> None:
        """The same for fields of one variant."""
        self.report = with_variant(self.report, number, **changes)
        self.save()

    def rename(self, old: str, new: str) -> None:
        """Give a variant a name that the product never gives, as a hand that edits both files can."""
        for name in (report_json.NAME, "manifest.json"):
            path = self.run_dir / name
            path.write_text(path.read_text().replace(json.dumps(old), json.dumps(new)))
        self.report = report_json.load(self.run_dir)

    def evaluation(self, number: int = 0) -> Path:
        """The folder of the store with the arrays of one line of the manifest."""
        manifest = json.loads((self.run_dir / "manifest.json").read_text())
        return self.store / manifest["variants"][number]["evaluate"]


def with_variant(report: Report, number: int, **changes: Any) -> Report:
    """The report with one variant changed."""
    variants = list(report.variants)
    variants[number] = replace(variants[number], **changes)
    return replace(report, variants=variants)


def make(
    out: Path,
    variants: Sequence[FakeVariant] = QUICK,
    *,
    run_id: str = "2026-03-01-quick",
    created: str = "2026-03-01T09:30:00Z",
    seeds: Sequence[int] = (0,),
    epochs: int = 3,
    recipe: str = "standard",
    images: np.ndarray | None = None,
    labels: np.ndarray | None = None,
    n: int = 400,
    dataset: str = "fashion-mnist",
    classes: Sequence[str] = CLASSES,
    notes: Sequence[str] = (),
    baselines: bool = True,
    **run: Any,
) -> FakeRun:
    """Write a run below `out`; `images` and `labels` may be real ones, `run` are further fields of result.Run."""
    store, run_dir = out / "store", out / run_id
    if images is None or labels is None:
        images, labels = made_arrays.images(n)
    data = f"data-{_hex('data')}"
    store.mkdir(parents=True, exist_ok=True)
    arrays = {
        f"{split}_{what}.npy": array for split in SPLITS for what, array in (("images", images), ("labels", labels))
    }
    data_folder.write(store / data, arrays, name=dataset, classes=tuple(classes), sha256=DATA_SHA256)
    dims = sorted({fake.latent_dim for fake in variants})
    asked = {
        "id": run_id,
        "latent_dim": dims[0] if len(dims) == 1 else None,
        "recipe": recipe,
        "recipe_settings": replace(RECIPES[recipe], epochs=epochs).to_dict(),
        "created": created,
        "command": "mmdvae compare quick --out runs",
        "seeds": list(seeds),
        "dataset": Dataset(
            name=dataset,
            sha256=DATA_SHA256,
            **dict.fromkeys(SPLITS, len(images)),
            shape=shape_of(images),
            labelled=len(classes) > 1,
            notes=tuple(notes),
        ),
    }
    about = made_report.run(**asked | run)
    outcomes = [_outcome(fake, seed, epochs, bool(about.classifier)) for fake in variants for seed in seeds]
    for fake, outcome in zip((fake for fake in variants for _ in seeds), outcomes, strict=True):
        if outcome.evaluation:
            folder = store / str(outcome.evaluate_key)
            noise = _noise(fake, outcome.seed)
            made_arrays.write_views(folder / "views.npz", fake.spread, images, labels, noise, d=fake.latent_dim)
            finish(folder, outcome.evaluation, ("views.npz",))
    floors = made_numbers.baselines(judged=bool(about.classifier), dims=dims) if baselines else []
    made = FakeRun(run_dir=run_dir, store=store, report=results.report(about, outcomes, floors))
    made.save()
    write_json(run_dir / "manifest.json", results.manifest(data, outcomes))
    return made


def _outcome(fake: FakeVariant, seed: int, epochs: int, judged: bool) -> Outcome:
    status, key, noise = fake.ended(seed), _hex(f"{fake.name} {seed}"), _noise(fake, seed)
    done = 1 if status == "diverged" else epochs
    history = made_numbers.history(
        epochs, noise, alpha=fake.alpha, bce=fake.bce, penalised=bool(fake.alpha) and fake.state == "live"
    )
    error = None if status == "ok" else fake.error or ERRORS[status]
    training = {
        "status": status,
        "error": error,
        "epochs": done,
        "history": {name: values[:done] for name, values in history.items()},
        "train_seconds": 41.5,
        "parameters": 402_545,
        "peak_rss_mb": 1510.0,
        "device": "cpu",
    }
    return Outcome(
        variant=fake.variant,
        seed=seed,
        train_key=f"train-{key}",
        evaluate_key=f"evaluate-{key}" if status == "ok" else None,
        training=None if status == "failed" else training,
        evaluation={
            "metrics": _metrics(fake, seed, judged),
            "evaluate_seconds": 11.5,
            "peak_rss_mb": 900.0,
        }
        if status == "ok"
        else None,
        error=error,
    )


def _metrics(fake: FakeVariant, seed: int, judged: bool) -> dict[str, Any]:
    state = fake.state if fake.kernel else "off"
    shown = {"spread": fake.spread, "bce": fake.bce, "state": state, "judged": judged, "d": fake.latent_dim}
    made = made_numbers.metrics(_noise(fake, seed), **shown)
    given = {name: value[seed] if isinstance(value, tuple) else value for name, value in fake.metrics.items()}
    return made | given


def _noise(fake: FakeVariant, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, len(fake.name)])


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
