"""The notebook's four variants on all training images, end to end: one after another with `fit`, and by our command.

Both start from scratch (a new process) and end with the last variant's metrics on the validation images. Ours then
evaluates the test images and writes the report; that is reported separately.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import child
from mmdvae.experiment import file
from mmdvae.files import read_json

SEEDS, EPOCHS = (0, 1, 2), 1


def measure(data: Path) -> dict[str, Any]:
    """Seconds of both ways, in turn, for each seed."""
    rounds = []
    for seed in SEEDS:
        started = time.perf_counter()
        child.call(notebook_way, env=child.ALL_CORES, data=str(data), seed=seed, epochs=EPOCHS)
        theirs_seconds, ours = time.perf_counter() - started, our_way(data, seed, EPOCHS)
        seconds = {name: ours[name] for name in ("training_seconds", "command_seconds")}
        rounds.append({"seed": seed, "notebook_seconds": theirs_seconds, **seconds})
    ratios = [one["notebook_seconds"] / one["training_seconds"] for one in rounds]
    return {
        "epochs": EPOCHS,
        "rounds": rounds,
        "ratio": statistics.median(ratios),
        "low": min(ratios),
        "high": max(ratios),
        "ratio_with_report": statistics.median(one["notebook_seconds"] / one["command_seconds"] for one in rounds),
    }


def notebook_way(data: str, seed: int, epochs: int) -> dict[str, dict[str, float]]:
    """The last epoch's numbers of each variant, trained one after another on all cores."""
    import keras
    import numpy as np

    from benchmarks import notebook
    from mmdvae.data import array_folder

    train, valid = (
        np.asarray(array_folder.open_split(Path(data), split)[0])[..., None].astype("float32") / 255
        for split in ("train", "valid")
    )
    numbers = {}
    for variant in file.read("notebook").variants:
        keras.backend.clear_session()
        keras.utils.set_random_seed(seed)
        model = notebook.build(variant.alpha, variant.sigma or 1.0)  # sigma has no effect without a penalty
        history = model.fit(
            train, train, batch_size=32, epochs=epochs, verbose=0, validation_data=(valid, valid)
        ).history
        numbers[variant.name] = {name: values[-1] for name, values in history.items()}
    return numbers


def our_way(data: Path, seed: int, epochs: int) -> dict[str, Any]:
    """The same by our command: `ours` (the numbers), `training_seconds`, and `command_seconds` including the report."""
    command = [str(Path(sys.executable).with_name("mmdvae")), "compare", "notebook", "--server", "none"]
    with tempfile.TemporaryDirectory() as out:
        store = Path(out) / "store"
        shutil.copytree(data, store / data.name)
        options = ["--epochs", str(epochs), "--seed", str(seed), "--out", out]
        trained, errors = 0.0, []
        started = time.perf_counter()
        with subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            for line in process.stderr:
                errors.append(line)
                if line.startswith("train ") and line.rstrip().endswith("done"):
                    trained = time.perf_counter() - started
            page = process.stdout.read().strip()
        if process.returncode:
            raise RuntimeError("".join(errors[-5:]))
        seconds = time.perf_counter() - started
        variants = read_json(Path(page).with_name("report.json"))["variants"]
    ours = {
        variant["name"]: {name: values[-1] for name, values in variant["runs"][0]["history"].items()}
        for variant in variants
    }
    return {"command_seconds": seconds, "training_seconds": trained, "ours": ours}
