"""The trained models of finished runs, found by the words of a command."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from mmdvae.errors import InputError
from mmdvae.jobs import inventory, store
from mmdvae.record import report_json
from mmdvae.record.result import Report, VariantResult
from reports.stored_arrays import StoredArrays


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A variant that was trained with one seed."""

    report: Report
    variant: str
    seed: int
    others: tuple[int, ...]  # further seeds of the variant in this run
    folder: Path  # of the training, in the store
    data: Path  # the prepared data that it was trained on

    @property
    def told(self) -> str:
        """Variant and seed, and what else there is to choose."""
        more = f" (also there: --seed {', '.join(map(str, self.others))})" if self.others else ""
        return f"{self.variant}, seed {self.seed}{more}"


@contextlib.contextmanager
def found(run: Path, variant: str, seed: int | None) -> Iterator[Trained]:
    """The model of a variant in the folder of a run, which is not pruned while the block lasts.

    Without a seed the first one that is trained. Raises: InputError if there is no such variant or seed, or if it
    failed, diverged, or its files are missing or damaged.
    """
    report, place = report_json.load(run), run.resolve().parent / "store"
    row = _row(report, variant)
    arrays = StoredArrays(run, place)
    keys = {number: key for number in _seeds(report, row, seed) if (key := _training(arrays, variant, number))}
    reasons: list[str] = []
    ours = place.is_dir() and os.access(place, os.W_OK)  # nobody prunes a store that only others can write
    with inventory.running(place, f"reading-{secrets.token_hex(4)}") if ours else nullcontext():
        for number, key in keys.items():
            for used in (place / key, place / arrays.keys[0]):
                store.touch(used)
            record = store.read(place / key)
            if record and record["status"] == "ok":
                others = tuple(other for other in report.run.seeds if other != number) if seed is None else ()
                yield Trained(
                    report=report,
                    variant=variant,
                    seed=number,
                    others=others,
                    folder=place / key,
                    data=place / arrays.keys[0],
                )
                return
            reasons.append(record["error"] if record else _why_missing(row, place / key, run))
    which = variant if seed is None else f"{variant} with seed {seed}"
    raise InputError(f"{which} has no model: {reasons[0] if reasons else row.error or 'it was never trained'}")


def _row(report: Report, variant: str) -> VariantResult:
    for row in report.variants:
        if row.name == variant:
            return row
    names = ", ".join(row.name for row in report.variants)
    raise InputError(f"{variant!r:.60} is not a variant of run {report.run.id}; choose one of: {names}")


def _seeds(report: Report, row: VariantResult, seed: int | None) -> list[int]:
    seeds = report.run.seeds
    if seed is not None and seed not in seeds:
        raise InputError(f"--seed must be one of: {', '.join(map(str, seeds))}; got {seed}")
    return seeds if seed is None else [seed]


def _training(arrays: StoredArrays, variant: str, seed: int) -> str | None:
    return next((key for key in arrays.keys_of(variant, seed) if key.startswith("train-")), None)


def _why_missing(row: VariantResult, folder: Path, run: Path) -> str:
    if row.status == "failed":
        return f"it failed: {row.error}"
    return f"{folder} is missing or damaged; `mmdvae compare {run}` trains it again"
