"""Pictures as they come: sizes, colours, transparency, EXIF, .zip files; and that nothing is done to them untold."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmdvae.data import array_folder, catalog
from mmdvae.data import prepare as data
from mmdvae.data.kinds import picture_places
from mmdvae.data.options import DataOptions
from mmdvae.errors import InputError

RNG = np.random.default_rng(0)


def noise(height, width, channels=3):
    return RNG.integers(0, 256, (height, width, channels) if channels > 1 else (height, width), np.uint8)


def folder(place: Path, count=12, size=(16, 12), channels=3, suffix=".png"):
    """A flat folder of different pictures."""
    place.mkdir(parents=True)
    for number in range(count):
        Image.fromarray(noise(*size, channels)).save(place / f"{number}{suffix}")
    return place


def prepared(place: Path, store: Path, **options):
    return data.prepare(catalog.find(f"images:{place}", DataOptions(**options)), data_dir=None, store=store)


def everything(found):
    return np.concatenate([array_folder.open_split(found.folder, split)[0] for split in array_folder.SPLITS])


@pytest.mark.parametrize(("size", "channels"), [((8, 8), 1), ((37, 50), 3), ((96, 64), 1), ((256, 256), 3)])
def test_pictures_of_one_size_keep_it(tmp_path, store, size, channels):
    found = prepared(folder(tmp_path / "mine", size=size, channels=channels), store)
    assert found.shape == (*size, channels)
    assert data.from_folder(found.folder).shape == found.shape
    kept = {image.tobytes() for image in everything(found)}
    assert kept == {np.asarray(Image.open(path)).tobytes() for path in (tmp_path / "mine").iterdir()}
    assert found.notes == ("12 pictures in 1 class",)


@pytest.mark.parametrize("size", [(7, 12), (300, 12)])
def test_pictures_that_are_too_small_or_large_are_refused_and_can_be_scaled(tmp_path, store, size):
    place = folder(tmp_path / "mine", size=size)
    with pytest.raises(InputError, match=f"must have 8 to 256 pixels a side, got {size[0]} x 12; --size HxW scales"):
        prepared(place, store)
    assert prepared(place, store, size=(16, 16)).shape == (16, 16, 3)


def test_sizes_that_differ_are_made_one_and_counted(tmp_path, store):
    place = folder(tmp_path / "mine", size=(32, 64))
    Image.fromarray(noise(8, 8)).save(place / "small.png")
    Image.fromarray(noise(24, 16)).save(place / "right.png")
    with pytest.raises(InputError, match=r"they are 8 x 8 \(small.png\) to 32 x 64 \(\d+.png\)"):
        prepared(place, store)
    found = prepared(place, store, size=(24, 16))
    assert found.shape == (24, 16, 3)
    assert found.notes[1:] == ("scaled from 8 x 8 to 32 x 64 to 24 x 16 (crop): 13 pictures, 1 of them enlarged",)


@pytest.mark.parametrize(
    ("fit", "columns"),
    [
        ("crop", [200] * 16),  # the middle, and no black
        ("pad", [0] * 4 + [200] * 8 + [0] * 4),  # 32 x 16 becomes 16 x 8
        ("stretch", [200] * 16),
    ],
)
def test_the_fit_says_what_becomes_of_the_shape(tmp_path, store, fit, columns):
    place = tmp_path / "mine"
    place.mkdir()
    for number in range(12):
        Image.new("L", (16, 32), 200).save(place / f"{number}.png")
    image = everything(prepared(place, store, size=(16, 16), fit=fit))[0]
    np.testing.assert_array_equal(image[8], columns)
    tall = np.zeros((32, 16), np.uint8)
    tall[:8] = 255  # a quarter at the top
    Image.fromarray(tall).save(place / "0.png")
    images = everything(prepared(place, store, size=(16, 16), fit=fit))
    bright = {"crop": 0, "pad": 4 * 8, "stretch": 4 * 16}[fit]
    assert any(abs(int((image > 250).sum()) - bright) <= 16 and image.min() == 0 for image in images)


def test_grey_and_colour_together_need_a_word(tmp_path, store):
    place = folder(tmp_path / "mine")
    grey = noise(16, 12, 1)
    Image.fromarray(grey).save(place / "grey.png")
    with pytest.raises(InputError, match="1 are grey, 12 in colour"):
        prepared(place, store)
    found = prepared(place, store, colour="rgb")
    assert found.notes[1:] == ("grey made RGB: 1 picture",)
    assert np.repeat(grey[..., None], 3, axis=2).tobytes() in {image.tobytes() for image in everything(found)}
    found = prepared(place, store, colour="grey")
    assert (found.shape, found.notes[1:]) == ((16, 12, 1), ("colour made grey: 12 pictures",))
    assert grey.tobytes() in {image.tobytes() for image in everything(found)}


def test_transparent_pixels_are_white_and_palettes_are_looked_up(tmp_path, store):
    place = folder(tmp_path / "mine", size=(8, 8))
    clear = noise(8, 8, 4)
    clear[..., 3] = np.where(np.arange(8) < 4, 255, 0)
    Image.fromarray(clear, "RGBA").save(place / "clear.png")
    palette = Image.fromarray(noise(8, 8)).quantize(7)
    palette.save(place / "palette.png")
    found = prepared(place, store)
    assert found.notes[1:] == ("palettes converted: 1 picture", "transparency put on white: 1 picture")
    kept = {image.tobytes() for image in everything(found)}
    clear[:, 4:] = 255
    assert clear[..., :3].tobytes() in kept
    assert np.asarray(palette.convert("RGB")).tobytes() in kept


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
def test_pictures_are_turned_as_their_camera_was(tmp_path, store, suffix):
    place = folder(tmp_path / "mine", size=(16, 12), suffix=suffix)
    upright = np.zeros((16, 12, 3), np.uint8)
    upright[:8] = 255  # bright above
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it right by 90 degrees to see it upright
    lying = Image.fromarray(np.rot90(upright).copy())
    lying.save(place / f"lying{suffix}", exif=exif, **({"lossless": True} if suffix == ".webp" else {}))
    found = prepared(place, store)
    assert found.shape == (16, 12, 3)
    assert found.notes[1:] == ("turned as their EXIF data say: 1 picture",)
    closest = min(np.abs(image.astype(int) - upright).max() for image in everything(found))
    assert closest <= (40 if suffix == ".jpg" else 0)


def test_more_than_eight_bits_are_scaled_by_a_range_and_counted(tmp_path, store):
    place = tmp_path / "mine"
    place.mkdir()
    for number in range(12):
        deep = np.full((8, 8), 80 * number, np.uint16)
        deep[0, 0] = 1100
        Image.fromarray(deep).save(place / f"{number}.png")
    found = prepared(place, store, range=(0, 1000))
    assert found.notes[1:] == (
        "more than 8 bits a channel scaled to 8: 12 pictures",
        "12 values outside of the range 0 to 1000 were cut off to it",
    )
    assert sorted({int(image[1, 1]) for image in everything(found)}) == [
        round(80 * number * 0.255) for number in range(12)
    ]


def test_colour_of_sixteen_bits_keeps_its_upper_eight_and_that_is_told(tmp_path, store):
    place = folder(tmp_path / "mine", size=(8, 8))
    deep = RNG.integers(0, 65_536, (8, 8, 3)).astype(">u2")
    (place / "deep.ppm").write_bytes(b"P6\n8 8\n65535\n" + deep.tobytes())
    found = prepared(place, store)
    assert found.notes[1:] == ("more than 8 bits a channel scaled to 8: 1 picture",)
    assert min(np.abs(image - deep / 257).max() for image in everything(found)) <= 1


def test_of_a_photograph_with_its_preview_the_photograph_is_taken(tmp_path, store):
    place = folder(tmp_path / "mine", size=(8, 8))
    photograph = Image.new("RGB", (8, 8), (200, 10, 10))
    photograph.save(place / "both.jpg", "MPO", save_all=True, append_images=[Image.new("RGB", (8, 8))])
    found = prepared(place, store)
    assert found.notes[1:] == ("taken as the first of several in a file: 1 picture",)
    assert min(np.abs(image.astype(int) - (200, 10, 10)).max() for image in everything(found)) <= 3


def test_a_png_whose_orientation_follows_its_pixels_is_refused(tmp_path, store):
    place, exif = folder(tmp_path / "mine"), Image.Exif()
    exif[0x0112] = 6
    Image.open(place / "0.png").save(place / "0.png", exif=exif)
    content = (place / "0.png").read_bytes()
    chunk = content.index(b"eXIf") - 4
    size = 12 + int.from_bytes(content[chunk : chunk + 4], "big")
    moved = content[:chunk] + content[chunk + size : -12] + content[chunk : chunk + size] + content[-12:]
    (place / "0.png").write_bytes(moved)
    with pytest.raises(InputError, match="0.png: must have its EXIF data before its pixels; save it again"):
        prepared(place, store)


def test_the_broken_one_of_many_is_named(tmp_path, store):
    place = folder(tmp_path / "mine", count=60, suffix=".jpg", size=(64, 64))
    whole = (place / "17.jpg").read_bytes()
    (place / "17.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="mine/17.jpg: must be a readable picture, but"):
        prepared(place, store)
    assert not list(store.glob(".data-*/"))


def test_validation_pictures_of_their_own_are_used_as_such(tmp_path, store):
    for part, count in (("train", 8), ("val", 5), ("test", 6)):
        folder(tmp_path / "mine" / part, count=count)
    found = prepared(tmp_path / "mine", store)
    assert (found.train, found.valid, found.test) == (8, 5, 6)
    own = {np.asarray(Image.open(path)).tobytes() for path in (tmp_path / "mine" / "val").iterdir()}
    assert {image.tobytes() for image in array_folder.open_split(found.folder, "valid")[0]} == own


def of_people(place, people=9, each=7):
    """Pictures whose names tell a person, and whose pixels do, too: the person's number."""
    place.mkdir(parents=True)
    for person in range(people):
        for number in range(each):
            Image.new("L", (8, 8), 20 * person).save(place / f"p{person}_{number}.png")
    return place


