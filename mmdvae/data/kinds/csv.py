"""csv:PATH: rows of pixels, as on Kaggle; a file, or a folder with one for training and one for testing."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isqrt
from pathlib import Path

import numpy as np

from mmdvae.data import arrays
from mmdvae.data.labels import labelled, named
from mmdvae.data.options import DataOptions
from mmdvae.data.rows import Rows, in_memory
from mmdvae.data.source import MAX_ITEMS, Source
from mmdvae.errors import InputError

LABEL = "label"
LONGEST_LINE = 4 << 20  # bytes: 256 x 256 x 3 numbers with commas have 0.8 million


@dataclass(frozen=True, slots=True)
class _Table:
    """What the first line of a file says of its columns."""

    path: Path
    header: bool
    columns: tuple[str, ...]
    label: int | None  # the column with the labels
    shape: tuple[int, ...]  # of an image

    @property
    def pixels(self) -> list[int]:
        return [number for number in range(len(self.columns)) if number != self.label]


def files(place: Path) -> tuple[str, ...] | None:
    """The file, or the folder's files for training and testing, told by their names."""
    if place.is_file():
        return (str(place),)
    found: list[str] = []
    for part in ("train", "test"):
        paths = sorted(path for path in place.glob("*.csv") if part in path.name.lower())
        if len(paths) > 1:
            names = ", ".join(path.name for path in paths)
            raise InputError(f"{place}: must have one .csv file with {part} in its name, has {names}; name a file")
        found += map(str, paths)
    if len(found) != len(set(found)):
        raise InputError(f"{place}: {Path(found[0]).name} has both train and test in its name; name the file itself")
    return tuple(found) if len(found) == 2 else None


def opened(place: Path, options: DataOptions) -> Source:
    """The images of the rows, side by side as --size says, or else square; a column is the label.

    With a header it is the one of that name, without one the first, if an image remains behind it.
    """
    found = files(place)
    if found is None:
        raise InputError(f"{place}: must be a .csv file, or have train.csv and test.csv")
    tables = dict(zip(("train", "test"), (_table(Path(path), options) for path in found), strict=False))
    counts, labels = {}, {}
    for part, table in tables.items():
        counts[part], labels[part] = _first_reading(table)
    images = {
        part: Rows(
            name=str(table.path),
            dtype=np.dtype(np.float64 if options.range else np.uint8),
            shape=(counts[part], *table.shape),
            blocks=_Blocks(table, bool(options.range)),
        )
        for part, table in tables.items()
    }
    parts, classes, notes = labelled(images, labels)
    return arrays.source(named(parts), options, classes=classes, notes=notes, binary=True)


@dataclass(frozen=True, slots=True)
class _Blocks:
    """The pixels of a file's rows, as images."""

    table: _Table
    decimals: bool  # whether they may have some

    def __call__(self) -> Iterator[np.ndarray]:
        kind = "float64" if self.decimals else "uint8"
        for batch in _batches(self.table, self.table.pixels, kind):
            yield batch.reshape(-1, *self.table.shape)


def _first_reading(table: _Table) -> tuple[int, Rows | None]:
    """How many rows a file has, and their labels if it has some."""
    column = table.pixels[0] if table.label is None else table.label
    kind = "string" if table.label is None else "int64"
    count, labels = 0, []
    for batch in _batches(table, [column], kind):
        count += len(batch)
        labels.append(batch[:, 0])
        if count > MAX_ITEMS:
            raise InputError(f"{table.path}: must have at most {MAX_ITEMS:,} rows, has more")
    if not count:
        raise InputError(f"{table.path}: must have rows of pixels, has none")
    if table.label is None:
        return count, None
    return count, in_memory(f"{table.path}: labels", np.concatenate(labels))


def _batches(table: _Table, columns: list[int], kind: str) -> Iterator[np.ndarray]:
    """The values of these columns, (k, columns), of so many rows at a time."""
    import pyarrow as pa  # slow to import
    from pyarrow import csv

    names = [f"f{number}" for number in columns]
    how = csv.ConvertOptions(column_types=dict.fromkeys(names, kind), include_columns=names, null_values=[])
    reading = csv.ReadOptions(
        block_size=2 * LONGEST_LINE, skip_rows=int(table.header), autogenerate_column_names=True, use_threads=False
    )
    try:
        with csv.open_csv(table.path, read_options=reading, convert_options=how) as reader:
            for batch in reader:
                yield np.stack([column.to_numpy(zero_copy_only=False) for column in batch.columns], axis=1)
    except (OSError, pa.ArrowException) as error:
        rule = "whole numbers of 0 to 255, or --range must be given" if kind == "uint8" else "numbers"
        raise InputError(f"{table.path}: must have rows of {rule}, but {str(error):.200}") from None


def _table(path: Path, options: DataOptions) -> _Table:
    try:
        with path.open("rb") as file:
            line = file.readline(LONGEST_LINE)
    except OSError as error:
        raise InputError(f"{path}: must be a readable file, but {error.strerror or error}") from None
    if not line.strip():
        raise InputError(f"{path}: must have rows of pixels, is empty")
    fields = [field.strip().strip('"') for field in line.decode("utf-8-sig", errors="replace").split(",")]
    header = not all(_is_number(field) for field in fields if field)
    named = [number for number, field in enumerate(fields) if header and field.lower() == LABEL]
    if len(named) > 1:
        raise InputError(f"{path}: must have one column {LABEL!r}, has {len(named)}")
    # Without a header it is told by the number of columns whether the first is a label.
    labels: list[int | None] = [*named] or ([None] if header else [None, 0])
    found = [(label, shape) for label in labels if (shape := _shape(len(fields) - (label is not None), options))]
    if len(found) != 1:
        asked = f" of {options.size[0]} x {options.size[1]}" if options.size else ""
        raise InputError(
            f"{path}: must have a column for each pixel of images{asked}, grey or RGB, and may have one {LABEL!r}; has "
            f"{len(fields)} columns; if the images are not square give --size HxW"
        )
    return _Table(path, header, tuple(fields), *found[0])


def _shape(pixels: int, options: DataOptions) -> tuple[int, ...] | None:
    """The shape of an image of so many numbers: as asked, or else square; None if there is none."""
    for channels in ((), (3,)):
        each = pixels // 3 if channels else pixels
        height, width = options.size or (isqrt(each), isqrt(each))
        if height * width * (3 if channels else 1) == pixels and pixels:
            return height, width, *channels
    return None


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True
