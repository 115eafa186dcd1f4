"""Images from a user's own function: what is kept of them, what they become, and one line for what it does wrong."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmdvae.data import adapter, array_folder, catalog, prepare
from mmdvae.data.catalog import Own
from mmdvae.data.kinds import adapter as kind
from mmdvae.data.kinds import npy
from mmdvae.data.options import DataOptions
from mmdvae.data.splits import SPLITS
from mmdvae.errors import InputError
from mmdvae.jobs import child, request, store
from mmdvae.plugins import source

HEAD = """import itertools
import os
from pathlib import Path

import numpy as np
from PIL import Image

NOISE = np.random.default_rng(0).integers(0, 256, (30, 12, 10, 3), np.uint8)
ALL = list(enumerate(NOISE))


"""
NOISE = np.random.default_rng(0).integers(0, 256, (30, 12, 10, 3), np.uint8)
GOOD = 'return {"train": zip(NOISE[:20], [0, 1] * 10), "test": zip(NOISE[20:], [0, 1] * 5), "classes": ["a", "b"]}'


def both(pairs):
    return f'pairs = {pairs}\nreturn {{"train": pairs[:20], "test": pairs[20:], "classes": ["a", "b"]}}'


@pytest.fixture(autouse=True)
def own_modules(monkeypatch):
    """What user code puts into this process is taken out again; elsewhere it has a process of its own."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if "adapter-" in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.fixture
def give(run):
    """Run `def load()` with this body; the row of what it gives, in the store."""

    def give(body, **more):
        return run(HEAD + "def load():\n" + "".join(f"    {line}\n" for line in body.splitlines()), **more)

    return give


@pytest.fixture
def run(tmp_path, store):
    """Run this text as load.py:load, as a child process does."""

    def run(text, say=lambda event: None, **options):
        (tmp_path / "load.py").write_text(text)
        row = catalog.find(f"{tmp_path}/load.py:load", DataOptions(**options))
        found = source.find(row.code, Path())
        asked = request.make(
            "adapter", store, name=found.name, sources=found.files, imports={}, options=row.options.given
        )
        child.run(asked | {"place": str(tmp_path)}, say)
        return Own(kind=row.kind, path=row.path, options=row.options, made=Path(asked["folder"]))

    return run


def arrays(found):
    return {split: array_folder.open_split(found.folder, split) for split in SPLITS}


def test_what_it_gives_becomes_a_data_set_like_any_other(give, store, tmp_path):
    found = prepare.prepare(give(GOOD), data_dir=None, store=store)
    assert (found.name, found.shape, found.classes) == ("load.py:load", (12, 10, 3), ("a", "b"))
    assert (found.train, found.valid, found.test) == (18, 2, 10)
    images = {split: pixels for split, (pixels, _) in arrays(found).items()}
    np.testing.assert_array_equal(np.concatenate([images[split] for split in SPLITS]), NOISE)
    np.testing.assert_array_equal(arrays(found)["test"][1], [0, 1] * 5)
    (note,) = found.notes
    assert note.startswith("given by load.py (13 lines, sha256 ")
    (tmp_path / "same").mkdir()
    for name, part, labels in (("train", NOISE[:20], [0, 1] * 10), ("test", NOISE[20:], [0, 1] * 5)):
        np.save(tmp_path / f"same/{name}_images.npy", part)
        np.save(tmp_path / f"same/{name}_labels.npy", labels)
    same = prepare.prepare(f"npy:{tmp_path / 'same'}", data_dir=None, store=tmp_path / "other")
    assert {split: pixels.tobytes() for split, (pixels, _) in arrays(same).items()} == {
        split: pixels.tobytes() for split, pixels in images.items()
    }


def test_its_files_have_the_layout_of_the_kind_npy(give):
    made = give(GOOD).made
    assert [Path(file).name for file in npy.files(made)] == [
        "train_images.npy",
        "train_labels.npy",
        "test_images.npy",
        "test_labels.npy",
    ]
    assert set(store_files(made)) == {*(Path(file).name for file in kind.files(made)), "code/load.py"}


def store_files(folder):
    assert store.read(folder) is not None  # every file has its digest
    return array_folder.read_json(folder / "result.json")["files"]


