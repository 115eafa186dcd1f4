"""The job of kind `adapter`: a user's own function gives images, which are written block by block into files."""

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np

from mmdvae.data.alike import Alike
from mmdvae.data.given import Labels, class_names, items, parts_of
from mmdvae.data.kinds.adapter import ABOUT
from mmdvae.data.options import DataOptions
from mmdvae.data.source import BLOCK, MAX_ITEMS
from mmdvae.data.splits import FEWEST
from mmdvae.errors import InputError
from mmdvae.files import replacing, write_json
from mmdvae.plugins import loading
from mmdvae.plugins.source import Source

Report = Callable[[dict[str, Any]], None]
OFTEN = 1.0  # seconds between two reports of progress


def work(request: dict[str, Any], folder: Path, report: Report) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Do the job of kind `adapter` (see mmdvae.jobs.kinds): the record has the counts, classes and notes.

    The function runs in the folder of its file, so that relative paths in it mean the same wherever it is started.
    Raises: InputError or ValueError, one line, for whatever the function does wrong, and if the disk is full.
    """
    name, here = request["name"], folder.resolve()
    for left in here.glob("*.npy"):  # of an earlier time, as refreshing leaves them
        left.unlink()
    files = loading.write(request["sources"], here)
    options = DataOptions(**request["options"])
    with contextlib.chdir(request["place"]):
        load = loading.function(name, here)
        with loading.reported(name, here):
            given = load()
        try:
            record, arrays = _written(name, given, Alike(options), here, report)
        except InputError as error:
            raise InputError(f"{name}: {error}") from None
        except OSError as error:
            raise InputError(f"{name}: what it gives cannot be written, for {error.strerror or error}") from None
    made_by = Source(name=name, path=here, root=here, files=request["sources"], versions={})
    record["notes"] = [f"given by {made_by.told}", *record["notes"]]
    write_json(here / ABOUT, record)
    return record, (*files, *arrays, ABOUT)


def _written(
    name: str, given: Any, alike: Alike, folder: Path, report: Report
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Write all parts; the record of them and the names of their files."""
    parts = parts_of(given)
    labels = Labels(class_names(given))
    writer = _Writer(folder, alike, labels, _Progress(report, parts))
    counts = {part: writer.write(part, items(name, part, iterable, folder)) for part, iterable in parts.items()}
    files = tuple(f"{part}_{what}.npy" for part in parts for what in ("images", "labels"))
    return {"counts": counts, "classes": labels.classes, "notes": alike.notes()}, files


class _Progress:
    """Tells how many images there are already, of how many if that is known."""

    def __init__(self, report: Report, parts: dict[str, Any]):
        self._report, self.done, self._told = report, 0, time.monotonic()
        try:
            self._total = sum(map(len, parts.values()))
        except Exception:  # a generator has no length, and that of a user's own class may raise anything
            self._total = 0

    def one_more(self) -> None:
        self.done += 1
        if time.monotonic() - self._told >= OFTEN:
            self._told = time.monotonic()
            self._report({"event": "decode", "done": self.done, "total": self._total})


class _Writer:
    """Writes the files of one part after the other."""

    def __init__(self, folder: Path, alike: Alike, labels: Labels, progress: _Progress):
        self._folder, self._alike, self._labels, self._progress = folder, alike, labels, progress
        self._bytes = 0  # written so far, of all parts

    def write(self, part: str, pairs: Iterator[tuple[str, Any, Any]]) -> int:
        """Write PART_images.npy and PART_labels.npy, each complete or not at all; how many there are.

        Raises: InputError for what cannot be used, and before the disk is full.
        """
        numbers: list[int] = []
        block: list[np.ndarray] = []
        with replacing(self._folder / f"{part}_images.npy") as file:
            for where, image, label in pairs:
                if len(numbers) == MAX_ITEMS:
                    raise InputError(f"{part} must have at most {MAX_ITEMS:,} images, but does not end there")
                made = np.array(self._alike(f"{where}: image", image))  # a copy: the user may fill one buffer again
                block.append(made)
                numbers.append(self._labels.number(where, label))
                self._progress.one_more()
                if len(block) * made.nbytes >= BLOCK:
                    self._append(file, block)
            if len(numbers) < FEWEST:
                raise InputError(f"{part} must have at least {FEWEST} images, has {len(numbers)}")
            self._append(file, block)
            _write_header(file, len(numbers), made.shape)
        with replacing(self._folder / f"{part}_labels.npy") as file:
            np.save(file, np.array(numbers, np.uint8), allow_pickle=False)
        return len(numbers)

    def _append(self, file: IO[bytes], block: list[np.ndarray]) -> None:
        """Write the images of a block and empty it. What is written will be copied once, so twice as much must fit."""
        size, free = sum(image.nbytes for image in block), shutil.disk_usage(self._folder).free
        if free < self._bytes + 2 * size:
            raise InputError(
                f"its images need more than {2 * (self._bytes + size) / 1e9:.1f} GB, of which {free / 1e9:.1f} GB are "
                f"free after {self._progress.done:,} images"
            )
        if block and file.tell() == 0:
            _write_header(file, 0, block[0].shape)
        file.writelines(image.data for image in block)
        self._bytes += size
        block.clear()


def _write_header(file: IO[bytes], count: int, image_shape: tuple[int, ...]) -> None:
    """Write the header of so many images; it has the same length whatever their number."""
    file.seek(0)
    about = {"descr": np.dtype(np.uint8).str, "fortran_order": False, "shape": (count, *image_shape)}
    np.lib.format.write_array_header_1_0(file, about)
