"""Files beside the report: all numbers as CSV, all latent codes as Parquet."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mmdvae.files import replacing, write_text
from mmdvae.record.result import Report
from reports.stored_arrays import StoredArrays
from reports.views import Views

METRIC_FIELDS = ["variant", "alpha", "sigma", "seed", "epoch", "metric", "value"]
VARIANT = pa.dictionary(pa.int32(), pa.string())  # stores a variant's name once, not once per image
NO_LATENTS = pa.schema({"variant": pa.string(), "seed": pa.int32(), "image": pa.int32(), "label": pa.uint8()})


def metrics(report: Report, path: Path) -> None:
    """Write metrics.csv, one number per line.

    `epoch` is empty for test-set metrics; alpha, sigma and seed are empty for baselines.
    """
    import pandas as pd  # takes 0.3 s, and `mmdvae runs` does not need it

    # Object columns: in a numeric column with missing values pandas would write seed 0 as 0.0.
    table = pd.DataFrame(_metric_rows(report), columns=METRIC_FIELDS, dtype=object)
    write_text(path, table.to_csv(index=False, lineterminator="\n"))


def latents(report: Report, store: StoredArrays, path: Path) -> None:
    """Write latents.parquet, one row per variant, seed and test image; t-SNE is null outside its subset.

    It has as many coordinates as the largest codes; those that others lack are null.
    Only one trained model's table is in memory at a time.
    """
    with replacing(path) as file, ExitStack() as writers:
        writer: pq.ParquetWriter | None = None
        for table in _latent_tables(report, store):
            writer = writer or writers.enter_context(pq.ParquetWriter(file, table.schema, compression="zstd"))
            writer.write_table(table)
        if writer is None:
            pq.write_table(NO_LATENTS.empty_table(), file, compression="zstd")


def _metric_rows(report: Report) -> Iterator[tuple[object, ...]]:
    for variant in report.variants:
        for seed_run in variant.runs:
            training = (variant.name, variant.alpha, variant.sigma, seed_run.seed)
            for name, values in sorted(seed_run.history.items()):
                for epoch, value in enumerate(values, start=1):
                    if value is not None:
                        yield (*training, epoch, name, value)
            for name, value in sorted(seed_run.numbers.items()):
                yield (*training, None, name, float(value))
    for baseline in report.baselines:
        for name, value in sorted(baseline.numbers.items()):
            yield (baseline.name, None, None, None, None, name, float(value))


def _latent_tables(report: Report, store: StoredArrays) -> Iterator[pa.Table]:
    most = max(report.latent_dims)
    for variant in report.variants:
        for seed in store.seeds(variant):
            views = store.views(variant.name, seed)
            if views is not None:
                yield _latent_table(variant.name, seed, views, store.labels, most)


def _latent_table(name: str, seed: int, views: Views, labels: np.ndarray, most: int) -> pa.Table:
    import pandas as pd

    n, d = views.codes.shape
    if len(labels) != n:
        raise ValueError(f"{name}, seed {seed}: {n} codes for {len(labels)} labels")
    codes = np.full((n, max(d, most)), np.nan, np.float32)
    codes[:, :d] = views.codes
    tsne = np.full((n, 2), np.nan, np.float32)  # pandas to Arrow turns NaN into null
    tsne[views.tsne_index] = views.tsne
    frame = pd.DataFrame(
        {
            "variant": pd.Categorical([name] * n),
            "seed": np.full(n, seed, np.int32),
            "image": np.arange(n, dtype=np.int32),
            "label": labels.astype(np.uint8),
            **{f"z{k + 1}": column for k, column in enumerate(codes.T)},
            **{f"pca{k + 1}": views.pca[:, k].astype(np.float32) for k in range(2)},
            **{f"tsne{k + 1}": tsne[:, k] for k in range(2)},
        }
    )
    table = pa.Table.from_pandas(frame, preserve_index=False)
    return table.set_column(0, "variant", table["variant"].cast(VARIANT))  # pandas chooses int8 and large_string
