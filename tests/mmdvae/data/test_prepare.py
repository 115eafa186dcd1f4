import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from image_sets import some_images, write_set

from mmdvae.data import array_folder, catalog, splits
from mmdvae.data import prepare as data
from mmdvae.errors import InputError
from mmdvae.files import file_sha256


@pytest.fixture
def row(tmp_path, row):
    """The row, with files old enough for their modification time to be trusted."""
    age(tmp_path / "there")
    return replace(row, system_folder=tmp_path / "there")


def age(folder: Path, seconds: float = 60) -> None:
    """Set the files' modification times back by `seconds`."""
    for path in folder.rglob("*"):
        os.utime(path, (time.time() - seconds,) * 2)


def prepare(name, store):
    return data.prepare(name, data_dir=None, store=store)


@pytest.fixture
def decodings(monkeypatch):
    """A list that grows by one with each decoding."""
    done = []
    opened = catalog.opened
    monkeypatch.setattr(catalog, "opened", lambda row, place: done.append(place) or opened(row, place))
    return done


def test_a_prepared_set_has_the_images_in_their_order(row, store):
    got = prepare(row, store)
    assert (got.name, got.train, got.valid, got.test) == ("fashion-mnist", 36, 4, 12)
    assert got.classes[8] == "Bag"
    assert got.folder == store / f"data-{got.sha256[:24]}"
    splits = {split: array_folder.open_split(got.folder, split) for split in ("train", "valid", "test")}
    np.testing.assert_array_equal(np.concatenate([splits["train"][0], splits["valid"][0]]), some_images(40))
    np.testing.assert_array_equal(np.concatenate([splits["train"][1], splits["valid"][1]]), np.arange(40) % 10)
    np.testing.assert_array_equal(splits["test"][0], some_images(12))
    assert data.from_folder(got.folder) == got


def test_the_arrays_are_mapped_bytes_that_nobody_can_change(row, store):
    for array in array_folder.open_split(prepare(row, store).folder, "valid"):
        assert isinstance(array, np.memmap)
        assert array.dtype == np.uint8
        assert not array.flags.writeable


@pytest.mark.parametrize(
    ("images", "valid"), [(4, 2), (19, 2), (29, 2), (29_999, 2_999), (30_000, 5_000), (60_000, 5_000)]
)
def test_the_last_five_thousand_or_the_last_tenth_is_for_validation(images, valid):
    assert splits.validation_count(images) == valid


def test_info_says_what_the_files_are_in_plain_json(row, store):
    got = prepare(row, store)
    info = json.loads((got.folder / "info.json").read_text(), parse_constant=pytest.fail)
    assert info["sha256"] == got.sha256
    assert info["counts"] == {"train": 36, "valid": 4, "test": 12}
    assert info["files"] == {
        path.name: {"bytes": path.stat().st_size, "sha256": file_sha256(path)} for path in got.folder.glob("*.npy")
    }
    assert len(info["files"]) == 6


def test_the_second_time_nothing_is_decoded(row, store, decodings):
    assert prepare(row, store) == prepare(row, store)
    assert len(decodings) == 1


def test_a_changed_source_is_decoded_anew(tmp_path, row, store, decodings):
    old = prepare(row, store)
    row = replace(write_set(tmp_path / "there", seed=1), system_folder=tmp_path / "there")
    age(tmp_path / "there")  # sizes and mtimes as before; only ctime differs
    new = prepare(row, store)
    assert len(decodings) == 2
    assert new.sha256 != old.sha256
    assert old.folder.is_dir()  # older runs still read from it


def test_own_images_that_changed_are_decoded_anew(tmp_path, store, decodings):
    path = tmp_path / "mine.npz"
    sums = []
    for seed in (0, 1):
        np.savez(path, x_train=some_images(20, seed), x_test=some_images(5))
        os.utime(path, (1e9, 1e9))  # even if its modification time is set back
        sums.append(prepare(f"npz:{path}", store).sha256)
    assert len(decodings) == 2
    assert sums[0] != sums[1]


def test_a_source_that_was_just_written_is_not_trusted_to_stay(tmp_path, row, store, decodings):
    age(tmp_path / "there", seconds=0)
    assert prepare(row, store) == prepare(row, store)
    assert len(decodings) == 2


def test_equal_images_have_one_digest_wherever_they_are(tmp_path, row, store):
    write_set(tmp_path / "elsewhere")
    assert prepare(row, store) == data.prepare(row, data_dir=tmp_path / "elsewhere", store=store)
    assert len(list(store.glob("data-*/"))) == 1


def test_other_labels_or_classes_give_another_digest(tmp_path, row, store):
    one = prepare(row, store).sha256
    assert prepare(replace(row, classes=tuple("abcdefghij")), store).sha256 != one
    np.savez(tmp_path / "a.npz", x_train=some_images(40), x_test=some_images(12))
    assert prepare(f"npz:{tmp_path / 'a.npz'}", store).sha256 != one


