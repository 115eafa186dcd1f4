"""The arrays behind the pictures, found in the shared store: test images, and what is stored of each model."""

import json
import logging
import re
import zipfile
from dataclasses import MISSING, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from mmdvae.errors import InputError
from mmdvae.files import read_json
from mmdvae.images import Shape, shape_of, thumbnails
from mmdvae.record.result import VariantResult
from reports.views import SIDE, Views

log = logging.getLogger("reports")

KEY = re.compile(r"(data|train|evaluate)-[0-9a-f]{24}")

Keys = dict[tuple[str, int], str]  # by variant and seed


class StoredArrays:
    """One run's stored arrays, found through its manifest.

    An unreadable file is listed in `problems` and treated as absent: it costs one picture, not the page.
    """

    def __init__(self, run_dir: Path, store: Path):
        self._store = store
        self._data, self._evaluations, self._trainings = _manifest(run_dir / "manifest.json")
        self._views: dict[tuple[str, int], Views | None] = {}
        self.problems: list[str] = []

    @property
    def keys(self) -> list[str]:
        """The keys of all stored results that the run's page is made from."""
        return [self._data, *self._evaluations.values()]

    def seeds(self, variant: VariantResult) -> list[int]:
        """The seeds of a variant that have stored arrays, in run order."""
        return [run.seed for run in variant.runs if (variant.name, run.seed) in self._evaluations]

    def keys_of(self, name: str, seed: int) -> list[str]:
        """The store keys of one trained model: of its training, then of its evaluation, as far as there are any."""
        found = (self._trainings.get((name, seed)), self._evaluations.get((name, seed)))
        return [key for key in found if key]

    def views(self, name: str, seed: int) -> Views | None:
        """The arrays of one trained model; None if there are none."""
        if (name, seed) not in self._views:
            self._views[name, seed] = self._load(name, seed)
        return self._views[name, seed]

    def first(self, variant: VariantResult) -> Views | None:
        """The arrays of the first seed of a variant that has any; None if no seed has."""
        return next((views for seed in self.seeds(variant) if (views := self.views(variant.name, seed))), None)

    @cached_property
    def images(self) -> np.ndarray:
        """Test images, (n, H, W) or (n, H, W, 3) uint8, mapped from their file, which may be larger than memory."""
        return np.load(self._folder(self._data) / "test_images.npy", mmap_mode="r", allow_pickle=False)

    @property
    def shape(self) -> Shape:
        """Height, width and channels of the images."""
        return shape_of(self.images)

    def thumbnails(self, index: np.ndarray, longest: int = SIDE) -> np.ndarray:
        """Some test images as they are shown beside decoded ones: (k, h, w[, 3]), at most `longest` pixels a side."""
        return thumbnails(self.images[index], longest)

    @cached_property
    def labels(self) -> np.ndarray:
        """Classes of the test images, (n,)."""
        return np.load(self._folder(self._data) / "test_labels.npy", allow_pickle=False)

    @cached_property
    def labelled(self) -> bool:
        """Whether the test images are of several classes; else their labels say nothing."""
        return len(np.unique(self.labels)) > 1

    @cached_property
    def classes(self) -> list[str]:
        """Class names; class numbers as text if the data set names none; empty if its files are lost."""
        try:
            classes = read_json(self._folder(self._data) / "info.json").get("classes")
            return [str(name) for name in classes or range(int(self.labels.max()) + 1)]
        except OSError as error:
            self.problems.append(f"the names of the classes: {self._data} cannot be read ({type(error).__name__})")
            return []

    def class_name(self, label: int) -> str:
        """The name of a class; "class 7" if it has none."""
        return self.classes[label] if label < len(self.classes) else f"class {label}"

    def _load(self, name: str, seed: int) -> Views | None:
        key = self._evaluations.get((name, seed))
        if key is None:
            return None
        try:
            # Opened here because np.load, given a path, does not close a broken archive.
            with (self._folder(key) / "views.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                stored = [field.name for field in fields(Views) if field.name in arrays or field.default is MISSING]
                return Views(**{name: arrays[name] for name in stored})
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
            problem = f"{name}, seed {seed}: {key}/views.npz cannot be read ({type(error).__name__})"
            self.problems.append(problem)
            log.warning("%s: %s", problem, error)
            return None

    def _folder(self, key: str) -> Path:
        return self._store / key


def _manifest(path: Path) -> tuple[str, Keys, Keys]:
    """The data key, the keys of evaluations and of trainings; each is validated before use as a path."""
    try:
        manifest = read_json(path)
        rows = [
            (str(row["name"]), int(row["seed"]), row.get("evaluate"), row.get("train")) for row in manifest["variants"]
        ]
        data: Any = manifest["data"]
    except FileNotFoundError:
        raise InputError(f"no manifest.json in {path.parent}; is it the folder of a run?") from None
    except (
        OSError,
        UnicodeDecodeError,
        json.JSONDecodeError,
        KeyError,
        TypeError,
        AttributeError,
        ValueError,
    ) as error:
        raise InputError(f"{path} cannot be read as a manifest: {error!r}") from error
    named = (*((key, "evaluate") for _, _, key, _ in rows), *((key, "train") for *_, key in rows))
    for key, kind in [(data, "data"), *((key, kind) for key, kind in named if key is not None)]:
        if not isinstance(key, str) or not KEY.fullmatch(key) or not key.startswith(f"{kind}-"):
            raise InputError(f"{path}: a {kind} key must be {kind}- and 24 hex digits, got {key!r}")
    evaluations = {(name, seed): key for name, seed, key, _ in rows if key is not None}
    return data, evaluations, {(name, seed): key for name, seed, _, key in rows if key is not None}
