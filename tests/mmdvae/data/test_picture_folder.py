"""Folders of pictures: classes, splits, and that no file is skipped silently."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from image_sets import some_images
from PIL import Image

from mmdvae.data import array_folder, catalog, sources, splits
from mmdvae.data import prepare as data
from mmdvae.data.kinds.picture_tree import FORMATS
from mmdvae.errors import InputError


def prepare(name, store):
    return data.prepare(name, data_dir=None, store=store)


def pictures(folder, kinds=("bag", "coat"), count=13):
    for number, image in enumerate(some_images(len(kinds) * count)):
        path = folder / kinds[number % len(kinds)] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path)
    return f"images:{folder}"


def test_each_sub_folder_is_a_class_and_a_sixth_of_each_is_for_testing(tmp_path, store):
    got = prepare(pictures(tmp_path / "mine"), store)
    assert got.name == "images:mine"
    assert got.classes == ("bag", "coat")
    assert (got.train, got.valid, got.test) == (20, 2, 4)
    assert sorted(array_folder.open_split(got.folder, "test")[1]) == [0, 0, 1, 1]
    everything = np.concatenate([array_folder.open_split(got.folder, split)[0] for split in ("train", "valid", "test")])
    labels = np.concatenate([array_folder.open_split(got.folder, split)[1] for split in ("train", "valid", "test")])
    label = {image.tobytes(): number % 2 for number, image in enumerate(some_images(26))}
    assert {image.tobytes() for image in everything} == set(label)
    assert [label[image.tobytes()] for image in everything] == labels.tolist()


def test_a_copied_folder_is_split_alike(tmp_path, store):
    one = prepare(pictures(tmp_path / "mine"), store)
    shutil.copytree(tmp_path / "mine", tmp_path / "copy")
    assert prepare(f"images:{tmp_path / 'copy'}", store).sha256 == one.sha256


def test_training_images_are_mixed_so_that_validation_is_not_one_class(tmp_path):
    row = catalog.find(pictures(tmp_path / "mine", count=40))
    (part,) = catalog.opened(row, row.path).parts
    assert set(part.labels[splits.assign("", catalog.opened(row, row.path))[0] == splits.VALID]) == {0, 1}


def test_a_flat_folder_is_one_class(tmp_path, store):
    got = prepare(pictures(tmp_path / "mine", kinds=("",)), store)
    assert got.classes == ("all",)
    assert got.test == 2


def test_other_files_in_the_folder_are_let_be(tmp_path, store):
    name = pictures(tmp_path / "mine")
    one = prepare(name, store).sha256
    (tmp_path / "mine" / "README.txt").write_text("mine")
    (tmp_path / "mine" / "bag" / "._0.png").write_text("what a Mac leaves")
    assert prepare(name, store).sha256 == one


def _save(size=(28, 28), mode="L"):
    return lambda path: Image.new(mode, size).save(path)


BAD_PICTURES = {
    "another size": (
        _save(size=(28, 27)),
        r"of one size, or --size HxW .* are 27 x 28 \(bag/0.png\) to 28 x 28 \((bag|coat)/\d+.png\)",
    ),
    "colours": (_save(mode="RGB"), "--colour grey or --colour rgb must be given; 25 are grey, 1 in colour"),
    "four inks": (
        lambda path: Image.new("CMYK", (28, 28)).save(path, "JPEG"),
        "0.png: must be grey, RGB or a palette, is mode CMYK; convert it",
    ),
    "16 bits": (_save(mode="I;16"), r"0.png: must have 8 bits a pixel, is mode I;16; --range LOW,HIGH"),
    "rubbish": (lambda path: path.write_bytes(b"rubbish"), "0.png: must be a readable picture"),
    "half a picture": (lambda path: path.write_bytes(path.read_bytes()[:200]), "0.png: must be a readable picture"),
    "several in one": (
        lambda path: Image.new("L", (28, 28)).save(path, "TIFF", save_all=True, append_images=[Image.new("L", (9, 9))]),
        "0.png: must be one picture, has 2 frames",
    ),
}


@pytest.mark.parametrize(("spoil", "message"), BAD_PICTURES.values(), ids=BAD_PICTURES.keys())
def test_a_wrong_picture_is_refused_by_name(tmp_path, store, spoil, message):
    name = pictures(tmp_path / "mine")
    spoil(tmp_path / "mine" / "bag" / "0.png")
    with pytest.raises(InputError, match=message):
        prepare(name, store)


def test_a_folder_that_is_neither_flat_nor_sorted_is_refused(tmp_path, store):
    name = pictures(tmp_path / "mine")
    _save()(tmp_path / "mine" / "stray.png")
    with pytest.raises(InputError, match="all in sub-folders or all in none, has both"):
        prepare(name, store)


def test_too_few_pictures_are_refused(tmp_path, store):
    name = pictures(tmp_path / "mine", count=1)
    with pytest.raises(InputError, match="at least two images of one class, has 2 in all"):
        prepare(name, store)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="empty is missing"):
        prepare(f"images:{tmp_path / 'empty'}", store)


def parts(folder, names=("train", "test")):
    """The same classes in a training and a test folder."""
    for name in names:
        pictures(folder / name)
    return f"images:{folder}"


@pytest.mark.parametrize("names", [("train", "test"), ("Training", "TESTING")])
def test_train_and_test_are_the_parts_of_a_set_and_no_classes(tmp_path, store, names):
    got = prepare(parts(tmp_path / "mine", names), store)
    assert got.classes == ("bag", "coat")
    assert (got.train + got.valid, got.test) == (26, 26)


def test_the_parts_of_a_set_without_classes(tmp_path, store):
    for name in ("train", "test"):
        pictures(tmp_path / "mine" / name, kinds=("",))
    got = prepare(f"images:{tmp_path / 'mine'}", store)
    assert (got.classes, got.train + got.valid, got.test) == (("all",), 13, 13)


def _add(folder):
    return lambda mine: pictures(mine / folder, kinds=("bag", "coat"))


def _link(folder, to):
    def link(mine):
        pictures(mine)
        (mine / folder).symlink_to(mine / to)

    return link


AMBIGUOUS = {
    "two parts alike": (lambda mine: parts(mine, ("train", "test", "val", "valid")), "must have the folders train and"),
    "only one part": (lambda mine: parts(mine, ("train", "bus")), "no other .* has bus, train; rename them if they"),
    "no test part": (lambda mine: parts(mine, ("train", "val")), "no other .* has train, val; rename them if they"),
    "parts and pictures": (lambda mine: (parts(mine), pictures(mine, kinds=("",))), "folders train and test, may have"),
    "a class for testing alone": (
        lambda mine: (parts(mine), pictures(mine / "test", kinds=("hat",))),
        "every class must have training pictures, 'hat' is for testing alone",
    ),
    "classes below other folders": (lambda mine: parts(mine, ("fold1", "fold2")), "but (bag|coat) is in several"),
    "one folder too high": (_add("mine"), "has one with others; name .*/mine/mine$"),
    "an empty class": (lambda mine: (pictures(mine), (mine / "hat").mkdir()), "hat: must hold pictures, has none"),
    "a class of text": (
        lambda mine: (pictures(mine), (mine / "hat").mkdir(), (mine / "hat" / "a.txt").write_text("a")),
        "hat: must hold pictures, has none",
    ),
    "a picture that is not read": (
        lambda mine: (pictures(mine), (mine / "bag" / "0.heic").write_bytes(b"0")),
        "0.heic: pictures must be one of .png, .jpg",
    ),
    "a link that leads nowhere": (_link("bag/x.png", "gone.png"), "x.png: .* a link that leads nowhere"),
    "a circle": (_link("bag/again", "."), "again: must not be a link to a folder that it lies in"),
    "a class nobody can write down": (
        lambda mine: pictures(mine, kinds=("bag", os.fsdecode(b"caf\xe9"))),
        "caf\ufffd: a class must have a name in UTF-8",
    ),
}


@pytest.mark.parametrize(("make", "message"), AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_what_is_ambiguous_or_would_be_lost_is_refused(tmp_path, store, make, message):
    make(tmp_path / "mine")
    with pytest.raises(InputError, match=message):
        prepare(f"images:{tmp_path / 'mine'}", store)


def test_linked_folders_and_files_are_used(tmp_path, store):
    name = pictures(tmp_path / "mine")
    here = prepare(name, store).sha256
    (tmp_path / "mine" / "coat").rename(tmp_path / "elsewhere")
    (tmp_path / "mine" / "coat").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "mine" / "bag" / "0.png").rename(tmp_path / "0.png")
    (tmp_path / "mine" / "bag" / "0.png").symlink_to(tmp_path / "0.png")
    assert prepare(name, store).sha256 == here


@pytest.mark.parametrize("suffix", [".bmp", ".TIF", ".pgm", ".png.bak", ""])
def test_pictures_of_other_formats_and_odd_names_are_used(tmp_path, store, suffix):
    pictures(tmp_path / "mine")
    here = prepare(f"images:{tmp_path / 'mine'}", store)
    for path in (tmp_path / "mine" / "coat").iterdir():
        format = FORMATS.get(suffix.lower(), "PNG")
        Image.open(path).save(path.with_suffix(suffix), format)
        path.unlink()
    got = prepare(f"images:{tmp_path / 'mine'}", store)
    assert (got.train, got.valid, got.test, got.classes) == (here.train, here.valid, here.test, here.classes)


def test_what_is_left_out_is_counted(tmp_path):
    name = pictures(tmp_path / "mine")
    for left in ("README.txt", "bag/list.txt", "bag/._0.png", "Thumbs.db", "Makefile"):
        (tmp_path / "mine" / left).write_text("no picture")
    os.mkfifo(tmp_path / "mine" / "pipe")
    (found,) = sources.survey(name, None)
    assert found.detail == "26 pictures in 2 classes; left out: 1 .db, 2 .txt, 1 hidden, 1 special, 1 without suffix"


def test_names_in_no_encoding_are_used(tmp_path, store):
    name = pictures(tmp_path / "mine")
    (tmp_path / "mine" / "bag" / "0.png").rename(tmp_path / "mine" / "bag" / os.fsdecode(b"caf\xe9.png"))
    got = prepare(name, store)
    assert got.train + got.valid + got.test == 26
    assert prepare(name, store) == got


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("closed", ["bag", "bag/0.png"])
def test_what_cannot_be_read_is_an_error_and_no_smaller_set(tmp_path, closed):
    pictures(tmp_path / "mine")
    (tmp_path / "mine" / closed).chmod(0)
    code = f"""
import os, sys
from mmdvae.data import catalog
row = catalog.find("images:{tmp_path / "mine"}")
catalog.opened(row, row.path)  # root may; this loads what Pillow and Python load late, and nobody else may
os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    catalog.opened(row, row.path)
except ValueError as error:
    print(type(error).__name__, error)
"""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.owner() == "root" and "pytest" in str(folder):
            folder.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3]
    )
    assert f"InputError {tmp_path / 'mine' / closed}: must be a" in done.stdout
    assert "Permission denied" in done.stdout
