"""Preparing by blocks: the digest is that of arrays in memory, and memory does not grow with the set."""

import hashlib
import json
import subprocess
import sys

import numpy as np
import pytest

from mmdvae.data import array_folder, catalog, source
from mmdvae.data import prepare as data

SHAPE = (64, 64, 3)


def digest_in_memory(folder, classes):
    """The digest by its definition: classes, then name, type, shape and bytes of each array."""
    total = hashlib.sha256(json.dumps(list(classes)).encode())
    for name in array_folder.FILES:
        array = np.load(folder / name)
        total.update(f"\n{name} {array.dtype.str} {array.shape}\n".encode() + array.tobytes())
    return total.hexdigest()


def npy_set(place, count, test):
    """Images that are all different, written block by block."""
    place.mkdir()
    for part, number in (("train", count), ("test", test)):
        images = np.lib.format.open_memmap(place / f"{part}_images.npy", "w+", np.uint8, (number, *SHAPE))
        rng = np.random.default_rng(0)
        for start in range(0, number, 500):
            block = rng.integers(0, 256, images[start : start + 500].shape, np.uint8)
            images[start : start + 500] = block
        np.save(place / f"{part}_labels.npy", np.arange(number) % 3)
    return place


@pytest.mark.parametrize("block", [1, 50_000, 1 << 30])
def test_the_digest_does_not_depend_on_the_blocks(tmp_path, store, monkeypatch, block):
    place = npy_set(tmp_path / "mine", 60, 24)
    monkeypatch.setattr(source, "BLOCK", block)
    got = data.prepare(f"npy:{place}", data_dir=None, store=store)
    assert got.sha256 == digest_in_memory(got.folder, got.classes)
    np.testing.assert_array_equal(np.load(got.folder / "test_images.npy"), np.load(place / "test_images.npy"))


def test_memory_does_not_grow_with_the_set(tmp_path):
    """12,000 images are 147 MB; more than a few blocks of 17 MB of them are never there."""
    code = """
import re, sys
from pathlib import Path
from mmdvae.data import prepare
# Not ru_maxrss, which begins with the peak of the process that started this one.
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1e3  # MB
for place in sys.argv[2:]:
    got = prepare.prepare(f"npy:{place}", data_dir=None, store=Path(sys.argv[1]))
    print(got.sha256, peak())
"""
    small, large = npy_set(tmp_path / "small", 3_000, 24), npy_set(tmp_path / "large", 12_000, 24)
    words = [sys.executable, "-c", code, str(tmp_path / "store"), str(small), str(large)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    (_, first), (digest, second) = (line.split() for line in done.stdout.splitlines())
    assert float(second) - float(first) < 50
    assert digest == digest_in_memory(tmp_path / "store" / f"data-{digest[:24]}", ("0", "1", "2"))


def test_what_does_not_fit_on_the_disk_is_refused_before_it_is_written(tmp_path, store, monkeypatch):
    place = npy_set(tmp_path / "mine", 60, 24)
    monkeypatch.setattr(data.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 1_000_000}))
    with pytest.raises(data.InputError, match="store: the images of npy:mine need .* GB, .* GB are free"):
        data.prepare(f"npy:{place}", data_dir=None, store=store)
    assert not list(store.glob("data-*"))


def test_a_check_reads_headers_and_writes_nothing(tmp_path, store, monkeypatch):
    place = npy_set(tmp_path / "mine", 60, 24)
    row = catalog.find(f"npy:{place}")
    data.check(row, None, store)
    (place / "test_labels.npy").unlink()
    with pytest.raises(data.InputError, match="test_images.npy: must have labels, or no part may have any"):
        data.check(row, None, store)
    assert not store.exists()
    data.check("fashion-mnist", None, store)  # could be downloaded
    with pytest.raises(data.InputError, match="data-dir .* is missing"):
        data.check("fashion-mnist", tmp_path, store)