def test_what_belongs_together_stays_in_one_split(tmp_path, store):
    found = prepared(of_people(tmp_path / "mine"), store, group=r"^p(\d+)_")
    people = [set(array_folder.open_split(found.folder, split)[0][:, 0, 0].tolist()) for split in array_folder.SPLITS]
    assert sum(map(len, people)) == 9  # nobody is in two of them
    assert all(people)
    assert (found.train + found.valid + found.test, found.test) == (63, 14)  # a sixth is ten, and nobody is cut
    again = prepared(tmp_path / "mine", store, group=r"^p\d+")  # without parentheses all that is found counts
    assert sorted([again.train, again.valid, again.test]) == [7, 14, 42]


def test_a_name_without_its_group_is_an_error_and_so_is_a_group_in_two_parts(tmp_path, store):
    place = of_people(tmp_path / "mine")
    Image.new("L", (8, 8)).save(place / "nobody.png")
    with pytest.raises(InputError, match=r"nobody.png: must have a name in which group '\^p\(.*' finds something"):
        prepared(place, store, group=r"^p(\d+)_")
    for part in ("train", "test"):
        of_people(tmp_path / "parts" / part, people=4)
    with pytest.raises(InputError, match="a group must be in one part, 4 groups .* in several; leave out --group"):
        prepared(tmp_path / "parts", store, group=r"^p(\d+)_")