def test_it_runs_once_and_in_the_folder_of_its_file(give, tmp_path, monkeypatch):
    (tmp_path / "beside.txt").write_text("7")
    body = f"""with open("ran.txt", "a") as file:
    file.write("once ")
count = int(Path("beside.txt").read_text())
{GOOD.replace("[:20]", "[: count + 13]")}"""
    monkeypatch.chdir("/")
    first = give(body)
    assert give(body) == first
    assert (tmp_path / "ran.txt").read_text() == "once "
    assert Path.cwd() == Path("/")


def test_parts_labels_and_validation_images_may_be_anything_that_can_be_iterated(give, store):
    body = """class Rows:
    def __len__(self): return 10
    def __getitem__(self, row):
        if row == 10: raise IndexError(row)
        return [NOISE[row], "b" if row % 2 else "a"]
return {
    "train": Rows(),
    "valid": ((Image.fromarray(image), np.int64(1)) for image in NOISE[10:14]),
    "test": [(image, np.array(0)) for image in NOISE[20:]],
    "classes": ("a", "b"),
}"""
    found = prepare.prepare(give(body), data_dir=None, store=store)
    assert (found.train, found.valid, found.test) == (10, 4, 10)
    assert [labels.tolist() for _, labels in arrays(found).values()] == [[0, 1] * 5, [1] * 4, [0] * 10]


def test_images_without_labels_are_of_one_class(give, store):
    body = both("[(image, None) for image in NOISE]")
    assert prepare.prepare(give(body), data_dir=None, store=store).classes == ("all",)


def test_one_buffer_that_is_filled_again_and_again_gives_different_images(give, store):
    body = """def pairs(images):
    buffer = np.empty((12, 10, 3), np.uint8)
    for image in images:
        buffer[:] = image
        yield buffer, None
return {"train": pairs(NOISE[:20]), "test": pairs(NOISE[20:])}"""
    found = prepare.prepare(give(body), data_dir=None, store=store)
    np.testing.assert_array_equal(arrays(found)["test"][0], NOISE[20:])


PICTURES = """def picture(number):
    image = Image.fromarray(NOISE[number])
    return image.resize((20 + number % 2, 16)) if number else Image.new("RGBA", (30, 20), (255, 0, 0, 0))
pairs = [(picture(number), None) for number in range(30)]
return {"train": pairs[:20], "test": pairs[20:]}"""


def test_pictures_are_scaled_and_converted_as_those_in_files(give, store, tmp_path):
    found = prepare.prepare(give(PICTURES, size=(16, 16), fit="pad", colour="grey"), data_dir=None, store=store)
    assert found.shape == (16, 16, 1)
    assert found.notes[1:] == (
        "colour made grey: 30 images",
        "scaled to 16 x 16 (pad): 30 images",
        "transparency put on white: 1 image",
    )
    (tmp_path / "train").mkdir()
    picture = Image.fromarray(NOISE[3]).resize((21, 16))
    picture.save(tmp_path / "train" / "3.png")
    for number in range(24):
        Image.fromarray(NOISE[number]).save(tmp_path / "train" / f"other{number}.png")
    row = catalog.find(f"images:{tmp_path / 'train'}", DataOptions(size=(16, 16), fit="pad", colour="grey"))
    files = arrays(prepare.prepare(row, data_dir=None, store=store))
    ours = arrays(found)["train"][0][3].tobytes()
    assert ours in {image.tobytes() for images, _ in files.values() for image in images}


def test_numbers_become_bytes_by_a_range_and_black_and_white_without(give, store):
    body = both("[(image[..., :1] / 255.0 * 3, None) for image in NOISE]")
    found = prepare.prepare(give(body, range=(0, 2)), data_dir=None, store=store)
    exact = np.rint(np.clip(NOISE[20:, ..., 0] / 255.0 * 3, 0, 2) * 127.5).astype(np.uint8)
    np.testing.assert_array_equal(arrays(found)["test"][0], exact)
    outside = int((NOISE[..., 0] / 255.0 * 3 > 2).sum())
    assert found.notes[1:] == (f"{outside:,} values outside of the range 0 to 2 were cut off to it",)
    body = both("[(image[..., 0] > 99, None) for image in NOISE]")
    found = prepare.prepare(give(body), data_dir=None, store=store)
    np.testing.assert_array_equal(arrays(found)["test"][0], 255 * (NOISE[20:, ..., 0] > 99))
    assert found.notes[1:] == ("0 and 1 became black and white: 30 images",)


