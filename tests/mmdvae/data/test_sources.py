import gzip
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from image_sets import idx_bytes, some_images, write_set

from mmdvae.data import catalog, prepare, sources
from mmdvae.data.catalog import IDX_NAMES
from mmdvae.errors import InputError
from mmdvae.files import file_sha256


def test_the_named_folder_is_taken(tmp_path, row):
    assert sources.locate(row, tmp_path / "there") == tmp_path / "there"


def test_a_named_folder_without_the_files_is_an_error_even_if_they_are_elsewhere(tmp_path, row, cache):
    write_set(cache)
    (tmp_path / "there" / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(InputError, match="data-dir .*there is missing: no t10k-labels-idx1-ubyte "):
        sources.locate(row, tmp_path / "there")


def test_a_named_folder_with_other_content_is_an_error_that_names_the_file(tmp_path, row, cache):
    write_set(cache)
    path = tmp_path / "there" / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(idx_bytes(some_images(12, seed=1))))
    with pytest.raises(
        InputError, match=f"there is broken .*: {path.name} must have SHA-256 {row.sha256[2][:12]}"
    ) as told:
        sources.locate(row, tmp_path / "there")
    assert f"--dataset idx:{tmp_path / 'there'}" in str(told.value)


def _dotted(name):
    return name.replace("-idx", ".idx")


@pytest.mark.parametrize(
    "renamed",
    [lambda name: f"{_dotted(name)}.gz", _dotted, lambda name: f"{name}/{name}", lambda name: name],
    ids=["7-zip", "Kaggle", "a folder of its own", "decompressed"],
)
def test_published_files_are_known_by_the_names_that_others_give_them(tmp_path, row, renamed):
    for name in IDX_NAMES:
        path = tmp_path / "there" / f"{name}.gz"
        content = path.read_bytes()
        path.unlink()
        other = tmp_path / "there" / renamed(name)
        other.parent.mkdir(exist_ok=True)
        other.write_bytes(content if other.suffix == ".gz" else gzip.decompress(content))
    assert sources.locate(row, tmp_path / "there") == tmp_path / "there"


def _own_idx(folder, beginning="", *, first=0, dotted=False):
    folder.mkdir(exist_ok=True)
    for part, count in (("train", 40), ("test", 12)):
        for what, array in (("images-idx3", some_images(count)), ("labels-idx1", np.arange(count) % 3 + first)):
            name = f"{beginning}{part}-{what}-ubyte"
            (folder / (_dotted(name) if dotted else name)).write_bytes(idx_bytes(array.astype("uint8")))


@pytest.mark.parametrize("dotted", [False, True])
def test_own_idx_files_are_read_and_the_labels_that_occur_are_the_classes(tmp_path, dotted):
    _own_idx(tmp_path / "own", "emnist-letters-", first=1, dotted=dotted)
    got = prepare.prepare(f"idx:{tmp_path / 'own'}", data_dir=None, store=tmp_path / "store")
    assert (got.name, got.classes) == ("idx:own", ("1", "2", "3"))
    assert (got.train + got.valid, got.test) == (40, 12)
    np.testing.assert_array_equal(np.load(got.folder / "test_labels.npy"), np.arange(12) % 3)
    np.testing.assert_array_equal(np.load(got.folder / "test_images.npy"), some_images(12))


def test_of_several_own_sets_the_beginning_of_the_names_tells_one(tmp_path):
    for beginning in ("a-", "b-"):
        _own_idx(tmp_path / "own", beginning)
    with pytest.raises(InputError, match="one file of train images, has a-train-images.*, b-train.*own/BEGINNING"):
        sources.locate(f"idx:{tmp_path / 'own'}", None)
    assert sources.locate(f"idx:{tmp_path / 'own' / 'b'}", None) == tmp_path / "own" / "b"


def test_own_idx_files_that_are_not_all_there_are_missing(tmp_path):
    _own_idx(tmp_path / "own")
    (tmp_path / "own" / "test-labels-idx1-ubyte").unlink()
    with pytest.raises(InputError, match="idx:own: folder .*own is missing: no four IDX files, images and labels"):
        sources.locate(f"idx:{tmp_path / 'own'}", None)


def test_arrays_that_nobody_reads_are_named(tmp_path):
    np.savez(tmp_path / "a.npz", x_train=some_images(40), x_test=some_images(12), x_val=some_images(2))
    (found,) = sources.survey(f"npz:{tmp_path / 'a.npz'}", None)
    assert found.detail == "left out: x_val"


def test_a_truncated_file_is_broken(tmp_path, row):
    path = tmp_path / "there" / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-100])
    (finding,) = sources.survey(row, tmp_path / "there")
    assert finding.state == "broken"
    assert "train-images-idx3-ubyte.gz: must be a whole gzip file" in finding.detail


def test_the_cache_comes_before_the_system_unless_it_is_broken(tmp_path, row, cache):
    row = replace(row, system_folder=tmp_path / "there")
    write_set(cache, seed=1)
    assert sources.locate(row, None) == tmp_path / "there"
    write_set(cache)
    assert sources.locate(row, None) == cache


def test_what_is_nowhere_is_downloaded_into_the_cache_from_the_first_server_that_has_it(row, cache, mirror):
    row, seen = replace(row, urls=(*row.urls, mirror.url)), []
    assert sources.locate(row, None, on_progress=lambda *bytes_: seen.append(bytes_)) == cache
    assert mirror.asked == [f"/{name}.gz" for name in IDX_NAMES]
    assert seen[-1] == (row.download_bytes, row.download_bytes)  # total of all files
    assert sources.locate(row, None) == cache
    assert len(mirror.asked) == 4


