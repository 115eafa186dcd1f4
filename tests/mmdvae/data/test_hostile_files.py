"""Files that were made by accident or malice: one line for each, without a hang, and nothing is left in the store."""

import io
import json
import random
import tarfile
import warnings
import zipfile

import h5py
import numpy as np
import pytest
from PIL import Image

from mmdvae.data import array_folder, catalog, index, splits
from mmdvae.data import prepare as data
from mmdvae.data.kinds import picture_file, picture_groups
from mmdvae.data.options import DataOptions, words
from mmdvae.errors import InputError

IMAGES = np.random.default_rng(0).integers(0, 256, (14, 8, 8), np.uint8)


def refused(name, store, message, **options):
    """Prepare the set, which must fail with one line, and leave nothing but the lock."""
    with pytest.raises(InputError, match=message) as caught:
        data.prepare(catalog.find(name, DataOptions(**options)), data_dir=None, store=store)
    assert "\n" not in str(caught.value)
    assert {path.name for path in store.glob("*")} <= {".data.lock"}


def pictures(folder, suffix="png", **how):
    folder.mkdir(parents=True, exist_ok=True)
    for number, image in enumerate(IMAGES):
        Image.fromarray(image).save(folder / f"{number}.{suffix}", **how)
    return f"images:{folder}"


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def archive(path, entries, compression=zipfile.ZIP_STORED):
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(path, "w", compression) as file:
        for name, content in entries:
            file.writestr(name, content)
    return path


def headed(header):
    """An .npy file with that header."""
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + IMAGES.tobytes()


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("(" * 900, "must be a readable array .*EOF in multi-line statement"),
        ('"""', "must be a readable array .*EOF in multi-line string"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (True, 8, 8)}", "must hold at least two images"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000000, 8, 8)}", "at most 1,000,000 rows, has 1,0"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': ()}", "must be an array with a row for each image"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (99, 8, 8)}", "it ends after 896 of 6336 bytes"),
        ("{'descr': '|u1', 'fortran_order': True, 'shape': (99, 8, 8)}", "it ends after 896 of 6336 bytes"),
    ],
)
def test_a_broken_header_of_an_array(tmp_path, store, header, message):
    (tmp_path / "train_images.npy").write_bytes(headed(header))
    if "()" in header:
        np.save(tmp_path / "train_labels.npy", np.array(3))
    refused(f"npy:{tmp_path}", store, message)


def test_a_header_that_python_2_wrote_is_read_without_a_warning(tmp_path, store):
    header = "{'descr': '|u1', 'fortran_order': False, 'shape': (14L, 8L, 8L), }\n"
    (tmp_path / "train_images.npy").write_bytes(headed(header))
    with warnings.catch_warnings(action="error"):
        assert data.prepare(f"npy:{tmp_path}", data_dir=None, store=store).shape == (8, 8, 1)


def test_an_npz_that_is_encrypted_or_damaged_or_has_an_array_twice(tmp_path, store):
    entries = [("x_train.npy", npy(IMAGES)), ("x_test.npy", npy(IMAGES))]
    twice = archive(tmp_path / "twice.npz", [*entries, ("x_train.npy", npy(IMAGES[:9]))])
    refused(f"npz:{twice}", store, "must have one array of each name, has several of 'x_train'")
    locked = archive(tmp_path / "locked.npz", entries)
    content = bytearray(locked.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the mark of encryption
    locked.write_bytes(content)
    refused(f"npz:{locked}", store, "x_train: must be a readable array .* is encrypted")
    damaged = archive(tmp_path / "damaged.npz", entries, zipfile.ZIP_LZMA)
    content = bytearray(damaged.read_bytes())
    content[90:110] = bytes(20)
    damaged.write_bytes(content)
    refused(f"npz:{damaged}", store, "x_train: must be a readable array .* Corrupt input data")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("null", "null: must be an array with a row for each image"),
        ("images,null", "null: must be an array with a row for each image"),
        ("scalar,scalar", "scalar: must be an array with a row for each image"),
        ("loop", "must be a readable HDF5 file, but .*too many links"),
        ("huge,hugest", "huge: must have at most 1,000,000 rows, has 10,000,000,000"),
        ("images,hugest", "hugest: must have at most 1,000,000 rows"),
        ("outside", "has no dataset 'outside'; it has"),
        ("group", "has no dataset 'group'; it has"),
        ("text", "text must be an array of numbers, got object"),
    ],
)
def test_odd_datasets_of_an_hdf5_file(tmp_path, store, names, message):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["images"], file["scalar"], file["null"] = IMAGES, np.uint8(3), h5py.Empty("u1")
        file["loop"], file["outside"] = h5py.SoftLink("/loop"), h5py.ExternalLink("/etc/passwd", "/x")
        file["text"], _ = ["a"] * 14, file.create_group("group")
        file.create_dataset("huge", (10**10, 8, 8), "u1", chunks=(1000, 8, 8))  # takes no place on the disk
        file.create_dataset("hugest", (10**10,), "i8", chunks=(1000,))
    refused(f"h5:{tmp_path}/a.h5#{names}", store, message)


