"""Turns the user's options into a plan with one preset, checked before anything starts."""

import os
import secrets
import shlex
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mmdvae import presets
from mmdvae.data import catalog
from mmdvae.errors import InputError
from mmdvae.files import somebody_elses
from mmdvae.jobs import environment
from mmdvae.presets import Preset
from mmdvae.variants import Variant, number

MOST_JOBS = 1000  # at a time on one machine; each is a process of 0.75 GB


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a user can ask for; the command line and the flow's parameters have the same names."""

    preset: str = "quick"
    alphas: tuple[float, ...] = ()
    sigmas: tuple[float, ...] = ()
    variants: tuple[str, ...] = ()
    seeds: tuple[int, ...] = ()
    epochs: int | None = None
    only: tuple[str, ...] = ()
    dataset: str = catalog.DEFAULT
    data_dir: Path | None = None
    out: Path = Path("runs")
    jobs: int | None = None
    refresh: bool = False
    strict: bool = False
    rich_artifact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A checked comparison, ready to start."""

    run_id: str
    created: str  # ISO 8601, UTC
    command: str  # repeats the comparison; contains no paths
    preset: Preset
    options: Options

    @property
    def out(self) -> Path:
        """The folder of all runs."""
        return self.options.out

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


def make(**given: Any) -> Plan:
    """Check the options and make the plan; an InputError names the first that is invalid."""
    options = _with_home(Options(**given))
    preset = _preset(options)
    if options.jobs is not None and not 1 <= options.jobs <= MOST_JOBS:
        raise InputError(f"jobs must be a whole number >= 1 and <= {MOST_JOBS}, got {options.jobs}")
    for option, path in (
        ("--out", options.out),
        ("--data-dir", options.data_dir or ""),
        ("--dataset", options.dataset),
    ):
        _check_text(option, str(path))
    catalog.find(options.dataset)
    environment.backend()
    check_writable(options.out)
    now = datetime.now(UTC)
    return Plan(
        run_id=f"{now:%Y%m%d-%H%M%S}-{preset.name}-{secrets.token_hex(2)}",
        created=f"{now:%Y-%m-%dT%H:%M:%SZ}",
        command=_command(options),
        preset=preset,
        options=options,
    )


def _with_home(options: Options) -> Options:
    """With ~ as the home; unlike Path.expanduser, os.path's does not raise if there is no such user."""
    data_dir = options.data_dir and Path(os.path.expanduser(options.data_dir))
    return replace(options, out=Path(os.path.expanduser(options.out)), data_dir=data_dir)


def _preset(options: Options) -> Preset:
    """The preset with what the options replace."""
    chosen = presets.find(options.preset)
    if options.alphas or options.sigmas or options.variants:
        chosen = chosen.with_variants(options.alphas, options.sigmas, options.variants)
    if options.only:
        chosen = chosen.only(options.only)
    if options.seeds:
        chosen = replace(chosen, seeds=tuple(dict.fromkeys(options.seeds)))
    if options.epochs is not None:
        chosen = replace(chosen, recipe=replace(chosen.recipe, epochs=options.epochs))
    return chosen


def check_writable(out: Path) -> None:
    """Raise InputError unless files can be created in the folder (itself created if missing) and in its store."""
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
        how = "; to share it, all users need `umask 002` and a folder of their group (chmod 2775)" if whose else ""
        raise InputError(f"--out must be a writable folder, got {place} ({reason}){whose}{how}") from None


def _check_text(option: str, path: str) -> None:
    try:
        path.encode()
    except UnicodeEncodeError:
        raise InputError(
            f"{option} must be text in UTF-8, because it is written to files and sent to a server; got {path}"
        ) from None


def _command(options: Options) -> str:
    words = ["mmdvae", "compare", options.preset]
    for flag, numbers in (("--alpha", options.alphas), ("--sigma", options.sigmas)):
        words += [word for value in numbers for word in (flag, number(value))]
    for flag, values in (("--variant", options.variants), ("--seed", options.seeds), ("--only", options.only)):
        words += [word for value in values for word in (flag, str(value))]
    if options.epochs is not None:
        words += ["--epochs", str(options.epochs)]
    if options.dataset != catalog.DEFAULT:
        words += ["--dataset", catalog.find(options.dataset).name]
    return shlex.join(words)
