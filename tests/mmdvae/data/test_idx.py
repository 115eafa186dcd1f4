import gzip

import numpy as np
import pytest
from image_sets import idx_bytes, some_images

from mmdvae.data import idx
from mmdvae.errors import InputError

IMAGES, LABELS = some_images(5), np.array([0, 9, 3, 3, 1], np.uint8)


@pytest.fixture
def files(tmp_path):
    """Images and labels in files whose names do not tell the format."""
    (tmp_path / "i.gz").write_bytes(idx_bytes(IMAGES))
    (tmp_path / "l").write_bytes(gzip.compress(idx_bytes(LABELS)))
    return tmp_path / "i.gz", tmp_path / "l"


def read(files):
    """Images and labels, in memory."""
    rows, labels = idx.pair(*files, (28, 28))
    return rows.whole(), labels


def test_what_was_written_is_read_gzipped_or_plain(files):
    images, labels = read(files)
    assert images.dtype == labels.dtype == np.uint8
    np.testing.assert_array_equal(images, IMAGES)
    np.testing.assert_array_equal(labels, LABELS)


def test_images_without_a_label_are_refused(files):
    files[1].write_bytes(idx_bytes(LABELS[:4]))
    with pytest.raises(InputError, match="one label for each of the 5 images of i.gz, has 4"):
        read(files)


BROKEN = {
    "another magic number": (idx_bytes(IMAGES, magic=0x0D03), "magic number 2051, got 3331"),
    "labels in place of images": (idx_bytes(IMAGES[:, 0, 0]) + bytes(99), "magic number 2051, got 2049"),
    "images of 27 x 28": (idx_bytes(IMAGES[:, 1:]), "must be 28 x 28 pixels, got 27 x 28"),
    "no images": (idx_bytes(IMAGES[:0]), ">= 1 and <= 1000000, got 0"),
    "an absurd count": (idx_bytes(IMAGES, shape=(2**32 - 1, 28, 28)), "<= 1000000, got 4294967295"),
    "fewer bytes than promised": (idx_bytes(IMAGES)[:-1], "must have the 3920 bytes .* has 3919"),
    "more bytes than promised": (idx_bytes(IMAGES) + b"x", "must have the 3920 bytes .* has more"),
    "half a header": (idx_bytes(IMAGES)[:10], "16 bytes of header, has 10"),
    "a truncated gzip": (gzip.compress(idx_bytes(IMAGES))[:-300], "must be a whole gzip file"),
    "a gzip without its last byte": (gzip.compress(idx_bytes(IMAGES))[:-1], "must be a whole gzip file"),
    "a gzip with a flipped bit": (
        bytes(byte ^ (at == 2000) for at, byte in enumerate(gzip.compress(idx_bytes(IMAGES)))),
        "must be a whole gzip file",
    ),
}


@pytest.mark.parametrize(("content", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_refused_in_one_line_with_its_name(files, content, message):
    files[0].write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read(files)
    assert str(caught.value).startswith(f"{files[0]}: ")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(files):
    files[0].unlink()
    with pytest.raises(InputError, match="i.gz: must be a readable file, but No such file"):
        read(files)


def test_no_more_of_a_bomb_is_decompressed_than_its_header_promises(files, monkeypatch):
    files[0].write_bytes(gzip.compress(idx_bytes(IMAGES) + bytes(10 << 20), compresslevel=1))
    taken, whole = [], gzip.GzipFile.read
    monkeypatch.setattr(gzip.GzipFile, "read", lambda self, size=-1: taken.append(size) or whole(self, size))
    with pytest.raises(InputError, match="has more"):
        read(files)
    assert taken[-3:] == [16, IMAGES.size, 1]


def test_the_digest_of_the_content_does_not_depend_on_the_compression(tmp_path):
    content = idx_bytes(IMAGES)
    for name, data in {"plain": content, "fast": gzip.compress(content, 1), "best": gzip.compress(content, 9)}.items():
        (tmp_path / name).write_bytes(data)
    assert len({idx.content_sha256(path) for path in tmp_path.iterdir()}) == 1


def test_the_digest_of_a_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(idx, "_MAX_BYTES", 10 << 20)
    (tmp_path / "bomb").write_bytes(gzip.compress(bytes(11 << 20)))
    with pytest.raises(InputError, match="at most 10485760 bytes when decompressed"):
        idx.content_sha256(tmp_path / "bomb")
