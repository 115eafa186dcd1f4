"""`import mmdvae` takes no time, and offers what its page promises."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import mmdvae

PAGE = (Path(__file__).parents[3] / "docs/python.md").read_text()
HEAVY = (
    "keras",
    "numpy",
    "pandas",
    "prefect",
    "pydantic",
    "scipy",
    "sklearn",
    "tensorflow",
    "flows",
    "reports",
    "tasks",
)


def test_the_public_names_are_those_of_the_page():
    promised = re.findall(r"^\| `(\w+)(?:\(.*?\))?` \|", PAGE.split("## compare")[0], re.MULTILINE)
    assert sorted(promised) == sorted(mmdvae.__all__)
    assert set(mmdvae.__all__) <= set(dir(mmdvae))
    for name in mmdvae.__all__:
        assert getattr(mmdvae, name).__doc__


def test_the_import_is_quick_and_loads_nothing():
    code = f"import mmdvae, sys; print(sorted(set({HEAVY!r}) & set(sys.modules)), len(mmdvae.__all__))"
    done = subprocess.run([sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("[] ")
    (microseconds,) = re.findall(r"\|\s+(\d+) \| mmdvae$", done.stderr, re.MULTILINE)
    assert int(microseconds) < 100_000


def test_what_is_not_promised_is_not_there():
    with pytest.raises(AttributeError, match="module 'mmdvae' has no attribute 'train'"):
        mmdvae.train  # noqa: B018
    from mmdvae import variants  # modules are found as before

    assert variants.none().name == "none"
