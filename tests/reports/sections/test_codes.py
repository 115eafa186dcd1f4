"""The codes: the finding in the heading, which dots and panels there are, and the text beside them."""

import base64

import fake_run
import numpy as np
import pytest
from fake_run import NONE, QUICK, FakeVariant
from made_report import dead, entry, kl, mmd, none

from reports import looks
from reports.drawing import apart, palette
from reports.page import page as whole
from reports.sections.codes import dots, explorer_data, finding, frames, section
from reports.stored_arrays import StoredArrays

MANY = [NONE, *(FakeVariant(alpha=0.2, sigma=0.1 + i, spread=1 + i / 5) for i in range(23))]


def stored(fake):
    return fake.report, StoredArrays(fake.run_dir, fake.store)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    return stored(fake_run.make(tmp_path_factory.mktemp("many"), MANY, n=600))


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    return stored(fake_run.make(tmp_path_factory.mktemp("quick"), QUICK, n=600))


def test_the_heading_names_the_settings_whose_codes_came_to_the_prior(quick):
    assert section.build(*quick).title == "Codes reach the prior only for σ\u00a02.83 and seven scales"


@pytest.fixture
def judged(monkeypatch):
    """Variants are near the prior if their name says so, whatever is measured of them."""
    monkeypatch.setattr("mmdvae.conclusions.vitality.near_prior", lambda one: one.mean("near") == 1.0)


def near(variant_of, *arguments, **fields):
    return variant_of(*arguments, sliced_w2=1.0, near=1.0, **fields)


def far(variant_of, *arguments, **fields):
    return variant_of(*arguments, sliced_w2=1.0, near=0.0, **fields)


@pytest.mark.parametrize(
    ("variants", "said"),
    [
        ([none(), near(mmd, 2.0)], "Codes reach the prior for σ\u00a02"),
        ([none(), near(mmd, 2.0), near(kl)], "Codes reach the prior for σ\u00a02 and KL"),
        (
            [near(mmd, 2.0, 0.2), near(mmd, 2.0, 0.6), dead(0.1)],
            "Codes reach the prior only for α\u00a00.2 and 0.6 with σ\u00a02",
        ),
        (
            [none(), *(near(mmd, 1.0 + i) for i in range(5)), far(mmd, 9.0)],
            "5 of 6 settings with a penalty reach the prior",
        ),
        ([none(), far(mmd, 1.0), dead(0.1)], "None of the penalties brought the codes to the prior"),
        ([none(), mmd(1.0), dead(0.1)], "Codes"),  # not measured
        ([none()], "Codes"),
        ([none(), entry("mmd", sigma=1.0, status="failed")], "Codes"),
    ],
)
def test_the_heading_says_no_more_than_was_measured(judged, variants, said):
    assert finding.of(variants) == said


def test_the_dots_of_all_variants_together_have_a_limit():
    assert [dots.number(variants) for variants in (1, 6, 7, 24, 40)] == [1000, 933, 800, 233, 200]


def test_every_dot_has_its_reconstruction_by_every_variant(many):
    found = dots.found(*many)
    assert len(found) == len(MANY)
    for codes in found[:3]:
        assert len(set(codes.shown.tolist())) == len(codes.shown) == 233
        known = dict(zip(codes.views.tsne_index.tolist(), codes.views.tsne_reconstructions, strict=True))
        known |= zip(codes.views.reconstruction_index.tolist(), codes.views.reconstructions, strict=True)
        assert (codes.reconstructions == [known[image] for image in codes.shown.tolist()]).all()


def test_dots_are_in_no_order_of_class_and_of_all_classes_even_if_the_images_are_sorted(tmp_path):
    labels = np.repeat(np.arange(10), 220).astype(np.uint8)
    images = np.zeros((len(labels), 28, 28), np.uint8)
    fake = fake_run.make(tmp_path, QUICK[:2], images=images, labels=labels)
    shown = labels[dots.found(*stored(fake))[0].shown]
    assert np.bincount(shown).min() > 80  # of 1,000
    assert (np.diff(shown.astype(int)) == 0).mean() < 0.15  # a tenth by chance


def test_arrays_of_other_images_are_not_shown_as_if_they_were_of_these(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:2], n=200)
    path = fake.evaluation(1) / "views.npz"
    arrays = dict(np.load(path))
    arrays["tsne_index"] = np.roll(arrays["tsne_index"], 1) % 3
    np.savez(path, **arrays)
    built = section.build(*stored(fake))
    assert [panel.look.id for panel in built.panels] == [QUICK[0].name]
    assert built.without == ["α\u00a00.6, σ\u00a00.0001"]


def test_each_of_few_variants_has_a_panel_in_the_order_of_the_page(quick):
    built = section.build(*quick)
    assert [panel.look.id for panel in built.panels] == list(looks.of(quick[0].variants))
    assert not built.chosen


def test_of_many_variants_no_penalty_and_the_two_best_alive_have_one(many):
    built = section.build(*many)
    assert built.chosen
    assert len(built.looks) == len(MANY)
    states = [panel.look.state for panel in built.panels]
    assert states == ["no penalty", "alive", "alive"]
    errors = {one.name: one.mean("mse") for one in many[0].variants}
    alive = [look.id for look in built.looks if look.state == "alive"]
    assert {panel.look.id for panel in built.panels[1:]} == set(sorted(alive, key=errors.get)[:2])


def test_the_priors_ring_is_inside_even_the_narrowest_panel(tmp_path):
    built = section.build(*stored(fake_run.make(tmp_path, [FakeVariant(sigma=1.0, spread=0.01)], n=200)))
    (panel,) = built.panels
    assert panel.axes == "axes ±2.2"
    assert panel.inset is None  # one variant is at the scale of all
    assert [view.code for view in built.views] == ["pca", "plane", "tsne"]


