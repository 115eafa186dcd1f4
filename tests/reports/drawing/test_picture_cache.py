"""Cached pictures are not drawn again, and a wrong picture is never shown."""

import hashlib
import json
import subprocess
import sys

import fake_run
import numpy as np
import pytest
from fake_run import FakeVariant

from reports import write
from reports.drawing import matplotlib_plots, picture_cache, pictures
from reports.drawing.palette import Limits

VARIANTS = [FakeVariant(sigma=1.0), FakeVariant(sigma=2.0)]


@pytest.fixture(autouse=True)
def a_cache_of_its_own(monkeypatch):
    """As users have it: one in each store."""
    monkeypatch.setattr(write, "PICTURES", ".pictures")


@pytest.fixture
def drawn(monkeypatch):
    """A list of the drawing calls, filled as they happen."""
    calls = []

    def counted(draw):
        return lambda *args, **kwargs: calls.append(draw.__name__) or draw(*args, **kwargs)

    for draw in (matplotlib_plots.scatter, matplotlib_plots.contact_sheet):
        monkeypatch.setattr(matplotlib_plots, draw.__name__, counted(draw))
    return calls


@pytest.fixture
def page(tmp_path, drawn):
    """A function that writes the page of one run and returns the bytes of the two files with pictures."""
    fake = fake_run.make(tmp_path, VARIANTS)

    def write_it() -> tuple[bytes, bytes]:
        drawn.clear()
        report = write.write(fake.run_dir, fake.store)
        return report.read_bytes(), report.with_name("summary.md").read_bytes()

    write_it.file = fake.store / write.PICTURES
    return write_it


def test_a_page_made_again_is_the_same_and_draws_nothing(page, drawn):
    first = page()
    assert "scatter" in drawn
    assert "contact_sheet" in drawn
    assert page() == first
    assert drawn == []


def test_a_page_made_again_imports_no_matplotlib(tmp_path):
    fake = fake_run.make(tmp_path, VARIANTS)
    code = (
        "import pathlib, sys; from reports import write; write.write(*map(pathlib.Path, sys.argv[1:]));"
        "print(sorted({'matplotlib', 'pandas', 'scipy', 'sklearn', 'keras'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, fake.run_dir, fake.store]
    said = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)]
    # pandas writes the files beside the page, SciPy has the distributions of its intervals
    assert said == ["['matplotlib', 'pandas', 'scipy']\n", "['pandas', 'scipy']\n"]


@pytest.mark.parametrize("place", [0, -10])  # a byte of the digest, a byte of a picture
def test_a_damaged_file_is_made_again(page, drawn, place):
    first = page()
    damaged = bytearray(page.file.read_bytes())
    damaged[place] ^= 1
    page.file.write_bytes(damaged)
    assert page() == first
    assert drawn
    page()
    assert not drawn


def test_other_code_draws_for_itself(page, drawn, monkeypatch):
    page()
    monkeypatch.setattr(picture_cache, "_code", lambda: "another")
    page()
    assert drawn


def test_what_was_used_last_stays_when_there_is_no_room(page, drawn, monkeypatch):
    page()
    everything, size = len(drawn), page.file.stat().st_size
    page.file.unlink()
    monkeypatch.setattr(picture_cache, "ROOM", size // 2)
    first = page()
    assert page.file.stat().st_size < 0.6 * size
    assert page() == first
    assert 0 < len(drawn) < everything


def test_a_file_that_cannot_be_written_costs_no_page(page, drawn, caplog):
    page.file.mkdir()
    first = page()
    assert drawn
    assert page() == first
    assert ".pictures could not be written" in caplog.text


def test_every_argument_counts(tmp_path):
    points, groups, limits = np.eye(2), np.array([0, 1]), Limits(x=(-2.0, 2.0), y=(-2.0, 2.0))
    wide = Limits(x=(-3.0, 3.0), y=(-3.0, 3.0))
    ways = [
        ((points, groups, limits), {}),
        ((points, groups, limits), {"line": True}),
        ((points, groups, limits), {"pixels": 150}),
        ((points, groups, limits), {"marks": ["a", "b"]}),
        ((points, groups, limits), {"colours": ("#111111", "#eeeeee")}),
        ((points, groups[::-1], limits), {}),
        ((points * 1.5, groups, limits), {}),
        ((points, groups, wide), {}),
    ]
    bare = [pictures.scatter(*args, **kwargs) for args, kwargs in ways]
    assert len(set(bare)) == len(ways)
    for _ in range(2):
        with picture_cache.cache_in(tmp_path / "pictures"):
            assert [pictures.scatter(*args, **kwargs) for args, kwargs in ways] == bare


def test_an_array_inside_another_argument_is_refused(tmp_path):
    with picture_cache.cache_in(tmp_path / "pictures"), pytest.raises(TypeError):
        pictures.scatter(np.ones((2, 2)), np.zeros(2, int), [np.ones(2)])


@pytest.mark.parametrize("planted", ["<script>alert(1)</script>", 'data:image/png;base64,AA" onload="alert(1)', 7])
def test_nothing_but_a_picture_comes_out_of_the_file(page, drawn, planted):
    first = page()
    head, _, body = page.file.read_bytes().partition(b"\n")
    body = json.dumps(dict.fromkeys(json.loads(body), planted)).encode()
    page.file.write_bytes(head.split()[0] + b" " + hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    assert page() == first
    assert drawn