def zipped(place: Path, target: Path, top=""):
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(place.rglob("*")):
            archive.write(path, f"{top}{path.relative_to(place)}")
    return target


@pytest.mark.parametrize("top", ["", "flowers/", "a/b/"])
def test_a_zip_is_the_folder_that_it_was_made_from(tmp_path, store, top):
    for kind in ("rose", "größe", "train/x"):
        folder(tmp_path / "mine" / kind.replace("train/x", "tulip"), count=9)
    (tmp_path / "mine" / "README.txt").write_text("mine")
    target = zipped(tmp_path / "mine", tmp_path / "mine.zip", top)
    got = prepared(target, store)
    assert got.name == "images:mine.zip"
    assert got.classes == ("größe", "rose", "tulip")
    assert got.notes == ("27 pictures in 3 classes; left out: 1 .txt",)
    assert got.sha256 == prepared(tmp_path / "mine", store).sha256
    assert {path.name for path in tmp_path.iterdir()} == {"mine", "mine.zip", "store"}


def test_names_of_a_zip_that_does_not_say_that_they_are_utf_8(tmp_path, store):
    path = tmp_path / "mine.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(24):
            picture = io.BytesIO()
            Image.fromarray(noise(8, 8)).save(picture, "PNG")
            archive.writestr(zipfile.ZipInfo(f"{'grXXer' if number % 2 else 'red'}/{number}.png"), picture.getvalue())
    path.write_bytes(path.read_bytes().replace(b"grXXer", "größer".encode()[:6]))
    assert prepared(path, store).classes == ("größ", "red")


def hostile(path, name="0.png", content=b"", **of_member):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        member = zipfile.ZipInfo(name)
        for key, value in of_member.items():
            setattr(member, key, value)
        archive.writestr(member, content, zipfile.ZIP_DEFLATED)
    return path


@pytest.mark.parametrize("name", ["../0.png", "/etc/0.png", "a/../../0.png", "C:/0.png", "..\\0.png"])
def test_a_zip_that_names_places_outside_is_refused(tmp_path, store, name):
    with pytest.raises(InputError, match="must have names that stay inside, has '"):
        prepared(hostile(tmp_path / "mine.zip", name), store)


def test_a_zip_that_unpacks_to_far_more_is_refused(tmp_path, store, monkeypatch):
    with pytest.raises(InputError, match="must unpack to at most 200 times its size, got 1,016"):
        prepared(hostile(tmp_path / "mine.zip", content=bytes(10 << 20)), store)
    monkeypatch.setattr(picture_places, "LARGEST_FILE", 100)
    place = zipped(folder(tmp_path / "mine", size=(64, 64)), tmp_path / "large.zip")
    with pytest.raises(InputError, match=r"large.zip/\d+.png: must have at most 100 bytes, has"):
        prepared(place, store)


def test_a_zip_that_is_none_or_is_damaged_or_has_a_name_twice_is_refused(tmp_path, store):
    path = zipped(folder(tmp_path / "mine"), tmp_path / "mine.zip")
    whole = path.read_bytes()
    for content, message in (
        (b"rubbish", "mine.zip: must be a readable .zip, but"),
        (whole[:100] + b"xxxx" + whole[104:], r"mine.zip/\d+.png: must be readable, but Bad CRC"),
        (whole.replace(b"11.png", b"10.png"), "must have one entry of each name, has several of 10.png"),
    ):
        path.write_bytes(content)
        with pytest.raises(InputError, match=message):
            prepared(path, store)
