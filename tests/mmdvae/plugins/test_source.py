"""A user's own code as texts: what belongs to it, what its digest depends on, and what is refused."""

import os
import sys

import pytest

from mmdvae.errors import InputError
from mmdvae.plugins import source

NET = "import keras\nfrom parts import block\n\ndef build(image_shape, latent_dim):\n    return block.f()\n"


@pytest.fixture
def code(tmp_path):
    """A file that imports a package beside it, which imports a neighbour and has one that nothing imports."""
    folder = tmp_path / "mine"
    (folder / "parts").mkdir(parents=True)
    (folder / "net.py").write_text(NET)
    (folder / "parts/__init__.py").write_text("")
    (folder / "parts/block.py").write_text("def f():\n    from . import deep\n    import numpy as np, json\n")
    (folder / "parts/deep.py").write_text("x = 1\n")
    (folder / "parts/unused.py").write_text("x = 2\n")
    return folder


def sha(folder):
    return source.find("net.py:build", folder).sha256


def test_all_that_is_imported_below_the_folder_belongs_to_it_and_nothing_else(code):
    found = source.find("net.py:build", code)
    assert list(found.files) == ["net.py", "parts/__init__.py", "parts/block.py", "parts/deep.py"]
    assert set(found.versions) == {"keras", "numpy"}  # json is of the standard library
    assert found.told == f"{', '.join(found.files)} (9 lines, sha256 {found.sha256[:12]})"
    assert found.asked == f"{code}/net.py:build"


def test_the_digest_depends_on_every_text_and_not_on_place_or_time(code, tmp_path):
    before = sha(code)
    os.utime(code / "net.py", (0, 0))
    (code / "parts/unused.py").write_text("x = 3\n")
    assert sha(code.rename(tmp_path / "moved")) == before
    deep = tmp_path / "moved/parts/deep.py"
    deep.write_text("x = 1  # a comment\n")
    assert sha(tmp_path / "moved") != before


def test_nothing_is_imported(code):
    (code / "net.py").write_text("raise SystemExit\ndef build(): ...\n")
    assert source.find("net.py:build", code).files == {"net.py": "raise SystemExit\ndef build(): ...\n"}


def test_what_is_installed_is_found_without_being_imported(tmp_path, monkeypatch):
    (tmp_path / "mypack/inner").mkdir(parents=True)
    for name in ("mypack/__init__.py", "mypack/inner/__init__.py"):
        (tmp_path / name).write_text("raise SystemExit\n")
    (tmp_path / "mypack/inner/nets.py").write_text("from mypack.other import a\nimport beside\nbuild = 1\n")
    (tmp_path / "mypack/other.py").write_text("a = 1\n")
    (tmp_path / "beside.py").write_text("no part of the package\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = source.find("mypack.inner.nets:build", tmp_path)
    assert [*found.files] == [
        "mypack/__init__.py",
        "mypack/inner/__init__.py",
        "mypack/inner/nets.py",
        "mypack/other.py",
    ]
    assert found.asked == "mypack.inner.nets:build"
    assert "mypack" not in sys.modules


def test_a_name_may_be_bound_in_any_way_at_the_top(tmp_path):
    for number, text in enumerate(
        (
            "build = lambda s, d: 0",
            "from keras import Model as build",
            "class build: ...",
            "try:\n    import x as build\nexcept ImportError:\n    build = 0",
            "\ufeffdef build(): ...",  # a byte order mark
        )
    ):
        (tmp_path / f"n{number}.py").write_text(text, encoding="utf-8")
        assert source.find(f"n{number}.py:build", tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "net.py: must be a file, but there is none at "),
        ("def build(:", "net.py: must be Python, line 1, but "),
        ("def other():\n    build = 1\n", "net.py: must define build; it defines: other"),
        ("x = 1\n" * 200_000, "net.py: with all that it imports must have at most 1,000,000 bytes, has more"),
        (b"# \xff\n", "net.py: must be text in UTF-8, but "),
        ("x = '\0'\n", "net.py: must be Python, but source code"),
    ],
)
def test_what_cannot_be_read_gets_one_line(tmp_path, content, said):
    if content is not None:
        (tmp_path / "net.py").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as caught:
        source.find("net.py:build", tmp_path)
    assert str(caught.value).startswith(said)


def test_what_is_no_name_of_code_is_told_the_forms(tmp_path):
    for asked in ("net.py", "a b", "net.py:", ":build", "net.py:build()", "..x:y"):
        with pytest.raises(InputError, match="must be FILE.py:FUNCTION or PACKAGE.MODULE:FUNCTION, got"):
            source.find(asked, tmp_path)
    with pytest.raises(InputError, match="no_such_package: must be an installed module of Python source"):
        source.find("no_such_package:build", tmp_path)
