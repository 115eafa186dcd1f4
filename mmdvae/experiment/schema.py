"""What an experiment file may hold: names and types. Rules for values are those of Variant, Recipe and Experiment."""

from dataclasses import fields
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticSerializationError, to_json

from mmdvae.data import catalog
from mmdvae.errors import InputError
from mmdvae.recipes import Recipe
from mmdvae.variants import LATENT_DIM

FORMAT = 1
ELSEWHERE = ("name", "likelihood", "network")  # of a recipe
TRAINING = ("recipe", *(field.name for field in fields(Recipe) if field.name not in ELSEWHERE))  # its keys
MOST_COUNTED = 1_000_000  # variants that others were picked among, and rounds
KINDS = {  # by pydantic's type of error: what was expected
    "missing": "is missing",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number of ordinary size",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "dict_type": "must be a table",
    "too_short": "must not be empty",
    "too_long": "must have two numbers",
    "tuple_type": "must be a list of two numbers",
    "greater_than_equal": "must be >= 1",
    "less_than_equal": f"must be <= {MOST_COUNTED:,}",
}


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Data(_Table):
    """Where the images come from."""

    source: str = catalog.DEFAULT
    size: tuple[int, int] | None = None  # height, width
    fit: str | None = None
    colour: str | None = None
    group: str | None = None
    range: tuple[float, float] | None = None


class Model(_Table):
    """The networks."""

    latent_dim: Annotated[list[int], Field(min_length=1), BeforeValidator(_listed)] = [LATENT_DIM]  # each crosses all
    likelihood: str | None = None
    network: str | None = None  # conv, the built-in one; FILE.py:FUNCTION or PACKAGE.MODULE:FUNCTION
    options: dict[str, Any] = {}  # keyword arguments of that function


class Block(_Table):
    """Variants: the lists in it are crossed."""

    regularizer: str
    kernel: str | None = None
    alpha: Annotated[list[float], Field(min_length=1), BeforeValidator(_listed)] = []
    weight: Annotated[list[float], Field(min_length=1), BeforeValidator(_listed)] = []  # alpha / (1 - alpha)
    beta: Annotated[list[float], Field(min_length=1), BeforeValidator(_listed)] = []  # the same, for kl
    sigma: Annotated[list[float | str], Field(min_length=1), BeforeValidator(_listed)] = []
    sigmas: Annotated[list[float | str], Field(min_length=1)] = []  # one mean of Gaussian kernels
    projections: Annotated[list[int], Field(min_length=1), BeforeValidator(_listed)] = []
    normalised: Annotated[list[bool], Field(min_length=1), BeforeValidator(_listed)] = [False]
    latent_dim: Annotated[list[int], Field(min_length=1), BeforeValidator(_listed)] = []  # some of the model's; or all


class Picked(_Table):
    """How the variants were picked, where that was by what was measured of them; `mmdvae refine` writes it."""

    among: Annotated[int, Field(ge=1, le=MOST_COUNTED)]
    by: Annotated[list[str], Field(min_length=1)]
    rounds: Annotated[int, Field(ge=1, le=MOST_COUNTED)]
    seeds: Annotated[list[int], Field(min_length=1)]


class File(_Table):
    """The whole file."""

    format: int
    name: str
    question: str = ""
    base: str | None = None  # a preset or file whose data, model and training this one starts from
    seeds: Annotated[list[int], Field(min_length=1), BeforeValidator(_listed)] = [0]
    data: Data = Data()
    model: Model = Model()
    training: dict[str, Any] = {}
    chosen: Picked | None = None
    variants: list[Block]


def check(content: dict[str, Any]) -> File:
    """The content of a file; an InputError names the first place that is wrong: where: rule, got."""
    try:
        text = to_json(content)
    except PydanticSerializationError as error:  # such as bytes of a command line that are no UTF-8
        raise InputError(f"the file: must hold text in UTF-8, but {error}") from None
    try:
        file = File.model_validate_json(text)
    except ValidationError as error:
        raise InputError(_told(error)) from None
    if file.format != FORMAT:
        raise InputError(f"format: must be {FORMAT}, got {file.format}")
    return file


def unknown(name: str, known: list[str] | tuple[str, ...]) -> str:
    """What is said of a key that does not exist."""
    near = get_close_matches(name, known, n=1)
    return f"unknown key{f'; did you mean {near[0]}?' if near else ';'} known: {', '.join(known)}"


def _told(error: ValidationError) -> str:
    # Of a union, which a sigma is, the first entry has the least specific type; both have the same place.
    fault = error.errors(include_url=False)[0]
    loc = [part for part in fault["loc"] if part not in ("float", "str")]
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".") or "the file"
    if fault["type"] == "extra_forbidden":
        return f"{where}: {unknown(str(loc[-1]), _keys(loc))}"
    if fault["type"] == "missing":
        return f"{where}: {KINDS['missing']}"
    rule = KINDS.get(fault["type"], f"{fault['msg'][0].lower()}{fault['msg'][1:]}")
    if loc and loc[0] == "variants" and "sigma" in loc[-2:] and len({*(e["loc"][:-1] for e in error.errors())}) == 1:
        rule = "must be a number, or a rule in quotes"
    return f"{where}: {rule}, got {fault['input']!r:.60}"


def _keys(loc: list[Any]) -> tuple[str, ...]:
    """The keys of the table that holds the last part of the place."""
    tables: dict[Any, type[BaseModel]] = {"data": Data, "model": Model, "chosen": Picked, "variants": Block}
    return tuple(tables.get(loc[0] if len(loc) > 1 else "", File).model_fields)
