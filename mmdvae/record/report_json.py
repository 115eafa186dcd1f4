"""Write and read report.json; no other module knows the file's format."""

import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from mmdvae.errors import InputError
from mmdvae.files import write_json
from mmdvae.record.result import SCHEMA, Report

NAME = "report.json"
LARGEST = 2**63  # of whole numbers
_REPORT = TypeAdapter(Report)


def write(report: Report, run_dir: Path) -> None:
    """Write report.json into the folder of a run, atomically."""
    write_json(run_dir / NAME, asdict(report))


def load(run_dir: Path) -> Report:
    """Read report.json from the folder of a run; an InputError names the field that violates the schema."""
    path = run_dir / NAME
    try:
        content = from_json(path.read_bytes())
        _check_finite(content)  # the last line would accept NaN, Infinity and 1e999
        report = _REPORT.validate_json(to_json(_as_today(content)), strict=True)
    except FileNotFoundError:
        raise InputError(f"no {NAME} in {run_dir}; is it the folder of a run?") from None
    except (OSError, ValueError) as error:
        what = _first(error) if isinstance(error, ValidationError) else error
        raise InputError(f"{path} cannot be read as a report of schema {SCHEMA}: {what}") from error
    names = [variant.name for variant in report.variants]
    if len(set(names)) < len(names):
        raise InputError(f"{path} cannot be read as a report of schema {SCHEMA}: variants must have different names")
    return report


def _as_today(content: Any) -> Any:
    """The content of an older report with what it did not repeat for each variant."""
    match content:
        case {"run": {"latent_dim": latent_dim}, "variants": [*variants]} if all(
            isinstance(one, dict) for one in variants
        ):
            return content | {"variants": [{"latent_dim": latent_dim} | one for one in variants]}
    return content


def _check_finite(value: Any, *place: str) -> None:
    """Raise ValueError with the place of the first number that is none."""
    if isinstance(value, int) and abs(value) > LARGEST:
        raise ValueError(
            f"{'.'.join(place)}: input should be a number of ordinary size, got one of {value.bit_length()} bits"
        )
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{'.'.join(place)}: input should be a finite number, got {value}")
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            _check_finite(inner, *place, str(key))


def _first(error: ValidationError) -> str:
    """Text of the first error, such as: variants.0.runs.1.seed: input should be a valid integer, got 'x'."""
    fault = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(map(str, fault["loc"])) or "the file"
    found = "" if fault["type"] == "missing" else f", got {fault['input']!r:.80}"
    return f"{where}: {fault['msg'][0].lower()}{fault['msg'][1:]}{found}"