def test_alternative_texts_name_settings_and_what_is_seen(quick):
    panels = section.build(*quick).panels
    assert len({panel.picture.alt for panel in panels}) == len(panels)
    for panel in panels:
        assert panel.picture.alt.startswith(f"{panel.look.title}: PCA, axes ±")
        assert "the prior has 1" in panel.picture.alt


def test_dots_outside_and_without_a_place_are_counted(tmp_path):
    report, store = stored(fake_run.make(tmp_path, QUICK[:2], n=2100))
    readings = {view.code: view.reading for view in section.build(report, store).views}
    found = dots.found(report, store)
    limit = frames.square(explorer_data.planes(found)).x[1]
    beyond = sum(np.sum(np.abs(codes.views.codes[codes.shown, :2]).max(axis=1) > limit) for codes in found)
    assert beyond > 1
    assert f"; {beyond} dots of all panels outside." in readings["plane"]
    placed = np.isin(found[0].shown, found[0].views.tsne_index).sum()
    assert 0 < placed < 1000
    assert f"; {placed} of the 1,000 dots were placed." in readings["tsne"]


def test_data_without_labels_are_coloured_by_error_and_have_no_words_about_classes(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:2], n=200, classes=("all",))
    report, store = stored(fake)
    store.labels = np.zeros_like(store.labels)
    built, data = section.build(report, store), explorer_data.build(report, store)
    assert not data["many"]
    assert {variant["clouds"]["tsne"]["note"] for variant in data["variants"].values()} == {""}
    assert [variant["clouds"]["pca"]["medians"] for variant in data["variants"].values()] == [[], []]
    found = dots.found(report, store)
    counts = np.bincount(np.concatenate([codes.groups for codes in found]), minlength=6)
    assert len(built.keys) == len(counts) == 6
    assert counts.min() > 0.1 * counts.sum()  # a sixth, but that the ends are round numbers
    for codes in found:
        ends = [0, *data["edges"], np.inf]
        for group in range(6):
            errors = 1e5 * codes.views.squared_errors[codes.groups == group]
            assert ((ends[group] < errors) & (errors <= ends[group + 1])).all()
    assert built.keys[0].name == f"up to {ends[1] / 100:.2g}"


def test_of_more_than_ten_classes_the_nine_commonest_have_a_colour_of_their_own(tmp_path):
    labels = np.concatenate([np.repeat(np.arange(20, 32), np.arange(30, 6, -2)), [3, 3]]).astype(np.uint8)
    images = np.zeros((len(labels), 28, 28), np.uint8)
    report, store = stored(fake_run.make(tmp_path, QUICK[:1], images=images, labels=labels, classes=["a", "b"]))
    built, (codes,) = section.build(report, store), dots.found(report, store)
    assert [(key.mark, key.name) for key in built.keys] == [
        *((str(label), f"class {label}") for label in range(20, 29)),
        ("", "4 other classes"),
    ]
    assert [key.colour for key in built.keys] == list(palette.CLASS_COLOURS)
    np.testing.assert_array_equal(codes.groups, np.where((labels >= 20) & (labels < 29), labels - 20, 9))
    data = explorer_data.build(report, store)
    assert [data["groups"][label] for label in labels] == codes.groups.tolist()
    (variant,) = data["variants"].values()
    assert [data["marks"][group] for group, *_ in variant["clouds"]["pca"]["medians"]] == data["marks"][:9]


def test_without_codes_the_variants_are_listed_and_nothing_is_drawn(tmp_path):
    failed = [FakeVariant(sigma=one, status="failed") for one in (1.0, 2.0)]
    report, store = stored(fake_run.make(tmp_path, failed, n=200))
    built = section.build(report, store)
    assert (built.title, built.panels, len(built.without)) == ("Codes", [], 2)
    assert explorer_data.build(report, store) is None
    assert "No stored codes for: α\u00a00.6, σ\u00a01, α" in whole.render(report, store, []).html


def test_the_image_of_the_beginning_is_the_one_about_which_variants_differ_most(quick):
    found = dots.found(*quick)
    home = explorer_data.most_disputed(found)
    errors = np.array([codes.views.squared_errors[codes.shown] for codes in found])
    assert np.ptp(errors[:, home]) == np.ptp(errors, axis=0).max() > 0


def test_coordinates_survive_their_packing(quick):
    codes = dots.found(*quick)[3]
    cloud = explorer_data.build(*quick)["variants"][codes.look.id]["clouds"]["pca"]
    places = np.frombuffer(base64.b64decode(cloud["places"]), "<u2").reshape(-1, 2)
    restored = cloud["low"] + places * cloud["step"]
    np.testing.assert_allclose(restored, codes.views.pca[codes.shown], atol=1e-3)


def nearest(places):
    """The least distance between two of them."""
    far = np.hypot(*(places[:, None] - places[None]).T)
    return far[np.triu_indices(len(places), 1)].min()


def test_labels_that_touch_are_pushed_apart_and_far_ones_stay():
    places = np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 0.0], [100.0, 100.0]])
    moved, kept = apart.pushed(places, room=10.0)
    assert kept.all()
    assert (moved[3] == places[3]).all()
    assert nearest(moved) >= 8


def test_of_labels_that_still_touch_some_are_left_out():
    moved, kept = apart.pushed(np.zeros((30, 2)), room=10.0)
    assert 1 < kept.sum() < 30
    assert nearest(moved[kept]) >= 8