def test_only_what_is_broken_in_the_cache_is_downloaded(row, cache, mirror):
    write_set(cache)
    (cache / "t10k-labels-idx1-ubyte.gz").write_bytes(b"rubbish")
    assert sources.locate(replace(row, urls=(mirror.url,)), None) == cache
    assert mirror.asked == ["/t10k-labels-idx1-ubyte.gz"]


def test_of_several_processes_one_downloads_and_the_others_wait(row, cache, mirror):
    row = replace(row, urls=(mirror.url,))
    with ThreadPoolExecutor(3) as threads:
        assert set(threads.map(lambda _: sources.locate(row, None), range(3))) == {cache}
    assert len(mirror.asked) == 4


def test_a_failed_download_names_every_place_with_its_reason(row, cache, mirror):
    mirror.answers[f"/{IDX_NAMES[0]}.gz"] = b"other content"
    row = replace(row, system_folder=cache / "nowhere", urls=(*row.urls, mirror.url, f"{mirror.url}nowhere/"))
    with pytest.raises(InputError) as caught:
        sources.locate(row, None)
    message = str(caught.value)
    for trouble in (
        f"(download: http://127.0.0.1:9/{IDX_NAMES[0]}.gz: [Errno ",
        f"Connection refused; {mirror.url}{IDX_NAMES[0]}.gz: ",
        f"{IDX_NAMES[0]}.gz must have SHA-256 {row.sha256[0][:12]}... (content), has",
        f"{mirror.url}nowhere/{IDX_NAMES[0]}.gz: the server answers 404",
        f"cache {cache} is missing",
        f"system {cache / 'nowhere'} is missing",
    ):
        assert trouble in message
    assert list(cache.glob("*.gz")) == []


def test_a_cache_that_cannot_be_written_is_named(row, cache, mirror):
    cache.parent.parent.mkdir()
    cache.parent.write_text("a file where the folder should be")
    with pytest.raises(InputError, match=f"{cache}: must be a writable folder, but"):
        sources.locate(replace(row, urls=(mirror.url,)), None)


def test_what_is_nowhere_to_be_had_is_an_error_that_lists_the_ways(row, cache):
    with pytest.raises(InputError) as caught:
        sources.locate(row, None, fetch=False)
    message = str(caught.value)
    for way in ("--data-dir DIR", "apt-get install dataset-fashion-mnist", row.urls[0], str(cache), "--dataset digits"):
        assert way in message
    assert "\n" not in message
    with pytest.raises(InputError, match="^(?!.*apt-get)"):  # no package, no mention of apt-get
        sources.locate(replace(row, package=None), None, fetch=False)


def test_the_survey_has_every_place_in_order(tmp_path, row, cache, mirror):
    write_set(cache, seed=1)
    row = replace(row, system_folder=tmp_path / "nowhere", urls=(mirror.url, *row.urls))
    assert [(found.place, found.state) for found in sources.survey(row, None)] == [
        ("cache", "broken"),
        ("system", "missing"),
        ("download", "reachable"),
        ("download", "not reachable"),
    ]
    here = replace(row, system_folder=tmp_path / "there")
    assert [found.place for found in sources.survey(here, None)] == ["cache", "system"]  # no needless request


def test_a_digest_of_the_published_gz_asks_for_that_very_file(tmp_path, row):
    folder = tmp_path / "there"
    digests = [file_sha256(folder / f"{name}.gz") for name in IDX_NAMES]
    row = replace(row, digest_of="gz", sha256=tuple(digests))
    assert sources.locate(row, folder) == folder

    path = folder / "train-labels-idx1-ubyte.gz"
    content = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(content, mtime=1))
    assert "must have SHA-256" in sources.survey(row, folder)[0].detail
    path.unlink()
    path.with_suffix("").write_bytes(content)
    assert "must be the published .gz" in sources.survey(row, folder)[0].detail


@pytest.mark.parametrize(("given", "folder"), [("/there", "/there"), ("here", "~/.cache"), ("", "~/.cache")])
def test_the_cache_ignores_a_relative_xdg_folder(monkeypatch, given, folder):
    monkeypatch.setenv("XDG_CACHE_HOME", given)
    assert sources.cache_folder("mnist") == Path(folder).expanduser() / "mmdvae" / "mnist"


def test_own_images_are_where_they_are(tmp_path):
    assert sources.locate("digits", None).name == "__init__.py"
    (tmp_path / "a.npz").touch()
    assert sources.locate(f"npz:{tmp_path / 'a.npz'}", None) == tmp_path / "a.npz"
    with pytest.raises(InputError, match="npz:b.npz: file .*b.npz is missing: no such file"):
        sources.locate(f"npz:{tmp_path / 'b.npz'}", None)
    with pytest.raises(InputError, match="images:b: folder .*b is missing: no folder with pictures"):
        sources.locate(f"images:{tmp_path / 'b'}", None)


def test_a_data_dir_is_refused_where_it_has_no_meaning(tmp_path):
    with pytest.raises(InputError, match="--data-dir is for fashion-mnist, mnist, kmnist, got it with dataset digits"):
        sources.locate("digits", tmp_path)


@pytest.mark.parametrize("row", catalog.IDX_SETS.values(), ids=catalog.IDX_SETS)
def test_the_rows_are_well_formed(row):
    assert len(set(row.sha256)) == 4
    assert all(len(bytes.fromhex(digest)) == 32 for digest in row.sha256)
    assert len(row.classes) == 10
    assert all(url.endswith("/") for url in row.urls)
