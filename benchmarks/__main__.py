"""Time a training step of ours against the notebook's way on this machine, in turn, and print the ratio.

Both see the same Fashion-MNIST images in batches of 32, on one thread. Machines are noisy: three pairs, each measured
back to back, and the median of their ratios is the figure to quote.
"""

import os

for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ[name] = "1"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks import notebook
from mmdvae import data, data_folder, model, recipes, variants

STEPS, PAIRS, BATCH = 200, 3, 32


def main() -> None:
    """Measure and print one line per way."""
    with tempfile.TemporaryDirectory() as folder:
        prepared = data.prepare("fashion-mnist", data_dir=None, store=Path(folder)).folder
        images = np.array(data_folder.open_split(prepared, "train")[0][: STEPS * BATCH])
    pixels = images[..., None].astype("float32") / 255
    ours = model.build(variants.gaussian(0.6, 0.1), recipes.NOTEBOOK, seed=0)
    theirs = notebook.build()
    ways = {
        "notebook": lambda: theirs.fit(pixels, pixels, batch_size=BATCH, verbose=0),
        "ours": lambda: ours.fit(images, batch_size=BATCH, verbose=0),
    }
    for fit in ways.values():
        fit()  # tracing is not training
    times = {name: [] for name in ways}
    for _ in range(PAIRS):
        for name, fit in ways.items():
            times[name].append(_seconds(fit) / STEPS)
    for name, seconds in times.items():
        print(f"{name:10} {1e3 * statistics.median(seconds):7.1f} ms per step of {BATCH} images, median of {PAIRS}")
    ratios = [a / b for a, b in zip(times["notebook"], times["ours"], strict=True)]
    print(f"ours is {statistics.median(ratios):.2f} times as fast ({min(ratios):.2f} to {max(ratios):.2f})")


def _seconds(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
