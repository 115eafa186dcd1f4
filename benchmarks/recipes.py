"""What a recipe achieves in its training time: test cross-entropy of the unregularised variant after each epoch.

Seconds are CPU time of the training process, which has one thread, so that other work on the machine matters little.
Evaluation on the test images is not counted.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import child

RUNS = (("notebook", 0), ("standard", 0), ("standard", 1))  # the longest first


def measure(data: Path) -> dict[str, Any]:
    """The curve of each run, two at a time: {"runs": [{recipe, seed, epochs, seconds, test_bce}]}."""
    calls = [
        {"function": curve, "env": child.ONE_THREAD, "recipe": recipe, "seed": seed, "data": str(data)}
        for recipe, seed in RUNS
    ]
    return {"runs": child.at_once(calls, workers=2)}


def curve(recipe: str, seed: int, data: str, epochs: int | None = None) -> dict[str, Any]:
    """One training: seconds and test cross-entropy after each epoch."""
    import dataclasses

    import numpy as np

    from mmdvae import recipes, variants
    from mmdvae.data import array_folder
    from mmdvae.measures import reconstruction
    from mmdvae.training import checkpoint, fit
    from mmdvae.training.build import build

    chosen = recipes.RECIPES[recipe]
    chosen = dataclasses.replace(chosen, epochs=epochs or chosen.epochs)
    images = np.asarray(array_folder.open_split(Path(data), "test")[0])
    pixels = images / 255.0
    steps = fit.steps(len(array_folder.open_split(Path(data), "train")[0]), chosen)
    measured = build(variants.none(), chosen, seed, steps=steps)
    seconds: list[float] = []
    errors: list[float] = []
    before = time.process_time()

    def report(event: dict[str, Any]) -> None:
        nonlocal before
        if event["event"] != "epoch":
            return
        now = time.process_time()
        seconds.append((seconds[-1] if seconds else 0.0) + now - before)
        checkpoint.restore(folder / fit.CHECKPOINT, [*measured.weights, *measured.optimizer.variables])
        logits = measured.decode(measured.encode(images)[0])
        errors.append(float(reconstruction.cross_entropy_of_logits(pixels, logits).mean()))
        print(f"{recipe}, seed {seed}, epoch {event['epoch']}: {seconds[-1]:.0f} s, {errors[-1]:.5f}", file=sys.stderr)
        before = time.process_time()

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fit.fit(variants.none(), chosen, seed=seed, data=Path(data), folder=folder, report=report)
    return {
        "recipe": recipe,
        "seed": seed,
        "epochs": len(seconds),
        "seconds": seconds,
        "test_bce": errors,
    }
