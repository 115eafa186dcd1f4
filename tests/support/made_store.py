"""A store with results of every kind, and a run that refers to some of them."""

import os
import time
from pathlib import Path

from mmdvae import recipes, variants
from mmdvae.files import write_json
from mmdvae.jobs import store

HOUR = 3600.0  # seconds
DATA = f"data-{0:024x}"


def make(out: Path) -> Path:
    """Fill a folder of runs, all used an hour ago: r needs train-1, evaluate-1 and what was made from its data."""
    place = out / "store"
    _work(place, f"train-{1:024x}", variants.gaussian(0.6, 2.83), seed=3)
    _work(place, f"train-{2:024x}", variants.none())
    _work(place, f"train-{3:024x}", variants.none(), finished=False)
    _work(place, f"evaluate-{1:024x}", variants.gaussian(0.6, 2.83), seed=3)
    _work(place, f"classifier-{1:024x}")
    _work(place, f"classifier-{2:024x}", data=f"data-{9:024x}")
    (place / DATA).mkdir()
    write_json(place / DATA / "info.json", {"name": "digits"})
    (place / "notes").mkdir()  # the user's own, not a result
    row = {"name": "v", "seed": 3, "train": f"train-{1:024x}", "evaluate": f"evaluate-{1:024x}"}
    write_json(out / "r" / "manifest.json", {"schema": 1, "data": DATA, "variants": [row]})
    age(place, HOUR)
    return out


def _work(place, key, variant=None, *, seed=0, data=DATA, finished=True):
    folder = place / key
    folder.mkdir(parents=True)
    (folder / "file").write_bytes(b"x" * 1000)
    request = {"kind": key.partition("-")[0], "data": f"/there/{data}", "folder": "/there"}
    if variant:
        request |= {"variant": variant.to_dict(), "recipe": recipes.STANDARD.to_dict(), "seed": seed}
    store.describe(folder, request)
    if finished:
        store.finish(folder, {}, ("file",))


def age(place, seconds):
    for path in (*place.rglob("*"), place):
        os.utime(path, (time.time() - seconds,) * 2)
