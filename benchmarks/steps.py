"""A training step: the notebook's way on all cores against ours, with one variant per core on one thread each.

Each round runs all ways in turn, so that noise on the machine affects all of them. The share of the peak relates the
network's own multiplications to the rate of a matrix product that the same processes compute just before.
"""

import functools
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import child, machine
from tasks.processes import devices

ROUNDS, IMAGES = 3, 12_800
# (name, layers, loop, recipe); the effect of a change is seen against the row above
OURS = (
    ("one thread per variant", "stock", "fit", "notebook"),
    ("and our layers", "ours", "fit", "notebook"),
    ("and our loop", "ours", "launches", "notebook"),
    ("stock layers, our loop", "stock", "launches", "notebook"),
    ("standard recipe, stock layers, fit", "stock", "fit", "standard"),
    ("standard recipe, stock layers, our loop", "stock", "launches", "standard"),
    ("standard recipe, ours", "ours", "launches", "standard"),
)
PRODUCTS = "convolutions and matrix products alone"


def measure(data: Path) -> dict[str, Any]:
    """Medians of the rounds: {"rows": [{way, us_per_image, ratio, low, high, peak_share}], "mflop_per_image": ...}."""
    seen: dict[str, list[dict[str, float]]] = {}
    for _ in range(ROUNDS):
        alone = child.call(notebook_way, env=child.ALL_CORES, data=str(data))
        seen.setdefault("the notebook: fit, all cores", []).append(alone)
        for name, layers, loop, recipe in OURS:
            arguments = {"data": str(data), "layers": layers, "loop": loop, "recipe": recipe}
            seen.setdefault(name, []).append(_all_cores_busy(our_way, **arguments))
        seen.setdefault(PRODUCTS, []).append(_all_cores_busy(products_alone))
    base = [entry["us_per_image"] for entry in next(iter(seen.values()))]
    return {
        "mflop_per_image": flop_per_image() / 1e6,
        "rows": [_row(name, entries, base) for name, entries in seen.items()],
    }


def notebook_way(data: str) -> dict[str, float]:
    """One model trained by `fit` on all cores."""
    from benchmarks import notebook

    pixels = _images(data)[..., None].astype("float32") / 255
    model = notebook.build()
    model.fit(pixels[:320], pixels[:320], batch_size=32, verbose=0)
    return _timed(lambda: model.fit(pixels, pixels, batch_size=32, verbose=0))


def our_way(data: str, layers: str, loop: str, recipe: str, barrier: str, workers: int) -> dict[str, float]:
    """One of several models trained at the same time, on one thread."""
    import keras
    import numpy as np

    from mmdvae import recipes, variants
    from mmdvae.model import networks
    from mmdvae.training import compiled_loop
    from mmdvae.training.build import build

    if layers == "stock":
        networks.BatchNorm = keras.layers.BatchNormalization
        networks.ToOneChannel = functools.partial(keras.layers.Conv2DTranspose, 1, 3, padding="same")
    images, chosen = _images(data), recipes.RECIPES[recipe]
    built = build(variants.gaussian(0.6, 2.83), chosen, seed=0)
    loop, size = compiled_loop.CompiledLoop(built, images), chosen.batch_size

    def run(count):
        if loop == "fit":
            return built.fit(images[:count], batch_size=size, shuffle=False, verbose=0)
        return loop.run("train", np.arange(count), batch_size=size, after=lambda done: max(1, 512 // size))

    run(2 * size)
    machine.at_the_same_time(barrier, workers)
    return _timed(lambda: run(len(images)))


def products_alone(barrier: str, workers: int) -> dict[str, float]:
    """The time of the layers' products with nothing in between, at the notebook's batch size."""
    from benchmarks import products
    from mmdvae import recipes

    size = recipes.NOTEBOOK.batch_size
    calls = products.calls(size)

    def run(batches):
        for _ in range(batches):
            for call in calls:
                call()

    run(2)
    machine.at_the_same_time(barrier, workers)
    return _timed(lambda: run(IMAGES // size))


def flop_per_image() -> float:
    """Floating-point operations of a training step per image: the network's products, one forward and two backward."""
    from keras import layers

    from benchmarks.products import SHAPE
    from mmdvae.model import networks

    total, first = 0, 0
    for net in (
        networks.encoder(SHAPE, 8, batch_norm_momentum=0.9),
        networks.decoder(SHAPE, 8, batch_norm_momentum=0.9),
    ):
        for layer in net.layers:
            if isinstance(layer, layers.Conv2DTranspose):  # a Conv2D subclass: its kernel meets each input pixel
                positions = layer.input.shape[1] * layer.input.shape[2]
            elif isinstance(layer, layers.Conv2D):
                positions = layer.output.shape[1] * layer.output.shape[2]
            elif isinstance(layer, layers.Dense):
                positions = 1
            else:
                continue
            products = positions * int(layer.kernel.shape.num_elements())
            first = first or products  # images have no gradient
            total += products
    return 2.0 * (3 * total - first)


def _all_cores_busy(function, **arguments: str) -> dict[str, float]:
    workers = devices.cores()
    with tempfile.TemporaryDirectory() as barrier:
        each = {"function": function, "env": child.ONE_THREAD, "barrier": barrier, "workers": workers} | arguments
        entries = child.at_once([each] * workers, workers=workers)
    return {
        "us_per_image": statistics.mean(entry["us_per_image"] for entry in entries) / workers,
        "gflops": sum(entry["gflops"] for entry in entries),
    }


def _timed(work) -> dict[str, float]:
    gflops = machine.sgemm_gflops()
    started = time.perf_counter()
    work()
    return {"us_per_image": 1e6 * (time.perf_counter() - started) / IMAGES, "gflops": gflops}


def _row(name: str, entries: list[dict[str, float]], base: list[float]) -> dict[str, Any]:
    ratios = [first / entry["us_per_image"] for first, entry in zip(base, entries, strict=True)]
    flop = flop_per_image()
    shares = [flop / (entry["us_per_image"] * 1e-6) / (entry["gflops"] * 1e9) for entry in entries]
    return {
        "way": name,
        "us_per_image": statistics.median(entry["us_per_image"] for entry in entries),
        "ratio": statistics.median(ratios),
        "low": min(ratios),
        "high": max(ratios),
        "peak_share": statistics.median(shares),
        "peak_gflops": statistics.median(entry["gflops"] for entry in entries),
    }


def _images(data: str):
    import numpy as np

    from mmdvae.data import array_folder

    return np.array(array_folder.open_split(Path(data), "train")[0][:IMAGES])