@pytest.mark.parametrize(
    ("body", "options", "message"),
    [
        ("return NOISE", {}, r"must return \{.train.: pairs, .*; got ndarray"),
        ('return {"train": []}', {}, "must return .*; has no test"),
        ('return {"train": [], "test": [], "val": []}', {}, "must return .*; got the key 'val'"),
        ('return {"train": 3, "test": []}', {}, "train must be an iterable of .image, label or None., got int"),
        ('return {"train": [], "test": []}', {}, "train must have at least 2 images, has 0"),
        (both("[(NOISE[0], 0)] * 21"), {}, "test must have at least 2 images, has 1"),
        (both("list(NOISE)"), {}, r"train\[0\] must be \(image, label or None\), got ndarray"),
        (both("[(1, 2, 3)] * 30"), {}, r"train\[0\] must be \(image, label or None\), got tuple of 3"),
        (both("[('a.png', 0)] * 30"), {}, r"train\[0\]: image: must be a numpy array .* picture of Pillow's, got str"),
        (both("[(i / 255, 0) for i in NOISE]"), {}, r"image: must be uint8, got float64; --range LOW,HIGH says"),
        (both("[(i.astype('c8'), 0) for i in NOISE]"), {"range": (0, 1)}, "must be uint8, got complex64"),
        (both("[(i * np.nan, 0) for i in NOISE]"), {"range": (0, 1)}, r"train\[0\]: image: must be numbers, has NaN"),
        (both("[(i.transpose(2, 0, 1), 0) for i in NOISE]"), {}, r"channels last; got \(3, 12, 10\)"),
        (both("[(i[:4], 0) for i in NOISE]"), {}, "images must have 8 to 256 pixels a side, got 4 x 10; --size HxW"),
        (both("[(i[: 8 + n // 9], 0) for n, i in ALL]"), {}, r"train\[9\].* 9 x 10 colour, train\[0\].* 8 x 10"),
        (both("[(i if n else i[..., 0], 0) for n, i in ALL]"), {}, r"train\[1\]: .* --colour rgb must be given"),
        (both("[(i % 2, 0) for i in NOISE]"), {}, "must have bytes of 0 to 255, the largest of all is 1; .* are bool"),
        (both("[(i, 0) for i in NOISE]"), {"range": (0, 1)}, "range is for numbers that are no bytes, .* none"),
        (both("[(Image.new('CMYK', (9, 9)), 0)] * 30"), {}, "must be grey, RGB or a palette, is mode CMYK"),
        (both("[(i, n) for n, i in ALL]"), {}, r"train\[2\]: label must be one of the 2 classes, .* got 2"),
        (both("[(i, -1) for i in NOISE]"), {}, "label must be one of the 2 classes, .* got -1"),
        (both("[(i, 'c') for i in NOISE]"), {}, "label must be one of the 2 classes, by name .* got 'c'"),
        (both("[(i, 0.5) for i in NOISE]"), {}, "label must be one of the 2 classes, .* got 0.5"),
        (both("[(i, [1] if n else None) for n, i in ALL]"), {}, "all images must have a label or none may"),
        ('return {"train": [(NOISE[0], 0)], "test": []}', {}, "label must be of classes, which are not given"),
        ('return {"train": [], "test": [], "classes": "ab"}', {}, "classes must be a list of names, got 'ab'"),
        ('return {"train": [], "test": [], "classes": ["a", "a"]}', {}, "classes must be different names"),
        ('return {"train": [], "test": [], "classes": list(map(str, range(257)))}', {}, "at most 256, got 257"),
        ("import nothing_there", {}, "must run, but raises ModuleNotFoundError: No module named .* load.py line 13"),
        ("raise SystemExit(3)", {}, "must run, but raises SystemExit: 3, in load.py line 13"),
        (both("(n for n in [1 / 0])"), {}, "raises ZeroDivisionError: division by zero, in load.py line 13"),
        ('return {"train": (1 / n for n in [0]), "test": []}', {}, "ZeroDivisionError: .*, in load.py line 13"),
    ],
)  # fmt: skip
def test_what_it_does_wrong_is_one_line_and_nothing_of_it_is_used(give, store, body, options, message):
    with pytest.raises(ValueError, match=message) as caught:
        give(body, **options)
    assert str(caught.value).startswith("load.py:load: ")
    assert "\n" not in str(caught.value)
    (folder,) = store.glob("adapter-*")
    assert not (folder / "result.json").exists()