@pytest.mark.parametrize("harm", ["cut", "delete", "no info", "half an info"])
def test_a_damaged_folder_is_made_again(row, store, harm):
    got = prepare(row, store)
    path, info = got.folder / "train_images.npy", got.folder / "info.json"
    if harm == "cut":
        path.write_bytes(path.read_bytes()[:-1])
    elif harm == "delete":
        path.unlink()
    elif harm == "no info":
        info.unlink()
    else:
        info.write_text(info.read_text()[:100])
    for use in (data.from_folder, lambda folder: array_folder.open_split(folder, "train")):
        with pytest.raises(InputError, match="train_images.npy: must have|info.json: must be"):
            use(got.folder)
    assert prepare(row, store) == got
    assert array_folder.damaged(got.folder) == ()
    assert [path.name for path in store.glob(".data-*")] == []


def test_a_changed_byte_is_found(row, store):
    path = prepare(row, store).folder / "test_images.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert array_folder.damaged(path.parent) == ("test_images.npy",)


def test_a_damaged_index_costs_a_decoding_and_no_more(row, store, decodings):
    got = prepare(row, store)
    (store / "data-index.json").write_text("{")
    assert prepare(row, store) == got
    assert len(decodings) == 2


def test_what_a_killed_process_left_is_cleared_away(row, store):
    (store / ".data-killed").mkdir(parents=True)
    (store / ".data-killed" / "train_images.npy").write_text("half")
    (store / ".data-index.json.x1y2").write_text("{")
    prepare(row, store)
    assert {path.name.split("-")[0] for path in store.iterdir()} == {"data", ".data.lock"}
    assert not (store / ".data-index.json.x1y2").exists()
    assert not (store / ".data-killed").exists()


