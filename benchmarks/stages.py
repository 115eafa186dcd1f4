"""The stages after training, part by part: one evaluation, and the report of six variants rewritten from results.

Seconds of CPU time on one thread, so that other work on the machine matters little; each number is the median of three
processes. An evaluation's imports are not counted, because the pipeline imports them once for all variants; the
report's imports are, because the user waits for them.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import child
from reports import write

TIMES = 3
STEPS, BATCH = 100, 32  # of training: enough for codes that distinguish images
EPOCHS = 20  # in the report's curves


def measure(data: Path) -> dict[str, Any]:
    """{"evaluation": seconds by part, "report": seconds by part, "again": seconds of a page with cached pictures}.

    The parts do not overlap; `total` covers everything.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        classifying = _call(classifier, data=str(data), folder=name)
        evaluations = [_call(evaluation, data=str(data), folder=name) for _ in range(TIMES)]
        _store_run(folder, data, evaluations[0]["metrics"])
        reports, again = [], []
        for _ in range(TIMES):
            (folder / "store" / write.PICTURES).unlink(missing_ok=True)
            reports.append(_call(report, folder=name))
            again.append(_call(report, folder=name))
    seconds = _medians([each["seconds"] for each in evaluations])
    return {
        "classifier": classifying,
        "evaluation": seconds,
        "report": _medians(reports),
        "again": statistics.median(each["total"] for each in again),
    }


def classifier(data: str, folder: str) -> float:
    """Seconds to train the data set's classifier, done once for all comparisons; it is left in the folder."""
    from mmdvae.measures import classifier as classifying

    before = time.process_time()
    classifying.fit(Path(data), Path(folder), lambda event: None)
    return time.process_time() - before


def evaluation(data: str, folder: str) -> dict[str, Any]:
    """One evaluation of a barely trained model: its metrics and seconds by part; views.npz is left in the folder."""
    import numpy as np

    from mmdvae import recipes
    from mmdvae.data import array_folder
    from mmdvae.experiment import file
    from mmdvae.measures import (
        class_separation,
        classifier,
        gradients,
        kernel_health,
        prior_match,
        projections,
        reconstruction,
        sample_quality,
    )
    from mmdvae.measures import evaluate as evaluating
    from mmdvae.model import vae
    from mmdvae.training.build import build

    variant = next(variant for variant in file.read("quick").variants if variant.kernel == "gaussian")
    measured = build(variant, recipes.STANDARD, seed=0)
    images = np.array(array_folder.open_split(Path(data), "train")[0][: STEPS * BATCH])
    measured.fit(images, batch_size=BATCH, verbose=0)
    seconds: dict[str, float] = {}
    _time(seconds, "encode", vae.VAE, "encode")
    _time(seconds, "decode", vae.VAE, "decode")
    _time(seconds, "reconstruction", reconstruction.Errors, "add")
    _time(seconds, "match with the prior", prior_match, "of_codes")
    _time(seconds, "kernel health", kernel_health, "of_kernel")
    _time(seconds, "gradient ratio", gradients, "ratio")
    _time(seconds, "kNN", class_separation, "knn_accuracy")
    _time(seconds, "linear probe", class_separation, "probe_accuracy")
    _time(seconds, "features of samples", classifier, "judge")
    _time(seconds, "fid, kid, density, coverage", sample_quality, "judged")
    _time(seconds, "t-SNE", projections, "tsne")
    _time(seconds, "faithfulness of views", projections, "faithfulness")
    before = time.process_time()
    metrics = evaluating.evaluate(measured, data=Path(data), judge=Path(folder), folder=Path(folder))
    seconds["total"] = time.process_time() - before
    return {"metrics": metrics, "seconds": seconds}


def report(folder: str) -> dict[str, float]:
    """Rewrite the report of the run in the folder; seconds by part."""
    from reports import sidecars
    from reports.page import markdown
    from reports.run_index import index
    from reports.sections.codes import section as codes

    seconds = {"imports": time.process_time()}
    _time(seconds, "latent space", codes, "build")
    _time(seconds, "summary.md", markdown, "write")
    _time(seconds, "latents.parquet", sidecars, "latents")
    write.write(Path(folder) / "run", Path(folder) / "store")
    index.write(Path(folder))
    return seconds | {"total": time.process_time()}


def _call(function: Callable[..., Any], **arguments: str) -> Any:
    return child.call(function, env=child.ONE_THREAD, **arguments)


def _time(seconds: dict[str, float], part: str, owner: Any, name: str) -> None:
    """From now on, add the run time of the owner's function to the part's seconds."""
    function = getattr(owner, name)

    def timed(*arguments, **options):
        before = time.process_time()
        try:
            return function(*arguments, **options)
        finally:
            seconds[part] = seconds.get(part, 0.0) + time.process_time() - before

    setattr(owner, name, timed)


def _store_run(folder: Path, data: Path, metrics: dict[str, Any]) -> None:
    """Store a run of six variants that all have these metrics and the views that the evaluation left in the folder."""
    from mmdvae import results
    from mmdvae.experiment import file
    from mmdvae.files import write_json
    from mmdvae.measures import evaluate

    store = folder / "store"
    store.mkdir()
    (store / data.name).symlink_to(data.resolve())
    falling = [0.3 + 0.1 / epoch for epoch in range(1, EPOCHS + 1)]
    series = [f"{split}{name}" for split in ("", "val_") for name in ("loss", "bce", "penalty", "rounded_accuracy")]
    training = {
        "status": "ok",
        "epochs": EPOCHS,
        "history": dict.fromkeys(series, falling),
        "train_seconds": 60.0,
        "parameters": 400_000,
        "peak_rss_mb": 1000.0,
        "device": "cpu",
    }
    outcomes = [
        results.Outcome(
            variant=variant,
            seed=0,
            train_key=f"train-{number:024x}",
            evaluate_key=f"evaluate-{number:024x}",
            training=training,
            evaluation={"metrics": metrics},
        )
        for number, variant in enumerate(file.read("quick").variants[:6])
    ]
    for outcome in outcomes:
        place = store / str(outcome.evaluate_key)
        place.mkdir()
        (place / evaluate.VIEWS).hardlink_to(folder / evaluate.VIEWS)
    content = results.report({"id": "run", "recipe": "standard", "latent_dim": 8, "seeds": [0]}, outcomes, [])
    write_json(folder / "run" / "report.json", content)
    write_json(folder / "run" / "manifest.json", results.manifest(data.name, outcomes))


def _medians(measured: list[dict[str, float]]) -> dict[str, float]:
    """The median of each part, longest first."""
    medians = {part: statistics.median(each[part] for each in measured) for part in measured[0]}
    return dict(sorted(medians.items(), key=lambda item: -item[1]))
