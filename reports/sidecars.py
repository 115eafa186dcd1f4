"""Files beside the report: every number as CSV, every code as Parquet."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mmdvae.files import replacing, write_text
from mmdvae.record.result import Report
from reports.stored_arrays import Store, Views

METRIC_FIELDS = ("variant", "alpha", "sigma", "seed", "epoch", "metric", "value")


def metrics(report: Report, path: Path) -> None:
    """metrics.csv: one number a line; `epoch` is empty for numbers of the test set, alpha and seed for baselines."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(METRIC_FIELDS)
    writer.writerows(_metric_rows(report))
    write_text(path, buffer.getvalue())


def latents(report: Report, store: Store, path: Path) -> None:
    """latents.parquet: one line per variant, seed and test image; t-SNE is null outside its subset."""
    with replacing(path) as file:
        writer: pq.ParquetWriter | None = None
        try:
            for table in _latent_tables(report, store):
                writer = writer or pq.ParquetWriter(file, table.schema, compression="zstd")
                writer.write_table(table)
            if writer is None:
                empty = {"variant": pa.string(), "seed": pa.int32(), "image": pa.int32(), "label": pa.uint8()}
                writer = pq.ParquetWriter(file, pa.schema(empty), compression="zstd")
        finally:
            if writer is not None:
                writer.close()


def _metric_rows(report: Report) -> Iterator[tuple[object, ...]]:
    for variant in report.variants:
        for seed_run in variant.runs:
            who = (variant.name, _number(variant.alpha), _number(variant.sigma), seed_run.seed)
            for name, values in sorted(seed_run.history.items()):
                for epoch, value in enumerate(values, start=1):
                    if value is not None:
                        yield (*who, epoch, name, repr(value))
            for name, value in sorted(seed_run.numbers.items()):
                yield (*who, "", name, repr(float(value)))
    for baseline in report.baselines:
        for name, value in sorted(baseline.numbers.items()):
            yield (baseline.name, "", "", "", "", name, repr(float(value)))


def _number(value: float | None) -> str:
    return "" if value is None else repr(float(value))


def _latent_tables(report: Report, store: Store) -> Iterator[pa.Table]:
    for variant in report.variants:
        for seed in store.seeds(variant):
            views = store.views(variant.name, seed)
            if views is not None:
                yield _latent_table(variant.name, seed, views, store.labels)


def _latent_table(name: str, seed: int, views: Views, labels: np.ndarray) -> pa.Table:
    n, d = views.codes.shape
    if len(labels) != n:
        raise ValueError(f"{name}, seed {seed}: {n} codes for {len(labels)} labels")
    tsne = np.zeros((n, 2), np.float32)
    tsne[views.tsne_index] = views.tsne
    inside = np.zeros(n, bool)
    inside[views.tsne_index] = True
    columns = {
        "variant": pa.DictionaryArray.from_arrays(_column(np.zeros(n, np.int32)), _text(name)),
        "seed": _column(np.full(n, seed, np.int32)),
        "image": _column(np.arange(n, dtype=np.int32)),
        "label": _column(labels.astype(np.uint8)),
        **{f"z{k + 1}": _column(views.codes[:, k].astype(np.float32)) for k in range(d)},
        **{f"pca{k + 1}": _column(views.pca[:, k].astype(np.float32)) for k in range(2)},
        **{f"tsne{k + 1}": _column(tsne[:, k].copy(), known=inside) for k in range(2)},
    }
    return pa.table(columns)


def _column(values: np.ndarray, known: np.ndarray | None = None) -> pa.Array:
    """Numbers that lie side by side, null where they are not known; pyarrow's own way would import pandas, 0.3 s."""
    validity = None if known is None else pa.py_buffer(np.packbits(known, bitorder="little"))
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [validity, pa.py_buffer(values)])


def _text(word: str) -> pa.Array:
    """One word, made in the same way."""
    letters = word.encode()
    ends = np.array([0, len(letters)], np.int32)
    return pa.StringArray.from_buffers(1, pa.py_buffer(ends), pa.py_buffer(letters))