def test_several_processes_at_once_make_one_folder(tmp_path, store):
    np.savez(tmp_path / "a.npz", x_train=some_images(2000), x_test=some_images(500))
    code = "import sys; from pathlib import Path; from mmdvae.data import prepare\n"
    code += "print(prepare.prepare(sys.argv[1], data_dir=None, store=Path(sys.argv[2])).folder)"
    command = [sys.executable, "-c", code, f"npz:{tmp_path / 'a.npz'}", str(store)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    folders = {process.communicate()[0].strip() for process in processes}
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(folders) == 1
    assert array_folder.damaged(Path(folders.pop())) == ()


def test_a_store_that_cannot_be_written_is_told(row, tmp_path):
    (tmp_path / "taken").write_text("a file where the folder should be")
    with pytest.raises(InputError, match="taken/store: must be a writable folder"):
        prepare(row, tmp_path / "taken" / "store")


def test_wrong_content_never_gets_into_the_store(tmp_path, row, store):
    write_set(tmp_path / "there", seed=1)
    with pytest.raises(InputError, match="broken"):
        prepare(row, store)
    assert not store.exists()


def test_debians_package_is_the_published_fashion_mnist(store):
    folder = catalog.FASHION_MNIST.system_folder
    if not folder.is_dir():
        pytest.fail(f"{folder} is missing: run `apt-get install {catalog.FASHION_MNIST.package}`")
    got = data.prepare("fashion-mnist", data_dir=folder, store=store)
    assert (got.train, got.valid, got.test) == (55_000, 5_000, 10_000)
    assert got.sha256.startswith("08fc6f61d48d35d4")  # stores and reports name it
    images, labels = array_folder.open_split(got.folder, "test")
    assert labels[:10].tolist() == [9, 2, 1, 1, 6, 1, 4, 6, 5, 7]
    assert np.bincount(labels).tolist() == [1000] * 10
    pixels = np.concatenate([array_folder.open_split(got.folder, split)[0] for split in ("train", "valid")])
    # The mean and standard deviation commonly used to normalise this data set.
    assert pixels.mean() / 255 == pytest.approx(0.2860, abs=5e-5)
    assert pixels.std() / 255 == pytest.approx(0.3530, abs=5e-5)


def test_digits_are_enlarged_three_times_with_a_border(store):
    from sklearn.datasets import load_digits

    got = prepare("digits", store)
    assert (got.train, got.valid, got.test) == (1350, 150, 297)
    assert got.sha256.startswith("dd0b8c4b2db7e93a")  # stores and reports name it
    images, labels = array_folder.open_split(got.folder, "train")
    bunch = load_digits()
    assert images[0, 2 + 3 * 4 + 1, 2 + 3 * 3 + 2] == round(bunch.images[0, 4, 3] * 255 / 16)
    np.testing.assert_allclose(images[:, 3:26:3, 3:26:3] / 255, bunch.images[:1350] / 16, atol=0.5 / 255)
    assert images[:, [0, 1, 26, 27]].max() == images[:, :, [0, 1, 26, 27]].max() == 0
    assert images.max() == 255
    np.testing.assert_array_equal(labels, bunch.target[:1350])
    assert all(set(array_folder.open_split(got.folder, split)[1]) == set(range(10)) for split in ("valid", "test"))


def npz(path, **changes):
    arrays = {
        "x_train": some_images(20),
        "y_train": np.arange(20) % 3,
        "x_test": some_images(6, 1),
        "y_test": np.arange(6) % 3,
    } | changes
    np.savez(path, **{key: array for key, array in arrays.items() if array is not None})
    return f"npz:{path}"


def test_an_npz_is_read_as_keras_names_it(tmp_path, store):
    got = prepare(npz(tmp_path / "mine.npz"), store)
    assert (got.name, got.train, got.valid, got.test) == ("npz:mine.npz", 18, 2, 6)
    assert got.classes == ("0", "1", "2")
    np.testing.assert_array_equal(array_folder.open_split(got.folder, "train")[0], some_images(20)[:18])
    np.testing.assert_array_equal(array_folder.open_split(got.folder, "test")[1], np.arange(6) % 3)


def test_without_labels_all_are_of_one_class(tmp_path, store):
    got = prepare(npz(tmp_path / "mine.npz", y_train=None, y_test=None), store)
    assert got.classes == ("all",)
    assert set(array_folder.open_split(got.folder, "train")[1]) == {0}


def test_a_channel_and_a_column_of_labels_are_taken_off(tmp_path, store):
    plain = prepare(npz(tmp_path / "a.npz"), store)
    keras = npz(tmp_path / "b.npz", x_train=some_images(20)[..., None], y_train=(np.arange(20) % 3)[:, None])
    assert prepare(keras, store).sha256 == plain.sha256


BAD_ARRAYS = [
    ({"x_test": None}, "has no x_test"),
    ({"y_test": None}, "both y_train and y_test or neither"),
    ({"x_train": some_images(20) / 255}, "x_train: must be uint8, got float64; --range LOW,HIGH says"),
    ({"x_train": some_images(20)[:, 1:]}, "x_test: must have 27 x 28 grey images, as .*x_train, has 28 x 28 grey"),
    ({"x_train": some_images(20)[:, :7]}, "x_train: images must have 8 to 256 pixels a side, got 7 x 28; --size HxW"),
    (
        {"x_train": some_images(20).reshape(20, 2, 14, 28)},
        r"x_train: must be \(n, height, width\) .* got \(20, 2, 14, 28\)",
    ),
    ({"x_test": some_images(0), "y_test": np.arange(0)}, "x_test: must be"),
    ({"y_train": np.arange(19)}, r"y_train must be 20 whole numbers, got int64 of shape \(19,\)"),
    ({"y_train": np.arange(20) / 2}, "y_train must be 20 whole numbers, got float64"),
    ({"y_train": np.arange(20) - 1}, "labels of y_train must be >= 0 and < 256, got -1"),
    ({"y_test": np.full(6, 256)}, "labels of y_test must be >= 0 and < 256, got 256"),
    ({"y_train": np.array([{}] * 20)}, "without pickled objects"),
    ({"x_train": some_images(1), "y_train": np.arange(1)}, "must have >= 4 training images"),
]


@pytest.mark.parametrize(("changes", "message"), BAD_ARRAYS)
def test_a_wrong_npz_is_refused_in_one_line(tmp_path, store, changes, message):
    with pytest.raises(InputError, match=message) as caught:
        prepare(npz(tmp_path / "mine.npz", **changes), store)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_npz_is_refused(tmp_path, store):
    npz(tmp_path / "mine.npz")
    whole = (tmp_path / "mine.npz").read_bytes()
    for content in (b"", b"rubbish", whole[:1000], whole[:3000] + b"x" + whole[3001:]):
        (tmp_path / "mine.npz").write_bytes(content)
        with pytest.raises(InputError, match="mine.npz: (x_train: )?must be a readable (.npz|array)"):
            prepare(f"npz:{tmp_path / 'mine.npz'}", store)


@pytest.mark.parametrize("name", ["fashion", "npz:", "images:", "npz", "tar:x", ""])
def test_an_unknown_name_lists_the_choices(store, name):
    with pytest.raises(
        InputError, match=f"unknown dataset '{name}'; choose one of: fashion-mnist, mnist, kmnist, digits"
    ):
        prepare(name, store)


def test_reading_data_loads_neither_keras_nor_prefect():
    code = "import sys, mmdvae.data.prepare; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"keras", "tensorflow", "prefect", "click", "jinja2", "sklearn", "PIL"} & set(loaded)
