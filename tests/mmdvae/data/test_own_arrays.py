"""Arrays of the user's own, in every layout that is read: what comes out, and one line for what cannot be used."""

import tarfile

import h5py
import numpy as np
import pytest

from mmdvae.data import array_folder, catalog
from mmdvae.data import prepare as data
from mmdvae.data.kinds import cifar10
from mmdvae.data.options import DataOptions
from mmdvae.errors import InputError

RNG = np.random.default_rng(0)
SPLITS = array_folder.SPLITS


def noise(count, *shape, dtype=np.uint8):
    return RNG.integers(0, 256, (count, *shape)).astype(dtype)


def prepared(name, store, **options):
    return data.prepare(catalog.find(name, DataOptions(**options)), data_dir=None, store=store)


def arrays(found):
    return {split: array_folder.open_split(found.folder, split) for split in SPLITS}


def medmnist(path, count=20, shape=(28, 28, 3), labels=(1,)):
    parts = {"train": count, "val": count // 2, "test": count // 2}
    written = {f"{part}_images": noise(number, *shape) for part, number in parts.items()}
    if labels is not None:
        written |= {
            f"{part}_labels": np.arange(number * labels[0]).reshape(-1, *labels) % 3 for part, number in parts.items()
        }
    np.savez_compressed(path, **written)
    return written


def test_medmnist_is_read_with_its_own_validation_images(tmp_path, store):
    written = medmnist(tmp_path / "path.npz")
    found = prepared(f"npz:{tmp_path / 'path.npz'}", store)
    assert (found.shape, found.classes, found.notes) == ((28, 28, 3), ("0", "1", "2"), ())
    for split, part in (("train", "train"), ("valid", "val"), ("test", "test")):
        images, labels = arrays(found)[split]
        np.testing.assert_array_equal(images, written[f"{part}_images"])
        np.testing.assert_array_equal(labels, written[f"{part}_labels"][:, 0])


def test_several_labels_an_image_are_none_and_that_is_told(tmp_path, store):
    medmnist(tmp_path / "chest.npz", shape=(28, 28), labels=(14,))
    found = prepared(f"npz:{tmp_path / 'chest.npz'}", store)
    assert (found.shape, found.classes) == ((28, 28, 1), ("all",))
    assert found.notes == ("labels of several values an image are not used: all images are of one class",)


def test_dsprites_is_read_by_name_and_its_pickle_never(tmp_path, store):
    images = RNG.integers(0, 2, (40, 64, 64), np.uint8)
    metadata = np.array({"title": "sprites"}, dtype=object)
    np.savez_compressed(tmp_path / "d.npz", imgs=images, latents_classes=np.zeros((40, 6), int), metadata=metadata)
    found = prepared(f"npz:{tmp_path / 'd.npz'}", store)
    assert (found.shape, found.classes) == ((64, 64, 1), ("all",))
    assert found.notes == ("left out: latents_classes, metadata", "40 images of 0 and 1 became black and white")
    kept = {image.tobytes() for split in SPLITS for image in arrays(found)[split][0]}
    assert kept == {(255 * image).tobytes() for image in images}


def npy_folder(place, **files):
    place.mkdir()
    for name, array in files.items():
        np.save(place / f"{name}.npy", array)
    return f"npy:{place}"


def test_files_of_arrays_make_a_set(tmp_path, store):
    images, labels = noise(30, 12, 20, 3), np.arange(30) % 2 + 7
    name = npy_folder(
        tmp_path / "mine",
        train_images=images[:20],
        train_labels=labels[:20],
        test_images=images[20:],
        test_labels=labels[20:],
    )
    found = prepared(name, store)
    assert (found.shape, found.classes, found.train, found.valid, found.test) == ((12, 20, 3), ("7", "8"), 18, 2, 10)
    np.testing.assert_array_equal(arrays(found)["test"][0], images[20:])
    np.testing.assert_array_equal(arrays(found)["test"][1], labels[20:] - 7)
    fortran = np.asfortranarray(images[:20])
    np.save(tmp_path / "mine" / "train_images.npy", fortran)
    assert prepared(name, store).sha256 == found.sha256


def test_training_images_alone_are_split_by_their_rows(tmp_path, store):
    images = noise(60, 8, 8)
    found = prepared(npy_folder(tmp_path / "mine", train_images=images, notes=np.zeros(3)), store)
    assert (found.classes, found.notes) == (("all",), ("left out: notes.npy",))
    assert (found.train, found.valid, found.test) == (45, 5, 10)
    row = {image.tobytes(): number for number, image in enumerate(images)}
    rows = {split: [row[image.tobytes()] for image in arrays(found)[split][0]] for split in SPLITS}
    assert sorted(sum(rows.values(), [])) == list(range(60))
    assert all(part == sorted(part) for part in rows.values())  # a split keeps the order of the file
    assert rows["test"] != list(range(50, 60))  # and is taken from everywhere


@pytest.mark.parametrize("dtype", ["float32", "float64", "int16", "uint16"])
def test_numbers_become_bytes_by_a_range_and_never_by_their_own_extremes(tmp_path, store, dtype):
    values = np.linspace(-1, 2, 40 * 64).reshape(40, 8, 8) * (1 if dtype.startswith("float") else 1000)
    values = np.clip(values, 0, None) if dtype == "uint16" else values
    name = npy_folder(tmp_path / "mine", train_images=values.astype(dtype))
    with pytest.raises(InputError, match=f"train_images.npy: must be uint8, got {dtype}; --range LOW,HIGH says"):
        prepared(name, store)
    low, high = (0, 1) if dtype.startswith("float") else (0, 1000)
    found = prepared(name, store, range=(low, high))
    exact = np.rint((np.clip(values.astype(dtype).astype(float), low, high) - low) / (high - low) * 255).astype(
        np.uint8
    )
    assert {i.tobytes() for split in SPLITS for i in arrays(found)[split][0]} == {i.tobytes() for i in exact}
    outside = int(((values.astype(dtype) < low) | (values.astype(dtype) > high)).sum())
    assert found.notes == (f"{outside:,} values outside of the range {low} to {high} were cut off to it",)


def test_what_is_no_number_is_refused(tmp_path, store):
    values = np.full((20, 8, 8), np.nan)
    with pytest.raises(InputError, match="must be numbers, has NaN"):
        prepared(npy_folder(tmp_path / "mine", train_images=values), store, range=(0, 1))


def test_arrays_are_scaled_and_made_grey_like_pictures(tmp_path, store):
    found = prepared(
        npy_folder(tmp_path / "mine", train_images=noise(20, 16, 32, 3)), store, size=(8, 8), colour="grey"
    )
    assert found.shape == (8, 8, 1)
    assert found.notes == ("images of 16 x 32 colour were made 8 x 8 grey (crop)",)


def h5_file(path, **datasets):
    with h5py.File(path, "w") as file:
        for name, array in datasets.items():
            file[name] = array
    return path


def test_datasets_of_an_hdf5_file_make_a_set(tmp_path, store):
    images, labels = noise(24, 8, 8, 3), np.arange(24) % 2
    path = h5_file(tmp_path / "shapes.h5", images=images, labels=labels, factors=np.zeros((24, 6)))
    found = prepared(f"h5:{path}#images,labels", store)
    assert (found.name, found.shape, found.classes) == ("h5:shapes.h5#images,labels", (8, 8, 3), ("0", "1"))
    label = {image.tobytes(): labels[number] for number, image in enumerate(images)}
    assert all(label[i.tobytes()] == of for split in SPLITS for i, of in zip(*arrays(found)[split], strict=True))
    assert prepared(f"h5:{path}#images", store).classes == ("all",)
    several = prepared(f"h5:{path}#images,factors", store)
    assert (several.classes, len(several.notes)) == (("all",), 1)
    for name in (f"h5:{path}", f"h5:{path}#image", f"h5:{path}#images,labels,factors"):
        with pytest.raises(
            InputError, match=r"it has factors \(24, 6\), images \(24, 8, 8, 3\), labels \(24,\)|is missing"
        ):
            prepared(name, store)


def csv_file(path, images, labels=None, header=True, last=False):
    rows = images.reshape(len(images), -1)
    columns = [f"pixel{number}" for number in range(rows.shape[1])]
    if labels is not None:
        rows, columns = (
            np.insert(rows, rows.shape[1] if last else 0, labels, axis=1),
            [*columns, "label"] if last else ["label", *columns],
        )
    lines = ",".join(columns) + "\n" if header else ""
    path.write_text(lines + "".join(",".join(map(str, row)) + "\n" for row in rows))
    return path


@pytest.mark.parametrize(("header", "last"), [(True, False), (True, True), (False, False)])
def test_rows_of_a_table_as_on_kaggle(tmp_path, store, header, last):
    images, labels = noise(30, 10, 10, dtype=int), np.arange(30) % 3
    path = csv_file(tmp_path / "train.csv", images, labels, header, last)
    found = prepared(f"csv:{path}", store)
    assert (found.shape, found.classes) == ((10, 10, 1), ("0", "1", "2"))
    label = {image.astype(np.uint8).tobytes(): labels[number] for number, image in enumerate(images)}
    assert all(label[i.tobytes()] == of for split in SPLITS for i, of in zip(*arrays(found)[split], strict=True))


def test_a_folder_of_two_tables_is_split_as_they_are(tmp_path, store):
    images, labels = noise(30, 8, 12, 3, dtype=int), np.arange(30) % 3
    for part, rows in (("train", slice(20)), ("test", slice(20, None))):
        csv_file(tmp_path / f"mine_{part}.csv", images[rows], labels[rows])
    with pytest.raises(InputError, match="must have a column for each pixel .* 289 columns; .* give --size HxW"):
        prepared(f"csv:{tmp_path}", store)
    found = prepared(f"csv:{tmp_path}", store, size=(8, 12))
    assert (found.shape, found.train, found.valid, found.test) == ((8, 12, 3), 18, 2, 10)
    np.testing.assert_array_equal(arrays(found)["test"][0], images[20:])
    csv_file(tmp_path / "mine_test.csv", images[20:])
    with pytest.raises(InputError, match="mine_test.csv: must have labels, or no part may have any; only train has"):
        prepared(f"csv:{tmp_path}", store, size=(8, 12))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("label,a,b\n1,2,3\n", "must have a column for each pixel"),
        (
            12 * ("256," * 63 + "0\n"),
            "whole numbers of 0 to 255, or --range must be given, but .*256",
        ),
        (
            12 * ("0.5," * 63 + "0\n"),
            "whole numbers of 0 to 255, or --range must be given, but .*0.5",
        ),
        (12 * ("1," * 63 + "\n"), "must have rows of whole numbers"),
        ("1," * 63 + "1\n1,2\n", "but .*Expected 64 columns, got 2"),
        ("label" + ",p" * 64 + "\n", "must have rows of numbers, but .*Empty"),
        ("label" + ",p" * 64 + "\ncat" + ",1" * 64 + "\n", "must have rows of numbers, but .*cat"),
    ],
)
def test_a_wrong_table_is_refused_in_one_line(tmp_path, store, text, message):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(InputError, match=message) as caught:
        prepared(f"csv:{tmp_path / 'a.csv'}", store)
    assert "\n" not in str(caught.value)