def test_an_hdf5_file_that_is_none_is_told_without_names_of_datasets_too(tmp_path, store):
    (tmp_path / "a.h5").write_text("none")
    for name in ("", "#", "#images", "#a,b,c"):
        refused(f"h5:{tmp_path}/a.h5{name}", store, "must be a readable HDF5 file, but|folder|is missing")
    refused(f"h5:{tmp_path}/a.h5#a,b,c", store, "must be a readable HDF5 file, but")


@pytest.mark.parametrize(("target", "message"), [("data_batch_1.bin", "recursion"), ("/etc/passwd", "not found")])
def test_links_in_an_archive_of_cifar10(tmp_path, store, target, message):
    with tarfile.open(tmp_path / "c.tar.gz", "w:gz") as file:
        link = tarfile.TarInfo("cifar-10-batches-bin/data_batch_1.bin")
        link.type, link.linkname = tarfile.SYMTYPE, target
        file.addfile(link)
    refused(f"cifar10:{tmp_path}/c.tar.gz", store, f"data_batch_1.bin must be readable, but .*{message}")


def test_a_damaged_archive_of_cifar10(tmp_path, store):
    with tarfile.open(tmp_path / "c.tar.xz", "w:xz") as file:
        entry = tarfile.TarInfo("cifar-10-batches-bin/data_batch_1.bin")
        entry.size = 30_730
        file.addfile(entry, io.BytesIO(random.Random(0).randbytes(entry.size)))
    content = bytearray((tmp_path / "c.tar.xz").read_bytes())
    content[20_000:20_100] = bytes(100)
    (tmp_path / "c.tar.xz").write_bytes(content)
    refused(f"cifar10:{tmp_path}/c.tar.xz", store, "data_batch_1.bin must be readable, but Corrupt input data")


def test_a_tree_of_absurd_depth_is_refused_at_once(tmp_path, store):
    pictures(tmp_path / "deep")
    place = tmp_path / "deep"
    for _ in range(102):
        place = place / "d"
        place.mkdir()
    refused(f"images:{tmp_path}/deep", store, "must have at most 100 folders within each other, has more")
    path = archive(tmp_path / "deep.zip", [("a/" * 30_000 + "x.png", b"")])
    refused(f"images:{path}", store, "must have at most 100 folders within each other, has 30000")


def test_an_entry_of_a_zip_that_is_a_file_and_a_folder_is_refused(tmp_path, store):
    picture = io.BytesIO()
    Image.fromarray(IMAGES[0]).save(picture, "PNG")
    path = archive(tmp_path / "a.zip", [("a.png", picture.getvalue()), ("a.png/b.png", picture.getvalue())])
    refused(f"images:{path}", store, "must have one entry of each name, a.png is a file and a folder")


def test_a_damaged_zip_with_another_compression_is_refused(tmp_path, store):
    path = archive(tmp_path / "a.zip", [("readme", b"hello" * 100)], zipfile.ZIP_LZMA)
    content = bytearray(path.read_bytes())
    content[50:60] = bytes(10)
    path.write_bytes(content)
    refused(f"images:{path}", store, "readme: must be readable, but Corrupt input data")


@pytest.mark.parametrize("suffix", ["pbm", "tga", "eps", "pnm", "dds", "exr", "fits", "hdr", "pcx"])
def test_pictures_of_formats_that_are_not_read_are_not_left_out(tmp_path, store, suffix):
    pictures(tmp_path / "a")
    (tmp_path / "a" / f"x.{suffix}").write_bytes(b"x")
    refused(f"images:{tmp_path}/a", store, f"x.{suffix}: pictures must be one of")


@pytest.mark.parametrize(("orientation", "turned"), [(0, False), (9, False), (65_535, False), (3, True)])
def test_an_orientation_that_means_nothing_turns_nothing_and_that_is_not_told(tmp_path, orientation, turned):
    exif = Image.Exif()
    exif[picture_file.ORIENTATION] = orientation
    source = catalog.opened(catalog.find(pictures(tmp_path / "a", "jpg", exif=exif)), tmp_path / "a")
    assert any("turned" in note for note in source.notes) is turned


