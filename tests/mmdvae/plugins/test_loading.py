"""A user's own code is imported from its texts, and what it raises is one line."""

import sys

import pytest

from mmdvae.plugins import loading


@pytest.fixture(autouse=True)
def _as_before(monkeypatch):
    monkeypatch.setattr(sys, "path", sys.path[:])
    monkeypatch.setattr(loading, "_COPIES", set())
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def loaded(folder, name="net.py:build", **files):
    loading.write({f"{stem}.py": text for stem, text in files.items()}, folder)
    return loading.function(name, folder)


def test_a_file_finds_its_neighbours_in_the_copy(tmp_path):
    build = loaded(tmp_path, net="import aside\ndef build(): return aside.x", aside="x = 3")
    assert build() == 3


def test_a_second_copy_with_the_same_names_replaces_the_first(tmp_path):
    for number in (1, 2):
        text = "import aside\ndef build(): return aside.x"
        assert loaded(tmp_path / str(number), net=text, aside=f"x = {number}")() == number


def test_the_name_of_a_librarys_module_is_refused(tmp_path):
    with pytest.raises(ValueError, match="random.py must have another name, for a library has a module random"):
        loaded(tmp_path, net="def build(): ...", random="x = 1")


def test_texts_come_back_as_they_were_written(tmp_path):
    files = {"net.py": "a = 1\r\nb = 2\r\n", "parts/x.py": "π = 3\n"}
    assert loading.write(files, tmp_path) == ("code/net.py", "code/parts/x.py")
    assert loading.read(tmp_path) == files


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("import no_such_module\n", "ModuleNotFoundError: No module named 'no_such_module', in net.py line 1"),
        ("\n\n1 / 0\n", "ZeroDivisionError: division by zero, in net.py line 3"),
        ("raise SystemExit(3)\n", "SystemExit: 3, in net.py line 1"),
        ("raise ValueError('two\\nlines \\x1b[1mbold\\x1b[0m')\n", "ValueError: two lines bold, in net.py line 1"),
    ],
)
def test_whatever_it_raises_is_one_line_with_its_place(tmp_path, text, cause):
    with pytest.raises(ValueError, match="net.py:build: must run, but raises") as caught:
        loaded(tmp_path, net=text)
    assert str(caught.value) == f"net.py:build: must run, but raises {cause}"


def test_what_is_installed_must_still_have_the_texts(tmp_path, monkeypatch):
    (tmp_path / "installed").mkdir()
    module = tmp_path / "installed/my_networks.py"
    module.write_text("def build(): return 5\n")
    monkeypatch.syspath_prepend(tmp_path / "installed")
    assert loaded(tmp_path / "one", "my_networks:build", my_networks=module.read_text())() == 5
    with pytest.raises(ValueError, match="my_networks.py was changed in .* meanwhile; start again"):
        loaded(tmp_path / "two", "my_networks:build", my_networks="def build(): return 6\n")
