"""Turns the user's options into a plan with one experiment, checked before anything starts."""

import os
import secrets
import shlex
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.adapted import Adapted
from mmdvae import variants
from mmdvae.data import catalog, prepare
from mmdvae.data import options as data_options
from mmdvae.data.catalog import Row
from mmdvae.data.options import DataOptions
from mmdvae.errors import InputError, shown
from mmdvae.experiment import file, own_network, tables
from mmdvae.experiment.experiment import Experiment
from mmdvae.files import somebody_elses
from mmdvae.images import Shape
from mmdvae.jobs import environment
from mmdvae.plugins import permission
from mmdvae.variants import Variant, number

MOST_JOBS = 1000  # at a time on one machine; each is a process of 0.75 GB


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a user can ask for; the command line and the flow's parameters have the same names."""

    preset: str = "quick"  # or a file, or the folder of a run
    alphas: tuple[float, ...] = ()
    sigmas: tuple[float | str, ...] = ()
    variants: tuple[str, ...] = ()
    betas: tuple[float, ...] = ()
    imqs: tuple[float, ...] = ()
    sws: tuple[float, ...] = ()
    seeds: tuple[int, ...] = ()
    latent_dims: tuple[int, ...] = ()
    likelihood: str | None = None
    network: str | None = None  # conv, or code of the user's own
    epochs: int | None = None
    batch_size: int | None = None
    learning_rate: float | None = None
    overrides: tuple[str, ...] = ()  # KEY=VALUE
    only: tuple[str, ...] = ()
    dataset: str | None = None  # with its own size to value_range, or else they change those of the preset's
    size: str | None = None
    fit: str | None = None
    colour: str | None = None
    group: str | None = None
    value_range: str | None = None
    data_dir: Path | None = None
    out: Path = Path("runs")
    jobs: int | None = None
    refresh: bool = False
    strict: bool = False
    rich_artifact: bool = False
    allow_code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A checked comparison, ready to start."""

    run_id: str
    created: str  # ISO 8601, UTC
    command: str  # repeats the comparison; contains no absolute paths
    experiment: Experiment
    whole: bool  # whether its variants are all of the file, and no others
    options: Options
    adapted: Adapted | None = None  # the data set, if a user's own function gives its images

    @property
    def data(self) -> Row:
        """The data set and how its images are made alike."""
        return self.adapted.located if self.adapted else catalog.find(self.experiment.source, self.experiment.data)

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

    def for_images(self, shape: Shape) -> "Plan":
        """The plan once the shape of the images is known, which decides the likelihood unless the user did."""
        recipe = self.experiment.recipe.for_images(shape[2])
        return replace(self, experiment=replace(self.experiment, recipe=recipe))

    def units(self) -> Iterator[tuple[Variant, int]]:
        """Every variant with every seed, in the order of training: all variants of one seed come first."""
        for seed in self.experiment.seeds:
            for variant in self.experiment.variants:
                yield variant, seed


def make(*, writes: bool = True, **given: Any) -> Plan:
    """Check the options and make the plan; an InputError names the first that is invalid.

    Unless it `writes`, the folder for runs need not be there, and is not made.
    """
    options = _with_home(Options(**given))
    asked = file.read(options.preset, _changes(options))
    experiment = _chosen(asked, options)
    if options.jobs is not None and not 1 <= options.jobs <= MOST_JOBS:
        raise InputError(f"jobs must be a whole number >= 1 and <= {MOST_JOBS}, got {options.jobs}")
    for option, path in (
        ("--out", options.out),
        ("--data-dir", options.data_dir or ""),
        ("--dataset", experiment.source),
    ):
        _check_text(option, str(path))
    environment.backend()
    row = catalog.find(experiment.source, experiment.data)
    adapted = Adapted.of(row, options.out / "store", allowed=options.allow_code or not writes)
    if writes:
        if experiment.network:
            permission.check(experiment.network, allowed=options.allow_code)
        prepare.check(row, options.data_dir, options.out / "store")
        check_writable(options.out)
    now = datetime.now(UTC)
    return Plan(
        run_id=f"{now:%Y%m%d-%H%M%S}-{experiment.name}-{secrets.token_hex(2)}",
        created=f"{now:%Y-%m-%dT%H:%M:%SZ}",
        command=_command(options),
        experiment=experiment,
        whole=set(experiment.variants) == set(asked.variants),
        options=options,
        adapted=adapted,
    )


def _with_home(options: Options) -> Options:
    """With ~ as the home; unlike Path.expanduser, os.path's does not raise if there is no such user."""
    data_dir = options.data_dir and Path(os.path.expanduser(options.data_dir))
    return replace(options, out=Path(os.path.expanduser(options.out)), data_dir=data_dir)


