"""Read an experiment from a TOML file or a preset, with changes from the command line, and write it resolved."""

import json
import os
import re
import tomllib
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
from mmdvae.experiment import blocks, own_network, schema
from mmdvae.experiment.blocks import MOST_VARIANTS
from mmdvae.experiment.experiment import Experiment
from mmdvae.experiment.schema import File
from mmdvae.plugins.source import function_of, place_of
from mmdvae.recipes import RECIPES, Recipe
from mmdvae.record.result import Chosen
from mmdvae.variants import Variant

NAME = "experiment.toml"  # in the folder of a run
LIKELIHOODS = ("bernoulli", "gaussian")
LARGEST = 1_000_000  # bytes of a file
FOLDER = Path(__file__).parent.parent / "presets"
PRESETS = ("quick", "notebook", "sweep")  # files of mmdvae/presets, in the order in which they are listed
_RECIPE = TypeAdapter(Recipe)
_KEY = re.compile(r"([A-Za-z_]+)(?:\[([0-9]{1,6})\])?")


def read(asked: str, changes: Mapping[str, Any] | None = None) -> Experiment:
    """The experiment of a preset's name, a file, or the folder of a run; `changes` are values by key, such as
    training.epochs or variants[0].sigma, that replace the file's.

    Raises: InputError, FILE: where: rule, got.
    """
    path = locate(asked)
    try:
        content = _content(path)
        for key, value in (changes or {}).items():
            _set(content, key, value)
        return _experiment(content, path)
    except InputError as error:
        raise InputError(f"{_shown(asked, path)}: {error}") from None


def presets() -> dict[str, Experiment]:
    """All presets by name."""
    return {name: read(name) for name in PRESETS}


def template() -> str:
    """A commented file to start from."""
    return (FOLDER / "template.toml").read_text(encoding="utf-8")


def locate(asked: str) -> Path:
    """The file that is meant; InputError if there is none."""
    if asked in PRESETS:
        return FOLDER / f"{asked}.toml"
    path = _home(asked)
    if asked and path.is_dir():
        path = path / NAME
    if not path.is_file():
        hint = "" if "/" in asked or asked.endswith(".toml") else "; a file ends in .toml"
        raise InputError(f"unknown preset {asked!r}; choose one of: {', '.join(PRESETS)}, or a file{hint}")
    return path


def _home(place: str) -> Path:
    """A path with ~ as the home; a NUL, which no file has in its name, is replaced."""
    return Path(os.path.expanduser(place.replace("\0", "\ufffd")))


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


def _content(path: Path) -> dict[str, Any]:
    content = _parse(path)
    base = content.get("base")
    if isinstance(base, str):
        content = _on_base(content, base if base in PRESETS else str(path.parent / _home(base)), path)
    return content


def _parse(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(f"the file: must be readable, but {error.strerror or error}") from None
    if len(raw) > LARGEST:
        raise InputError(f"the file: must have at most {LARGEST:,} bytes, has more")
    try:
        content = tomllib.loads(raw.decode("utf-8-sig"))
        json.dumps(content)
    except ValueError as error:  # also of numbers with thousands of digits
        raise InputError(f"the file: must be TOML in UTF-8, but {error}") from None
    except (TypeError, RecursionError) as error:
        raise InputError(f"the file: must hold tables, lists, text and numbers, but {error}") from None
    return content


def _on_base(content: dict[str, Any], base: str, path: Path) -> dict[str, Any]:
    """The content with the base's data, model and training where it has none of its own; never its variants."""
    place = locate(base).absolute()  # what it names is not relative to the file that names it
    if place.resolve() == path.resolve():
        raise InputError("base: must be another file, got the file itself")
    try:
        below = _parse(place)
    except InputError as error:
        raise InputError(f"base {place.name}: {error}") from None
    if "base" in below:
        raise InputError(f"base: must be a file without a base, got {place.name}")
    below = rebased(below, place.parent)
    merged = dict(content)
    for table in ("data", "model", "training"):
        own = content.get(table, {})
        if isinstance(own, dict) and isinstance(below.get(table), dict):
            merged[table] = below[table] | own
            if "network" in own:  # the options are those of that function
                merged[table]["options"] = own.get("options", {})
    return merged


def rebased(content: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The content with the paths that are relative to the folder made absolute, so that it may lie anywhere."""
    found, base = dict(content), content.get("base")
    if isinstance(base, str) and base not in PRESETS:
        found["base"] = str(folder / _home(base))
    data, model = content.get("data"), content.get("model")
    if isinstance(data, dict) and isinstance(data.get("source"), str):
        found["data"] = data | {"source": _beside(data["source"], folder)}
    if isinstance(model, dict) and isinstance(model.get("network"), str):
        found["model"] = model | {"network": own_network.beside(model["network"], folder)}
    return found


def _set(content: dict[str, Any], key: str, value: Any) -> None:
    """Put a value where the key says, such as training.epochs or variants[1].alpha."""
    place: Any = content
    parts = [_KEY.fullmatch(part) for part in key.split(".")]
    if not all(parts):
        raise InputError(f"{key}: must be a key, such as training.epochs or variants[0].sigma")
    steps: list[Any] = [
        step for part in parts if part for step in (part[1], part[2] and int(part[2])) if step is not None
    ]
    for step in steps[:-1]:
        if isinstance(place, dict) and isinstance(step, str):
            place = place.setdefault(step, {})
        elif isinstance(place, list) and isinstance(step, int) and step < len(place):
            place = place[step]
        else:
            raise InputError(f"{key}: there is no such place")
    last = steps[-1]
    named = isinstance(place, dict) and isinstance(last, str)
    if not named and not (isinstance(place, list) and isinstance(last, int) and last < len(place)):
        raise InputError(f"{key}: there is no such place")
    place[last] = value


def parsed(text: str) -> Any:
    """A value as TOML writes it; what is none, as text."""
    try:
        found = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return found["value"] if len(found) == 1 else text


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
        source=_beside(file.data.source, path.parent),
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


def _beside(source: str, folder: Path) -> str:
    """A source with the path that is relative to the folder."""
    if catalog.is_code(source):
        return str(folder / os.path.expanduser(source))
    kind, colon, place = source.partition(":")
    return f"{kind}:{folder / os.path.expanduser(place)}" if colon else source


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
