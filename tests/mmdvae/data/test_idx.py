import gzip
from pathlib import Path

import numpy as np
import pytest
from image_sets import idx_bytes, some_images

from mmdvae.data import idx
from mmdvae.errors import InputError


@pytest.fixture
def images():
    return some_images(5)


@pytest.mark.parametrize("pack", [gzip.compress, bytes], ids=["gzipped", "plain"])
@pytest.mark.parametrize("name", ["i.gz", "i"])  # the name says nothing: the bytes do
def test_what_was_written_is_read(tmp_path, images, pack, name):
    (tmp_path / name).write_bytes(pack(idx_bytes(images)))
    got = idx.read_images(tmp_path / name)
    assert got.dtype == np.uint8
    np.testing.assert_array_equal(got, images)


def test_a_pair_has_one_label_for_each_image(tmp_path, images):
    labels = np.array([0, 9, 3, 3, 1], np.uint8)
    (tmp_path / "i").write_bytes(idx_bytes(images))
    (tmp_path / "l").write_bytes(idx_bytes(labels))
    got = idx.read_pair(tmp_path / "i", tmp_path / "l", classes=10)
    np.testing.assert_array_equal(got[1], labels)

    (tmp_path / "l").write_bytes(idx_bytes(labels[:4]))
    with pytest.raises(InputError, match="one label for each of the 5 images of i, has 4"):
        idx.read_pair(tmp_path / "i", tmp_path / "l", classes=10)


BROKEN = {
    "another magic number": (lambda a: idx_bytes(a, magic=0x0D03), "magic number 2051, got 3331"),
    "labels in place of images": (lambda a: idx_bytes(a[:, 0, 0]) + bytes(99), "magic number 2051, got 2049"),
    "images of 27 x 28": (lambda a: idx_bytes(a[:, 1:]), "must be 28 x 28 pixels, got 27 x 28"),
    "no images": (lambda a: idx_bytes(a[:0]), ">= 1 and <= 1000000, got 0"),
    "an absurd count": (lambda a: idx_bytes(a, shape=(2**32 - 1, 28, 28)), "<= 1000000, got 4294967295"),
    "fewer bytes than promised": (lambda a: idx_bytes(a)[:-1], "must have the 3920 bytes .* has 3919"),
    "more bytes than promised": (lambda a: idx_bytes(a) + b"x", "must have the 3920 bytes .* has more"),
    "half a header": (lambda a: idx_bytes(a)[:10], "16 bytes of header, has 10"),
    "an empty file": (lambda a: b"", "16 bytes of header, has 0"),
    "a truncated gzip": (lambda a: gzip.compress(idx_bytes(a))[:-300], "must be a whole gzip file"),
    "a gzip without its last byte": (lambda a: gzip.compress(idx_bytes(a))[:-1], "must be a whole gzip file"),
    "a gzip with a flipped bit": (lambda a: _flipped(gzip.compress(idx_bytes(a)), 2000), "must be a whole gzip file"),
}


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize(("make", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_refused_in_one_line_with_its_name(tmp_path, images, make, message):
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(make(images))
    with pytest.raises(InputError, match=message) as caught:
        idx.read_images(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="nothing-here: must be a readable file, but No such file"):
        idx.read_images(tmp_path / "nothing-here")


def test_a_label_beyond_the_classes_is_refused(tmp_path):
    (tmp_path / "l").write_bytes(idx_bytes(np.array([0, 10], np.uint8)))
    with pytest.raises(InputError, match="labels must be >= 0 and < 10, got 10"):
        idx.read_labels(tmp_path / "l", classes=10)
    assert idx.read_labels(tmp_path / "l", classes=11).tolist() == [0, 10]


def test_no_more_of_a_bomb_is_decompressed_than_its_header_promises(tmp_path, images, monkeypatch):
    (tmp_path / "bomb").write_bytes(gzip.compress(idx_bytes(images) + bytes(200 << 20), compresslevel=1))
    taken = []
    read = gzip.GzipFile.read
    monkeypatch.setattr(gzip.GzipFile, "read", lambda self, size=-1: taken.append(size) or read(self, size))
    with pytest.raises(InputError, match="has more"):
        idx.read_images(tmp_path / "bomb")
    assert taken == [16, images.size + 1]


def test_the_digest_of_the_content_does_not_depend_on_the_compression(tmp_path, images):
    for name, data in {
        "plain": idx_bytes(images),
        "fast.gz": gzip.compress(idx_bytes(images), 1),
        "best.gz": gzip.compress(idx_bytes(images), 9, mtime=7),
    }.items():
        (tmp_path / name).write_bytes(data)
    assert len({idx.content_sha256(path) for path in Path(tmp_path).iterdir()}) == 1


def test_the_digest_of_a_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(idx, "_MAX_BYTES", 10 << 20)
    (tmp_path / "bomb").write_bytes(gzip.compress(bytes(11 << 20)))
    with pytest.raises(InputError, match="at most 10485760 bytes when decompressed"):
        idx.content_sha256(tmp_path / "bomb")
