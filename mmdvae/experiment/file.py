"""Read an experiment from a TOML file or a preset, with changes from the command line, and write it resolved."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import TypeAdapter, ValidationError

from mmdvae import recipes, variants
from mmdvae.data import catalog
from mmdvae.data.options import DataOptions
from mmdvae.errors import InputError
from mmdvae.experiment import blocks, own_network, schema, tables
from mmdvae.experiment.blocks import MOST_VARIANTS
from mmdvae.experiment.experiment import Experiment
from mmdvae.experiment.schema import File
from mmdvae.experiment.tables import FOLDER, PRESETS, locate
from mmdvae.plugins.source import function_of, place_of
from mmdvae.recipes import RECIPES, Recipe
from mmdvae.record.result import Chosen
from mmdvae.variants import Variant

LIKELIHOODS = ("bernoulli", "gaussian")
_RECIPE = TypeAdapter(Recipe)


def read(asked: str, changes: Mapping[str, Any] | None = None) -> Experiment:
    """The experiment of a preset's name, a file, or the folder of a run; `changes` are values by key, such as
    training.epochs or variants[0].sigma, that replace the file's.

    Raises: InputError, FILE: where: rule, got.
    """
    path = locate(asked)
    try:
        content = tables.of(path)
        for key, value in (changes or {}).items():
            tables.put(content, key, value)
        return _experiment(content, path)
    except InputError as error:
        raise InputError(f"{_shown(asked, path)}: {error}") from None


def presets() -> dict[str, Experiment]:
    """All presets by name."""
    return {name: read(name) for name in PRESETS}


def template() -> str:
    """A commented file to start from."""
    return (FOLDER / "template.toml").read_text(encoding="utf-8")


def check_below(asked: str, folder: Path) -> None:
    """Raise InputError unless it is a preset, or a file that lies below the folder, links followed."""
    if asked not in PRESETS and not locate(asked).resolve().is_relative_to(folder.resolve()):
        raise InputError(f"preset must be a name or a file below the project's folder, got {asked!r}")


def text(experiment: Experiment, folder: Path) -> str:
    """The experiment as a file in a folder: everything resolved, paths relative to that folder."""
    return tomli_w.dumps(as_content(experiment, folder))


def as_content(experiment: Experiment, folder: Path | None = None) -> dict[str, Any]:
    """What a file that describes the experiment holds; paths are relative to `folder`, or only names without one."""
    recipe = {key: value for key, value in experiment.recipe.to_dict().items() if key in schema.TRAINING}
    likelihood, dims = experiment.recipe.likelihood, experiment.latent_dims
    several = len(dims) > 1
    model: dict[str, Any] = {"latent_dim": list(dims) if several else dims[0]}
    model |= {"likelihood": likelihood} if likelihood else {}
    model |= own_network.table(experiment.network, experiment.recipe.network, folder)
    return {
        "format": schema.FORMAT,
        "name": experiment.name,
        **({"question": experiment.question} if experiment.question else {}),
        "seeds": list(experiment.seeds),
        "data": {"source": _relative(experiment.source, folder), **experiment.data.given},
        "model": model,
        "training": {"recipe": experiment.recipe.name, **recipe},
        **({"chosen": _listed(experiment.chosen)} if experiment.chosen else {}),
        "variants": [blocks.block_of(variant, several=several) for variant in experiment.variants],
    }


def _listed(chosen: Chosen) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(chosen).items()}


def _experiment(content: dict[str, Any], path: Path) -> Experiment:
    file = schema.check(content)
    source, network = own_network.find(file.model, path.parent)
    return Experiment(
        name=_name(file),
        question=file.question,
        recipe=replace(_recipe(file.training, file.model.likelihood), network=network),
        network=source,
        variants=_variants(file),
        seeds=tuple(dict.fromkeys(file.seeds)),
        source=tables.beside(file.data.source, path.parent),
        data=_data(file.data),
        chosen=Chosen(**{key: _frozen(value) for key, value in file.chosen}) if file.chosen else None,
    )


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _data(table: schema.Data) -> DataOptions:
    """The options of the data, which must mean something for their source."""
    given: dict[str, Any] = table.model_dump(exclude={"source"})
    try:
        catalog.find(table.source)
    except InputError as error:
        raise InputError(f"data.source: {error}") from None
    try:
        options = DataOptions(**given)
        catalog.find(table.source, options)
    except InputError as error:
        raise InputError(f"data.{error}") from None
    return options


def _variants(file: File) -> tuple[Variant, ...]:
    """The variants of all blocks with each number of latent dimensions, without doubles."""
    dims = sorted(set(file.model.latent_dim))
    for dim in dims:
        try:
            variants.check_whole("latent_dim", dim, most=variants.MOST_DIMENSIONS)
        except InputError as error:
            raise InputError(f"model.{error}") from None
    found: dict[Variant, None] = {}
    made = 0  # with doubles, which take their time, too
    for number, block in enumerate(file.variants):
        try:
            for dim in blocks.dimensions_of(block, dims):
                crossed = blocks.variants_of(block, dim)
                found |= dict.fromkeys(crossed)
                made += len(crossed)
                if made > MOST_VARIANTS:
                    raise InputError(f"must be at most {MOST_VARIANTS:,} in all, got more")
        except InputError as error:
            raise InputError(f"variants[{number}]: {error}") from None
    return tuple(found)


def _name(file: File) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", file.name):
        raise InputError(
            f"name: must be 1 to 40 letters, digits, _, - or ., for a folder has it in its name; got {file.name!r}"
        )
    return file.name


def _recipe(settings: dict[str, Any], likelihood: str | None) -> Recipe:
    if likelihood not in (None, *LIKELIHOODS):
        raise InputError(f"model.likelihood: must be one of: {', '.join(LIKELIHOODS)}; got {likelihood!r}")
    name = settings.get("recipe", recipes.STANDARD.name)
    if not isinstance(name, str) or name not in RECIPES:
        raise InputError(f"training.recipe: must be one of: {', '.join(RECIPES)}; got {name!r}")
    for key in settings:
        if key not in schema.TRAINING:
            raise InputError(f"training.{key}: {schema.unknown(key, schema.TRAINING)}")
    given = {key: value for key, value in settings.items() if key != "recipe"} | {"likelihood": likelihood}
    try:
        return _RECIPE.validate_json(json.dumps(RECIPES[name].to_dict() | given), strict=True)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        if fault["type"] == "value_error":  # a rule of Recipe
            raise InputError(f"training.{fault['ctx']['error']}") from None
        rule = schema.KINDS.get(fault["type"], f"{fault['msg'][0].lower()}{fault['msg'][1:]}")
        raise InputError(f"training.{fault['loc'][0]}: {rule}, got {fault['input']!r:.60}") from None


def _relative(source: str, folder: Path | None) -> str:
    kind, colon, place = source.partition(":")
    if not colon:
        return source
    if folder is None:
        return catalog.find(source).name
    if catalog.is_code(source):
        return f"{os.path.relpath(Path(place_of(source)).resolve(), folder.resolve())}:{function_of(source)}"
    return f"{kind}:{os.path.relpath(Path(place).resolve(), folder.resolve())}"


def _shown(asked: str, path: Path) -> str:
    return asked if asked in PRESETS or Path(asked).is_dir() else path.name
