"""Images: which variants have pictures, what the heading claims, the worst reconstructions, copies."""

import base64
import io
import re
from dataclasses import replace

import fake_run
import numpy as np
import pytest
from browsing import PHONE
from fake_run import CLASSES, NONE, QUICK, FakeVariant
from parsed_page import of, section, words
from PIL import Image

from reports import write
from reports.drawing import pictures
from reports.sections.images import finding, portraits, reconstructions, shown
from reports.sections.images import section as images
from reports.stored_arrays import StoredArrays

LIVE = FakeVariant(sigma=2.83, spread=1.02)
DEAD = FakeVariant(sigma=0.1, spread=8.9, state="saturated")
HALF = FakeVariant(sigma=1.0, spread=4.0)
PORTRAITS = ("prior_slice", "traversals", "traversal_dims", "nearest_images", "nearest_index")
MEASURES = ("nearest_distance", "nearest_of_test")


def build(fake):
    return images.build(fake.report, StoredArrays(fake.run_dir, fake.store))


def change(fake, number=0, **arrays):
    """Replace stored arrays of one evaluation; None removes one."""
    path = fake.evaluation(number) / "views.npz"
    with np.load(path) as file:
        views = dict(file) | arrays
    np.savez(path, **{name: array for name, array in views.items() if array is not None})


def pixels(picture):
    """A picture's grey values."""
    data = base64.b64decode(str(picture.source).partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(data)).convert("L"))


def labels(portrait):
    return [it.label for it in portrait.pictures]


def test_each_touched_variant_has_its_pictures_and_what_no_penalty_touched_is_shown_once(tmp_path):
    made = build(fake_run.make(tmp_path, [DEAD, NONE, HALF, LIVE, FakeVariant(sigma=1e4, spread=8, state="flat")]))
    assert [one.look.title for one in made.portraits] == [
        "no penalty",
        "α\u00a00.6, σ\u00a01",
        "α\u00a00.6, σ\u00a02.83",
    ]
    stands, *others = made.portraits
    assert (
        stands.alike.replace("\u00a0", " ")
        == "Stands for 2 dead kernels that look alike: α 0.6, σ 0.1; α 0.6, σ 10,000."
    )
    assert [one.alike for one in others] == ["", ""]
    for one in made.portraits:
        assert labels(one) == ["Slice of the prior", "Coordinates 1 to 8", "Samples"]
        assert [(it.picture.width, it.picture.height) for it in one.pictures] == [(252, 252), (252, 224), (224, 112)]
    assert [row.look and row.look.title for row in made.rows] == [None, *(one.look.title for one in made.portraits)]
    assert made.notes == []


def test_the_pictures_are_the_stored_ones_and_the_first_samples_stand_above_their_nearest_images(tmp_path):
    fake = fake_run.make(tmp_path, [LIVE])
    views = StoredArrays(fake.run_dir, fake.store).views(LIVE.name, 0)
    (one,) = build(fake).portraits
    stored = (views.prior_slice, views.traversals, np.roll(views.samples, -8, axis=0), views.nearest_images)
    for picture, arrays, columns in zip(
        (*(it.picture for it in one.pictures), one.nearest.picture), stored, (9, 9, 8, 8), strict=True
    ):
        off = pixels(picture).astype(int) - pictures.sheet(arrays, columns=columns)
        assert np.sqrt(np.mean(off**2)) < 8, picture.alt  # grey levels; the picture is lossy
    median = np.median(views.nearest_distance)
    assert one.nearest.label == f"↑ nearest in training: {median:.3f} away"


