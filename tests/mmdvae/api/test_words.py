"""Options of `mmdvae.compare` become words of the command."""

from pathlib import Path

import numpy as np
import pytest

from flows.cli import compare
from mmdvae.api import words
from mmdvae.errors import InputError


def test_they_are_the_options_of_the_command():
    flags = {option.name: option.opts[0] for option in compare.params if option.name != "preset"}
    assert flags == words.OPTIONS
    assert {option.name for option in compare.params if option.multiple} == {*words.REPEATED}
    assert {option.name for option in compare.params if getattr(option, "is_flag", False)} == {*words.SWITCHES}
    page = (Path(__file__).parents[3] / "docs/python.md").read_text()
    assert not [name for name in words.OPTIONS if f"`{name}`" not in page]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"alphas": 0.6, "sigmas": ["sqrt(d)", 2.83]}, ["--alpha=0.6", "--sigma=sqrt(d)", "--sigma=2.83"]),
        ({"alphas": np.array([0.1, 0.30000000000000004])}, ["--alpha=0.1", "--alpha=0.30000000000000004"]),
        ({"seeds": range(2), "epochs": np.int64(3)}, ["--seed=0", "--seed=1", "--epochs=3"]),
        ({"only": ("none",), "learning_rate": np.float32(0.5)}, ["--only=none", "--learning-rate=0.5"]),
        ({"out": Path("a b"), "strict": True, "refresh": False}, ["--out=a b", "--strict"]),
        ({"dataset": "--help", "jobs": None}, ["--dataset=--help"]),
    ],
)
def test_values_of_any_kind_become_words(options, expected):
    assert words.of(options) == expected


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"epoch": 3}, "unknown option 'epoch'; did you mean epochs? choose from: alphas, "),
        ({"zzz": 3}, "unknown option 'zzz'; choose from: alphas, "),
        ({"epochs": [1, 2]}, "epochs must be a number or text, got [1, 2]"),
        ({"epochs": True}, "epochs must be a number or text, got True"),
        ({"strict": 1}, "strict must be True or False, got 1"),
        ({"seeds": [0, None]}, "seeds must be a number or text, got None"),
        ({"out": "a\0b"}, "out must be text without a NUL character, got "),
    ],
)
def test_what_cannot_be_one_gets_one_line(options, said):
    with pytest.raises(InputError) as caught:
        words.of(options)
    assert str(caught.value).startswith(said)