@pytest.fixture
def cifar(tmp_path):
    """Its six batches with seven records each, in the folder that the archive has."""
    place = tmp_path / cifar10.FOLDER
    place.mkdir()
    records = np.concatenate([np.arange(42)[:, None] % 10, noise(42, 3072)], axis=1).astype(np.uint8)
    for number, name in enumerate(cifar10.TRAIN + cifar10.TEST):
        (place / name).write_bytes(records[7 * number : 7 * number + 7].tobytes())
    return records


def test_cifar10_is_read_from_its_folder_or_archive(tmp_path, store, cifar):
    found = prepared(f"cifar10:{tmp_path}", store)
    assert (found.shape, found.train, found.valid, found.test) == ((32, 32, 3), 32, 3, 7)
    assert found.classes[3] == "cat"
    images, labels = arrays(found)["test"]
    np.testing.assert_array_equal(images.transpose(0, 3, 1, 2).reshape(7, -1), cifar[35:, 1:])
    np.testing.assert_array_equal(labels, cifar[35:, 0])
    with tarfile.open(tmp_path / "cifar.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / cifar10.FOLDER, cifar10.FOLDER)
    assert prepared(f"cifar10:{tmp_path / 'cifar.tar.gz'}", store).sha256 == found.sha256
    (tmp_path / cifar10.FOLDER / "test_batch.bin").write_bytes(b"x" * 3000)
    with pytest.raises(InputError, match="test_batch.bin must have records of 3,073 bytes, has 3,000 bytes"):
        prepared(f"cifar10:{tmp_path}", store)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        (
            "fashion-mnist",
            {"size": (64, 64)},
            "size is for npz:PATH, images:DIR, idx:DIR, npy:DIR, .* got it with dataset fash",
        ),
        ("digits", {"colour": "rgb"}, "colour is for .* got it with dataset digits"),
        ("npz:a.npz", {"group": "x"}, "group is for images:DIR, got it with dataset npz:a.npz"),
        ("idx:a", {"range": (0, 1)}, "range is for .* got it with dataset idx:a"),
        ("csv:a", {"size": (8, 8), "fit": "pad"}, "fit is for .* got it with dataset csv:a"),
    ],
)
def test_an_option_that_means_nothing_is_refused(name, options, message):
    with pytest.raises(InputError, match=message):
        catalog.find(name, DataOptions(**options))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": (7, 8)}, "size must be height and width, 8 to 256 pixels each, got 7 x 8"),
        ({"fit": "pad"}, "fit is about images of another size, so it needs size"),
        ({"size": (8, 8), "fit": "cut"}, "fit must be one of: crop, pad, stretch; got 'cut'"),
        ({"colour": "blue"}, "colour must be one of: grey, rgb; got 'blue'"),
        ({"group": "(a"}, "group must be a regular expression, but missing"),
        ({"range": (1, 1)}, "range must be two numbers, the lower first, of ordinary size; got"),
        ({"range": (0, float("inf"))}, "range must be two numbers, the lower first, of ordinary size; got"),
        ({"range": (-1e308, 1e308)}, "range must be two numbers, the lower first, of ordinary size; got"),
        ({"range": (0, 5e-324)}, "range must be two numbers, the lower first, of ordinary size; got"),
    ],
)
def test_a_wrong_option_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        DataOptions(**options)