@pytest.mark.parametrize("shape", [(8, 28, 28), (5, 28, 28), (3, 4, 6), (5, 4, 6, 3)])
def test_images_side_by_side_have_no_gaps(shape):
    made = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    sheet = pictures.sheet(made, columns=4)
    k, h, w, *channels = shape
    assert sheet.shape == (-(-k // 4) * h, 4 * w, *channels)
    for i, image in enumerate(made):
        np.testing.assert_array_equal(sheet[i // 4 * h :, i % 4 * w :][:h, :w], image)
    assert sheet.sum() == made.sum()  # black where there is no image


def test_a_picture_takes_the_smaller_format():
    noise = np.random.default_rng(0).integers(0, 256, (56, 56, 3)).astype(np.uint8)
    assert pictures.compressed(noise[..., 0]).startswith("data:image/webp")
    assert pictures.compressed(np.zeros((252, 252), np.uint8)).startswith("data:image/png")
    assert pictures.compressed(noise) == pictures.webp(noise, quality=70)
    flat = np.repeat(noise[:2, :2], 28, axis=1)  # of few colours, as drawings are
    data = base64.b64decode(str(pictures.compressed(flat)).partition(",")[2])
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(data))), flat)


def test_one_training_is_called_one_and_a_dark_picture_is_called_black(tmp_path):
    fake = fake_run.make(tmp_path, [NONE, replace(LIVE, metrics={"fid": 20.0}), replace(HALF, metrics={"fid": 1.0})])
    assert build(fake).title == (
        "In one training, samples of σ\u00a02.83 came nearest to real images; those of no penalty are nearly black"
    )  # half-way ones are not praised, however low their distance


def test_alike_samples_are_called_alike_and_others_by_their_distance(tmp_path):
    fake = fake_run.make(tmp_path, [NONE, replace(LIVE, metrics={"fid": 10.0})])
    samples = StoredArrays(fake.run_dir, fake.store).views(LIVE.name, 0).samples
    change(fake, samples=np.full_like(samples, 90))
    assert build(fake).title.endswith("; those of no penalty are all alike")
    change(fake, samples=samples)
    assert build(fake).title.endswith("; those of no penalty are 3 times as far")  # 31 against 10
    fake = fake_run.make(tmp_path / "near", [NONE, replace(LIVE, metrics={"fid": 20.0})])
    change(fake, samples=samples)
    assert build(fake).title.endswith("came nearest to real images")


def test_with_three_seeds_all_that_the_best_does_not_surely_beat_are_named(tmp_path):
    imq = FakeVariant(kernel="imq", alpha=0.3, spread=1.0)
    for name, fids, title in (
        ("even", ((20.0, 21.0, 22.0), (21.1, 19.9, 21.7)), "α\u00a00.3, seven scales and α\u00a00.6, σ\u00a02.83"),
        ("apart", ((20.0, 21.0, 22.0), (10.0, 11.1, 12.0)), "α\u00a00.3, seven scales"),
    ):
        one, other = (replace(v, metrics={"fid": fid}) for v, fid in zip((LIVE, imq), fids, strict=True))
        found = build(fake_run.make(tmp_path / name, [NONE, one, other], seeds=(0, 1, 2))).title
        assert found.startswith(f"Samples of {title} come nearest to real images;"), name


@pytest.mark.parametrize(
    ("variants", "title"),
    [
        (
            [NONE, replace(LIVE, metrics={"fid": 40.0})],
            "A penalty brought samples no nearer to real images than no penalty",
        ),
        ([NONE, DEAD], "No variant is alive: samples are at a Fréchet distance of 31.0 or more"),
        ([replace(LIVE, metrics={"fid": 9.5})], "Samples are at a Fréchet distance of 9.50 from real images"),
    ],
)
def test_headings_where_nothing_is_to_be_praised(tmp_path, variants, title):
    assert build(fake_run.make(tmp_path, variants)).title.startswith(title)


def test_without_a_judge_the_heading_claims_nothing(tmp_path):
    made = build(fake_run.make(tmp_path, [NONE, LIVE], classifier=None))
    assert made.title == "What the decoders make of the prior and of test images"
    assert [one.distance for one in made.portraits] == ["", ""]


def test_the_worst_images_are_those_with_the_largest_mean_error_of_the_shown_variants(tmp_path):
    fake = fake_run.make(tmp_path, [NONE, DEAD, LIVE])
    rng = np.random.default_rng(0)
    errors = rng.uniform(0, 1, (3, 400)).astype(np.float32)
    for number, own in enumerate(errors):
        change(fake, number, squared_errors=own)
    store = StoredArrays(fake.run_dir, fake.store)
    expected = sorted(range(400), key=lambda i: -(errors[0][i] + errors[2][i]))[:8]  # not of the dead kernel
    originals, plain, alive = build(fake).rows
    assert originals.cells[3].words == ", ".join(CLASSES[store.labels[i]] for i in expected)
    for row, name in ((plain, NONE.name), (alive, LIVE.name)):
        views = store.views(name, 0)
        decoded = views.tsne_reconstructions[expected]
        np.testing.assert_allclose(pixels(row.cells[2].picture), pictures.sheet(decoded, columns=8), atol=40)
        assert row.cells[2].below == tuple(f"{1000 * error:.0f}" for error in views.squared_errors[expected])
    assert originals.cells[0].picture.alt.endswith(
        "T-shirt/top, Trouser, Pullover, Dress, Coat, Sandal, Shirt and Sneaker."
    )


def test_differences_are_those_of_the_definition():
    originals, decoded = np.zeros((1, 28, 28), np.uint8), np.zeros((1, 28, 28), np.uint8)
    decoded[0, 0, :2] = 255, 51  # 1 and 0.2
    for pair in ((originals, decoded), (decoded, originals)):  # no wrap around below zero
        assert reconstructions.absolute_differences(*pair)[0, 0, :3].tolist() == [255, 102, 0]


def test_variants_that_reconstruct_other_images_have_no_row(tmp_path):
    fake = fake_run.make(tmp_path, [NONE, LIVE])
    views = StoredArrays(fake.run_dir, fake.store).views(LIVE.name, 0)
    change(fake, 1, reconstruction_index=views.reconstruction_index[::-1].copy())
    assert [row.look and row.look.id for row in build(fake).rows] == [None, NONE.name]


def test_copies_of_training_images_are_noticed(tmp_path):
    fake = fake_run.make(tmp_path, [NONE, LIVE])
    assert build(fake).copies.startswith(
        "No copies: of 8 samples (without those of no penalty) none is as near to a training image (0.1"
    )
    near = np.full(8, 0.2, np.float32)
    near[[1, 5]] = 0.0
    change(fake, 1, nearest_distance=near)
    assert build(fake).copies == (
        "Copies? 2 of 8 samples (without those of no penalty) are nearer to a training image than the nearest of 64 "
        "test images (0.050): compare the pairs."
    )
    change(fake, 1, nearest_of_test=np.zeros(64, np.float32))  # test images that are in the training split, too
    assert build(fake).copies.startswith("Copies? 2 of 8")


def test_older_evaluations_lack_pictures_and_one_line_says_so(tmp_path):
    fake = fake_run.make(tmp_path, [NONE, LIVE])
    for number in (0, 1):
        change(fake, number, **dict.fromkeys(PORTRAITS + MEASURES))
    made = build(fake)
    assert [labels(one) for one in made.portraits] == [["Samples"], ["Samples"]]
    assert [one.nearest for one in made.portraits] == [None, None]
    assert (made.copies, made.notes) == ("", [images.OLDER])
    assert section(of(fake), "images").count(images.OLDER) == 1


def test_of_many_variants_the_best_eight_alive_ones_have_a_slice_and_samples(tmp_path):
    sigmas = [2 + step / 10 for step in range(10)]
    many = [replace(LIVE, sigma=sigma, metrics={"fid": 30 - step}) for step, sigma in enumerate(sigmas)]
    made = build(fake_run.make(tmp_path, [NONE, replace(HALF, metrics={"fid": 0.1}), *many]))
    assert [one.look.label for one in made.portraits] == ["no penalty", *(f"σ\u00a0{sigma}" for sigma in sigmas[2:])]
    assert all(labels(one) == ["Slice of the prior", "Samples"] for one in made.portraits)
    assert made.rows == []
    assert made.notes == [
        "Shown are the 8 with the best samples, alive ones first. Not shown: α\u00a00.6 with σ\u00a01, 2 and 2.1."
    ]


def test_unfinished_variants_and_those_without_arrays_are_named(tmp_path):
    lost, failed = replace(LIVE, sigma=4.0), replace(LIVE, sigma=5.66, status="failed")
    fake = fake_run.make(tmp_path, [NONE, LIVE, lost, failed])
    (fake.evaluation(2) / "views.npz").write_bytes(b"")
    assert build(fake).notes == [
        "No images of α\u00a00.6, σ\u00a04 (nothing stored) and α\u00a00.6, σ\u00a05.66 (failed)."
    ]


def test_if_all_failed_the_heading_says_so(tmp_path):
    made = build(fake_run.make(tmp_path, [replace(one, status="failed") for one in QUICK[:3]]))
    assert (made.title, made.portraits, made.rows, made.notes) == (images.NONE, [], [], [])


def test_codes_of_one_dimension_have_no_slice_and_chosen_coordinates_are_numbered_from_one(tmp_path):
    fake = fake_run.make(tmp_path, [LIVE])
    views = StoredArrays(fake.run_dir, fake.store).views(LIVE.name, 0)
    change(fake, traversal_dims=np.array([0, 1, 2, 3, 4, 5, 8, 11], np.int32))
    assert labels(build(fake).portraits[0])[1] == "Coordinates 1, 2, 3, 4, 5, 6, 9, 12"
    change(fake, codes=views.codes[:, :1], traversals=views.traversals[:9], traversal_dims=np.array([0], np.int32))
    assert labels(build(fake).portraits[0]) == ["Coordinate 1", "Samples"]


def test_data_of_one_class_names_no_classes(tmp_path):
    pictures_, _ = fake_run.made_arrays.images(400)
    fake = fake_run.make(
        tmp_path, [NONE, LIVE], images=pictures_, labels=np.zeros(400, np.uint8), classes=(), classifier=None
    )
    assert [cell.words for cell in build(fake).rows[0].cells] == [""] * 4


def test_sharpness_and_variety_are_in_the_alternative_text_alone(tmp_path):
    fake = fake_run.make(tmp_path, [LIVE])
    made, page = build(fake), of(fake)
    alt = made.portraits[0].pictures[-1].picture.alt
    assert re.fullmatch(r".*: 32 samples, \d+\s% as sharp and \d+\s% as varied as test images\.", alt)
    assert "as sharp" not in section(page, "images")


def test_it_is_compact_at_a_desk_and_its_images_are_large_enough_on_a_phone(tmp_path, visit):
    fake = fake_run.make(tmp_path, [NONE, DEAD, HALF, LIVE, replace(LIVE, sigma=5.66), FakeVariant(kernel="imq")])
    file = write.write(fake.run_dir, fake.store)
    widths = "all => all.map(it => it.getBoundingClientRect().width)"
    desk = visit(file, viewport={"width": 1280, "height": 800})
    assert desk.locator("#images").bounding_box()["height"] < 1.75 * 800
    assert min(desk.eval_on_selector_all("#images .portraits img", widths)) / 9 > 22
    assert min(desk.eval_on_selector_all("#images .strips img", widths)) / 8 > 28  # not below one pixel for one pixel
    phone = visit(file, viewport=PHONE)
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert min(phone.eval_on_selector_all("#images .strips img", widths)) / 8 > 40
    assert min(phone.eval_on_selector_all("#images .portraits figure:not(.alike) img", widths)) / 9 > 35


def test_variety_and_sharpness_are_those_of_the_definitions():
    black, white = np.zeros((28, 28), np.uint8), np.full((28, 28), 255, np.uint8)
    assert finding.variety(np.stack([black, white])) == pytest.approx(1.0)
    assert finding.variety(np.stack([white, white])) == 0.0
    half = np.array([[[0, 255], [0, 255]]], np.uint8)  # differs along one of two axes
    assert finding.sharpness(half) == pytest.approx(0.5)


def test_identical_test_images_give_a_dash_and_no_division_by_zero():
    grey = np.full((4, 28, 28), 7, np.uint8)
    assert portraits._share(finding.variety, grey, grey) == "–"


def test_shown_test_images_come_from_all_over_a_sorted_split():
    assert shown.spread(10_000, 32)[[0, -1]].tolist() == [0, 9_999]
    assert len(shown.spread(10_000, 32)) == 32
    assert shown.spread(5, 32).tolist() == [0, 1, 2, 3, 4]


def test_the_section_is_small_and_names_variants_by_their_settings(tmp_path):
    fake = fake_run.make(tmp_path, QUICK)
    page = of(fake)
    text = section(page, "images")
    assert not re.search(r"mmd-|imq-", text)
    assert len(text.split()) < 450
    own = [e for e in page.all("figure") if e.attributes.get("data-variant") == QUICK[3].name]
    assert any("Slice of the prior" in words(e) for e in own)
