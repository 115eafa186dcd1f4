"""From what the user asked to what will be done: one preset, checked, before anything is started."""

import os
import secrets
import shlex
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from mmdvae import presets
from mmdvae.data import catalog
from mmdvae.errors import InputError
from mmdvae.files import somebody_elses
from mmdvae.jobs import environment
from mmdvae.presets import Preset
from mmdvae.variants import Variant, number

MOST_JOBS = 1000  # at a time on one machine; each is a process with 0.75 GB


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A comparison that can be started."""

    run_id: str
    created: str  # ISO 8601, UTC
    command: str  # makes the same comparison again; no paths in it
    preset: Preset
    dataset: str
    data_dir: Path | None
    out: Path
    jobs: int | None
    refresh: bool
    strict: bool
    rich_artifact: bool

    @property
    def store(self) -> Path:
        """Where trained variants live, shared between runs."""
        return self.out / "store"

    @property
    def run_dir(self) -> Path:
        """Where the report goes."""
        return self.out / self.run_id

    def units(self) -> Iterator[tuple[Variant, int]]:
        """Every variant with every seed, in the order of training: all variants of one seed come first."""
        for seed in self.preset.seeds:
            for variant in self.preset.variants:
                yield variant, seed


def make(
    *,
    preset: str = "quick",
    alphas: tuple[float, ...] = (),
    sigmas: tuple[float, ...] = (),
    variants: tuple[str, ...] = (),
    seeds: tuple[int, ...] = (),
    epochs: int | None = None,
    only: tuple[str, ...] = (),
    dataset: str = catalog.DEFAULT,
    data_dir: Path | None = None,
    out: Path = Path("runs"),
    jobs: int | None = None,
    refresh: bool = False,
    strict: bool = False,
    rich_artifact: bool = False,
) -> Plan:
    """Check every wish and make the plan; InputError names the first that cannot be met."""
    chosen = presets.find(preset)
    if alphas or sigmas or variants:
        chosen = chosen.with_variants(alphas, sigmas, variants)
    if only:
        chosen = chosen.only(only)
    if seeds:
        chosen = replace(chosen, seeds=tuple(dict.fromkeys(seeds)))
    if epochs is not None:
        chosen = replace(chosen, recipe=replace(chosen.recipe, epochs=epochs))
    if jobs is not None and not 1 <= jobs <= MOST_JOBS:
        raise InputError(f"jobs must be a whole number >= 1 and <= {MOST_JOBS}, got {jobs}")
    out = Path(os.path.expanduser(out))  # pathlib's own raises where there is no such user
    data_dir = data_dir and Path(os.path.expanduser(data_dir))
    for option, path in (("--out", str(out)), ("--data-dir", str(data_dir or "")), ("--dataset", dataset)):
        _check_text(option, path)
    catalog.find(dataset)
    environment.backend()
    check_writable(out)
    now = datetime.now(UTC)
    return Plan(
        run_id=f"{now:%Y%m%d-%H%M%S}-{chosen.name}-{secrets.token_hex(2)}",
        created=f"{now:%Y-%m-%dT%H:%M:%SZ}",
        command=_command(preset, alphas, sigmas, variants, seeds, epochs, only, dataset),
        preset=chosen,
        dataset=dataset,
        data_dir=data_dir,
        out=out,
        jobs=jobs,
        refresh=refresh,
        strict=strict,
        rich_artifact=rich_artifact,
    )


def check_writable(out: Path) -> None:
    """Raise InputError unless files can be made in the folder, which is made if it is missing, and in its store."""
    place = out
    try:
        out.mkdir(parents=True, exist_ok=True)
        for folder in (out, out / "store"):
            place = folder
            if folder.is_dir():
                tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        whose = somebody_elses(place) if isinstance(error, PermissionError) else ""
        how = "; to share one, all need `umask 002` and a folder of their group (chmod 2775)" if whose else ""
        raise InputError(f"--out must be a folder that can be written, got {place} ({reason}){whose}{how}") from None


def _check_text(option: str, path: str) -> None:
    try:
        path.encode()
    except UnicodeEncodeError:
        raise InputError(
            f"{option} must be text in UTF-8, for it goes into files and to a server; got {path}"
        ) from None


def _command(preset, alphas, sigmas, variants, seeds, epochs, only, dataset) -> str:
    words = ["mmdvae", "compare", preset]
    for flag, values in (("--alpha", alphas), ("--sigma", sigmas)):
        words += [word for value in values for word in (flag, number(value))]
    for flag, values in (("--variant", variants), ("--seed", seeds), ("--only", only)):
        words += [word for value in values for word in (flag, str(value))]
    if epochs is not None:
        words += ["--epochs", str(epochs)]
    if dataset != catalog.DEFAULT:
        words += ["--dataset", catalog.find(dataset).name]
    return shlex.join(words)
