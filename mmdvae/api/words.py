"""The options of a comparison as words of the command line, whose rules and messages then hold for Python, too."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from mmdvae.errors import InputError

# By their names in a Prefect deployment; a test compares them with those of the command.
REPEATED = {
    "alphas": "--alpha",
    "sigmas": "--sigma",
    "variants": "--variant",
    "betas": "--beta",
    "imqs": "--imq",
    "sws": "--sw",
    "only": "--only",
    "seeds": "--seed",
    "latent_dims": "--latent-dim",
    "overrides": "--set",
}
SINGLE = {
    "likelihood": "--likelihood",
    "network": "--network",
    "epochs": "--epochs",
    "batch_size": "--batch-size",
    "learning_rate": "--learning-rate",
    "dataset": "--dataset",
    "size": "--size",
    "fit": "--fit",
    "colour": "--colour",
    "group": "--group",
    "value_range": "--range",
    "data_dir": "--data-dir",
    "jobs": "--jobs",
    "out": "--out",
    "server": "--server",
}
SWITCHES = {
    "allow_code": "--allow-code",
    "refresh": "--refresh",
    "strict": "--strict",
    "rich_artifact": "--rich-artifact",
}
OPTIONS = {**REPEATED, **SINGLE, **SWITCHES}


def of(options: Mapping[str, Any]) -> list[str]:
    """The words; None leaves an option out. InputError for an unknown option, or several values where one is taken."""
    found: list[str] = []
    for name, value in options.items():
        if name not in OPTIONS:
            near = get_close_matches(name, OPTIONS, n=1)
            raise InputError(f"unknown option {name!r}{f'; did you mean {near[0]}?' if near else ';'} {_choices()}")
        if value is None:
            continue
        if name in SWITCHES:
            if not isinstance(value, bool):
                raise InputError(f"{name} must be True or False, got {value!r:.60}")
            found += [SWITCHES[name]] * value
        elif name in REPEATED:
            found += [f"{REPEATED[name]}={_text(name, one)}" for one in _listed(value)]
        else:
            found.append(f"{SINGLE[name]}={_text(name, value)}")
    return found


def _choices() -> str:
    return f"choose from: {', '.join(OPTIONS)}"


def _listed(value: Any) -> list[Any]:
    """The values: one alone, or those of a sequence, of numpy's or pandas's, too."""
    value = value.tolist() if hasattr(value, "tolist") else value
    return [value] if isinstance(value, str | bytes | Path) or not isinstance(value, Iterable) else [*value]


def _text(name: str, value: Any) -> str:
    """One value as a word; `repr` of a number reads back as the same number."""
    value = value.tolist() if hasattr(value, "tolist") else value  # a numpy scalar
    if isinstance(value, bool) or not isinstance(value, str | Path | int | float):
        raise InputError(f"{name} must be a number or text, got {value!r:.60}")
    word = str(value)
    if "\0" in word:
        raise InputError(f"{name} must be text without a NUL character, got {word!r:.60}")
    return word
