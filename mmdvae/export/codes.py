"""The job of kind `codes`: codes of any images by a trained model, written block by block as a Parquet table."""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import expit

from mmdvae.data import catalog, pieces, prepare, sources
from mmdvae.data.catalog import Own
from mmdvae.data.options import DataOptions
from mmdvae.data.pieces import Piece
from mmdvae.data.source import UNSPLIT
from mmdvae.data.splits import SPLITS
from mmdvae.errors import InputError
from mmdvae.export.stored import model_of
from mmdvae.files import replacing
from mmdvae.images import Shape, told
from mmdvae.measures.blocks import blocks, give_back, in_unit
from mmdvae.model.vae import VAE

FILE = "codes.parquet"


def work(
    request: dict[str, Any], folder: Path, report: Callable[[dict], None]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Do the job of kind `codes` (see mmdvae.jobs.kinds): how many images there are, and what was made of them.

    The images are those of the prepared `data`, or without these of the `dataset`, read as its `options` say.
    """
    model = model_of(request)
    if "data" in request:
        total, classes, notes, stream = _prepared(Path(request["data"]), request["split"], model)
    else:
        total, classes, notes, stream = _unprepared(request, model)
    about = json.dumps(request["about"] | {"classes": classes})
    _write(model, stream, folder / FILE, about, lambda done: report({"event": "encode", "done": done, "total": total}))
    return {"images": total, "notes": notes()}, (FILE,)


def _prepared(folder: Path, split: str | None, model: VAE):
    data = prepare.from_folder(folder)
    _check_shape(data.name, data.shape, model.image_shape)
    parts = pieces.chosen(SPLITS, split)
    total = sum({"train": data.train, "valid": data.valid, "test": data.test}[part] for part in parts)
    # Whole batches, so that each image is in the batch that it was evaluated in, and its codes are the same bits.
    return total, data.classes, tuple, pieces.of_folder(folder, parts, model.at_a_time)


def _unprepared(request: dict[str, Any], model: VAE):
    row = catalog.find(request["dataset"], DataOptions(**request["options"]))
    if isinstance(row, Own) and request["made"]:
        row = replace(row, made=Path(request["made"]))
    data_dir = Path(request["data_dir"]) if request["data_dir"] else None
    source = catalog.opened(row, sources.locate(row, data_dir))
    _check_shape(row.name, source.shape, model.image_shape)
    parts = pieces.chosen([part.name for part in source.parts], request["split"])
    total = sum(len(part.labels) for part in source.parts if part.name in parts)
    return total, source.classes, source.told, pieces.of_source(source, parts)


def _check_shape(name: str, shape: Shape, wanted: Shape) -> None:
    if shape != wanted:
        raise InputError(f"{name}: images must be {told(wanted)}, as the model's, got {told(shape)}")


def _write(model: VAE, stream: Iterator[Piece], path: Path, about: str, tell: Callable[[int], None]) -> None:
    import pyarrow.parquet as pq  # its threads do not survive the fork of a child

    writer, done = None, 0
    with replacing(path) as file:
        try:
            for piece in stream:
                table = _table(model, piece).replace_schema_metadata({"mmdvae": about})
                writer = writer or pq.ParquetWriter(file, table.schema, compression="zstd")
                writer.write_table(table)
                done += len(piece.images)
                give_back(piece.images)
                tell(done)
        finally:
            if writer:
                writer.close()


def _table(model: VAE, piece: Piece):
    """split, path or image (its row), label, z1..zd, v1..vd and squared_error, the mean over the values of an image."""
    import pyarrow as pa

    means, log_variances = model.encode(piece.images)
    errors = _squared_errors(model, piece.images, means)
    numbers = np.arange(piece.first, piece.first + len(means), dtype=np.int32)
    where = {"image": pa.array(numbers)} if piece.names is None else {"path": pa.array(map(_utf8, piece.names))}
    part = pa.array([piece.part if piece.part != UNSPLIT else None] * len(means), pa.string())
    return pa.table(
        {
            "split": part.dictionary_encode(),
            **where,
            "label": pa.array(piece.labels),
            **{f"z{number}": pa.array(column) for number, column in enumerate(means.T, start=1)},
            **{f"v{number}": pa.array(column) for number, column in enumerate(np.exp(log_variances).T, start=1)},
            "squared_error": pa.array(errors),
        }
    )


def _squared_errors(model: VAE, images: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Of the reconstructions of images (n, H, W[, 3]) uint8, from their codes (n, d); (n,) float32."""
    values, found = math.prod(model.image_shape), []
    for some in blocks(len(images), values):
        squares = (in_unit(images[some]) - expit(model.decode(means[some]), dtype=np.float64)) ** 2
        found.append(squares.reshape(-1, values).mean(axis=1))
    return np.concatenate(found).astype(np.float32)


def _utf8(name: str) -> str:
    return name.encode(errors="surrogateescape").decode(errors="replace")