def _changes(options: Options) -> dict[str, Any]:
    """What the options change in the file, by key."""
    given = {
        "model.latent_dim": list(options.latent_dims) or None,
        "model.likelihood": options.likelihood,
        "model.network": options.network and own_network.beside(options.network, Path.cwd()),
        "training.epochs": options.epochs,
        "training.batch_size": options.batch_size,
        "training.learning_rate": options.learning_rate,
        "seeds": list(options.seeds) or None,
    }
    changes: dict[str, Any] = {"model.options": {}} if options.network else {}  # those of the file's own network
    for override in options.overrides:
        key, equals, value = (part.strip() for part in override.partition("="))
        if not equals:
            raise InputError(f"--set must be KEY=VALUE, such as training.cooldown=0, got {override!r}")
        if key in ("base", "model.network") or key.split(".")[0] == "data":
            raise InputError(f"--set cannot change {key}; take its own option, or write it into the file")
        changes[key] = tables.parsed(value)
    return changes | {key: value for key, value in given.items() if value is not None}


def _chosen(experiment: Experiment, options: Options) -> Experiment:
    """The experiment with the variants and data that the options name."""
    more = [
        *(variants.kl(variants.alpha_of(beta)) for beta in options.betas),
        *(variants.imq(alpha) for alpha in options.imqs),
        *(variants.sw(alpha) for alpha in options.sws),
    ]
    if options.alphas or options.sigmas or options.variants or more:
        experiment = experiment.with_variants(options.alphas, options.sigmas, options.variants, more)
    if options.only:
        experiment = experiment.only(options.only)
    source, data = options.dataset, DataOptions()
    if source is None:
        source, data = experiment.source, experiment.data
    data = replace(data, **_data_options(options))
    catalog.find(source, data)
    return replace(experiment, source=source, data=data)


def _data_options(options: Options) -> dict[str, Any]:
    names = ("size", "fit", "colour", "group", "value_range")
    return data_options.parsed(**{name: getattr(options, name) for name in names})


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
    words = ["mmdvae", "compare", _without_folder(options.preset)]
    repeated: tuple[tuple[str, tuple[Any, ...]], ...] = (
        ("--alpha", options.alphas),
        ("--sigma", options.sigmas),
        ("--variant", options.variants),
        ("--beta", options.betas),
        ("--imq", options.imqs),
        ("--sw", options.sws),
        ("--seed", options.seeds),
        ("--set", options.overrides),
        ("--only", options.only),
        ("--latent-dim", options.latent_dims),
    )
    single = (
        ("--likelihood", options.likelihood),
        ("--network", options.network and _without_folder(options.network)),
        ("--epochs", options.epochs),
        ("--batch-size", options.batch_size),
        ("--learning-rate", options.learning_rate),
    )
    for flag, values in (*repeated, *((flag, () if value is None else (value,)) for flag, value in single)):
        words += [
            word for value in values for word in (flag, number(value) if isinstance(value, float) else str(value))
        ]
    if options.dataset is not None:
        words += ["--dataset", catalog.find(options.dataset).name]
    words += data_options.words(_data_options(options))
    words += ["--allow-code"] if options.allow_code else []
    return shlex.join(map(shown, words))


def _without_folder(place: str) -> str:
    """A path without its folder, if that is one of this machine; one from here is none."""
    return Path(place).name if place.startswith(("/", "~")) else place