def test_a_tiff_whose_second_picture_has_no_size(tmp_path, store):
    pictures(tmp_path / "a", "tif")
    path = tmp_path / "a" / "0.tif"
    content = bytearray(path.read_bytes())
    first = int.from_bytes(content[4:8], "little")
    after = first + 2 + 12 * int.from_bytes(content[first : first + 2], "little")  # where the place of the second is
    content[after : after + 4] = len(content).to_bytes(4, "little")
    path.write_bytes(content + bytes(6))  # a directory without entries
    refused(f"images:{tmp_path}/a", store, "0.tif: must be a readable picture, but Missing dimensions")


def test_what_pillow_warns_of_is_not_printed(tmp_path):
    pictures(tmp_path / "a", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff")
    with warnings.catch_warnings(action="error"):
        catalog.opened(catalog.find(f"images:{tmp_path}/a"), tmp_path / "a")


def test_a_range_that_no_picture_needs_is_refused(tmp_path, store):
    refused(pictures(tmp_path / "a"), store, "range is for grey pictures of more than 8 bits", range=(0, 100))


@pytest.mark.parametrize("group", [r"(x)?\d", r"(\d*)$", "", "^"])
def test_a_group_that_finds_nothing_in_a_name_is_no_group(tmp_path, store, group):
    refused(pictures(tmp_path / "a"), store, "must have a name in which group .* finds something", group=group)


def test_a_pattern_that_takes_forever_is_stopped(tmp_path, store, monkeypatch):
    monkeypatch.setattr(picture_groups, "PATIENCE", 0.2)
    pictures(tmp_path / "a")
    for number in range(14):
        (tmp_path / "a" / f"{number}.png").rename(tmp_path / "a" / f"{'a' * (40 + number)}!.png")
    refused(f"images:{tmp_path}/a", store, "group must find something in all names within 0.2 s", group="(a+)+$")


def test_a_picture_that_gets_another_size_while_it_is_read_is_not_scaled(tmp_path):
    row = catalog.find(pictures(tmp_path / "a"))
    source = catalog.opened(row, tmp_path / "a")
    Image.new("L", (9, 12)).save(tmp_path / "a" / "3.png")
    with pytest.raises(InputError, match=r"3.png: must not change while it is read, was 8 x 8, is 12 x 9"):
        list(source.parts[0].blocks())


def test_a_table_that_grows_while_it_is_read_is_refused(tmp_path, store, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text(14 * ("1," * 63 + "0\n"))

    def assigned(name, source, real=splits.assign):
        path.write_text(20 * ("1," * 63 + "0\n"))
        return real(name, source)

    monkeypatch.setattr(splits, "assign", assigned)
    refused(f"csv:{path}", store, "must not change while it is read, had 14 images, gave 20")


def test_one_file_is_not_for_training_and_testing(tmp_path, store):
    (tmp_path / "latest_train.csv").write_text(14 * ("1," * 63 + "0\n"))
    refused(f"csv:{tmp_path}", store, "latest_train.csv has both train and test in its name")
    (tmp_path / "latest-train-images-idx3-ubyte").write_bytes(b"")
    (tmp_path / "latest-train-labels-idx1-ubyte").write_bytes(b"")
    refused(f"idx:{tmp_path}", store, "latest-train-images-idx3-ubyte must have one of train and test in its name")


def test_a_range_is_repeated_to_the_last_digit():
    assert words({"range": (-0.1, 16_777_215)}) == ["--range", "-0.1,16777215"]


@pytest.mark.parametrize(
    "change",
    [
        *({"files": 5}, {"files": []}, {"files": dict.fromkeys(array_folder.FILES)}, {"counts": 5}, {"counts": {}}),
        *({"classes": 5}, {"notes": 5}, None),
    ],
)
def test_a_description_of_prepared_data_that_is_none_is_made_again(tmp_path, store, change):
    np.save(tmp_path / "train_images.npy", IMAGES)
    found = data.prepare(f"npy:{tmp_path}", data_dir=None, store=store)
    path = found.folder / "info.json"
    path.write_text("[" * 100_000 if change is None else json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(InputError, match=r"info.json: must (have|be) "):
        array_folder.info(found.folder)
    assert data.prepare(f"npy:{tmp_path}", data_dir=None, store=store) == found


def test_an_entry_of_the_index_that_is_none_costs_a_decoding_and_no_more(tmp_path, store):
    store.mkdir()
    (store / "data-index.json").write_text('{"a": {"sha256": 5, "notes": []}, "b": {"sha256": "x", "notes": 3}}')
    index.remember(store, "c", "x", ())
    assert index.find(store, "a") is index.find(store, "b") is None
    assert index.find(store, "c") == index.Entry("x", ())