def test_a_function_that_never_ends_is_stopped_by_the_number_of_images_or_by_the_disk(give, store, monkeypatch):
    endless = 'return {"train": ((image, None) for image in itertools.cycle(NOISE)), "test": []}'
    monkeypatch.setattr(adapter, "MAX_ITEMS", 500)
    with pytest.raises(InputError, match="train must have at most 500 images, but does not end there"):
        give(endless)
    monkeypatch.setattr(adapter, "BLOCK", 3600)
    usage = adapter.shutil.disk_usage(".")
    monkeypatch.setattr(adapter.shutil, "disk_usage", lambda _: usage._replace(free=20_000))
    with pytest.raises(InputError, match=r"load.py:load: its images need more than 0.0 GB, of which .* free after 50 "):
        give(endless)


def test_a_full_disk_is_one_line(give, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(adapter, "_write_header", full)
    with pytest.raises(InputError, match="load.py:load: what it gives cannot be written, for No space left on device"):
        give(GOOD)


def test_memory_is_bounded_by_a_block_and_progress_is_told(give, monkeypatch):
    """Written in blocks of two images, so that the length of the first header cannot matter."""
    monkeypatch.setattr(adapter, "BLOCK", 2 * 12 * 10 * 3)
    monkeypatch.setattr(adapter, "OFTEN", 0)
    events = []
    made = give(
        GOOD.replace("zip(NOISE[:20], [0, 1] * 10)", "list(zip(NOISE[:20], [0, 1] * 10))"), say=events.append
    ).made
    np.testing.assert_array_equal(np.load(made / "train_images.npy"), NOISE[:20])
    assert events[-1] == {"event": "decode", "done": 30, "total": 0}  # a zip has no length


def test_what_was_given_is_found_again_without_its_folder_and_forgotten_when_asked(give, store):
    row = give(GOOD)
    found = prepare.prepare(row, data_dir=None, store=store)
    for file in sorted(row.made.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    row.made.rmdir()
    assert prepare.known(row, None, store) == found
    prepare.forget(row, store)
    assert prepare.known(row, None, store) is None
    with pytest.raises(InputError, match="load.py:load: code .* is missing: what it gives is not in the store"):
        prepare.prepare(row, data_dir=None, store=store)


def test_arrays_of_an_earlier_time_are_not_taken_for_this_time(give, store, tmp_path):
    body = f"""found = {GOOD.removeprefix("return ")}
if os.path.exists("valid"):
    found["valid"] = zip(NOISE[:9], [0] * 9)
return found"""
    (tmp_path / "valid").touch()
    row = give(body)
    assert prepare.prepare(row, data_dir=None, store=store).valid == 9
    (tmp_path / "valid").unlink()
    (row.made / "result.json").unlink()
    prepare.forget(row, store)
    assert prepare.prepare(give(body), data_dir=None, store=store).valid == 2


def test_a_kind_in_front_of_the_colon_is_no_code():
    assert catalog.find("npz:load.py:load").kind == "npz"
    assert catalog.find("images:a/load.py:load").kind == "images"
    assert catalog.find("a/load.py:load").code == "a/load.py:load"
    for wrong in ("adapter:load.py", "adapter", "digits:load.py:load", "load.py", "load.py:", "load:load"):
        with pytest.raises(InputError, match="unknown dataset .*, FILE.py:FUNCTION"):
            catalog.find(wrong)
    with pytest.raises(InputError, match="group is for images:DIR, got it with dataset load.py:load"):
        catalog.find("load.py:load", DataOptions(group="a"))


PAGE = Path(__file__).parents[3] / "docs/adapters.md"
RECIPES = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


def test_the_first_recipe_of_the_page_runs_as_it_is(run, store, tmp_path):
    table = ["file,kind,part"]
    for number in range(24):
        Image.fromarray(NOISE[number]).resize((10 + number % 3, 9)).save(tmp_path / f"{number}.png")
        table.append(f"{number}.png,{('cat', 'dog')[number % 2]},{('test', 'train')[number < 16]}")
    (tmp_path / "labels.csv").write_text("\n".join(table))
    found = prepare.prepare(run(RECIPES[0], size=(16, 12)), data_dir=None, store=store)
    assert (found.shape, found.classes, found.train, found.test) == ((16, 12, 3), ("cat", "dog"), 14, 8)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.split()[1])
def test_every_recipe_of_the_page_is_a_short_file_that_is_read_as_one(recipe, tmp_path):
    (tmp_path / "load.py").write_text(recipe)
    assert list(source.find("load.py:load", tmp_path).files) == ["load.py"]
    assert len([line for line in recipe.splitlines() if line]) <= 10
