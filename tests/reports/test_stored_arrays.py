"""Stored arrays that are missing or damaged, and keys that point outside the store."""

import json
from dataclasses import fields, replace

import fake_run
import numpy as np
import pytest
from fake_run import QUICK
from parsed_page import of, section, summary_row, words

from mmdvae.errors import InputError
from reports import facets, write
from reports.sections.more import spectrum
from reports.stored_arrays import StoredArrays
from reports.views import Views


@pytest.mark.parametrize("left", [0, 11, 5000], ids=["empty", "cut in its first header", "cut"])
def test_lost_arrays_cost_their_picture_and_are_named(tmp_path, caplog, left):
    fake = fake_run.make(tmp_path, QUICK[:2])
    file = fake.evaluation(1) / "views.npz"
    file.write_bytes(file.read_bytes()[:left])
    page = of(fake)
    assert f"{file.parent.name}/views.npz cannot be read" in words(page.all("header")[0])
    assert "α 0.6, σ 0.0001" in summary_row(page, QUICK[1].name)
    assert "No images of α 0.6, σ 0.0001 (nothing stored)." in section(page, "images")


@pytest.mark.parametrize(
    "key",
    ["../../etc", "evaluate-" + "0" * 23, "evaluate-" + "0" * 24 + "/../../x", "data-" + "0" * 24, "/etc/passwd", 3],
)
def test_a_key_that_could_leave_the_store_is_refused(tmp_path, key):
    fake = fake_run.make(tmp_path, QUICK[:1])
    manifest = json.loads((fake.run_dir / "manifest.json").read_text())
    manifest["variants"][0]["evaluate"] = key
    (fake.run_dir / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match=r"evaluate key must be evaluate- and 24 hex digits"):
        write.write(fake.run_dir, fake.store)


def test_a_collapsed_dimension_leaves_a_gap_in_the_spectrum(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:1])
    path = fake.evaluation() / "views.npz"
    with np.load(path) as file:
        views = dict(file)
    views["eigenvalues"][-1] = 0.0
    np.savez(path, **views)
    (chart,) = [e for e in of(fake).all("svg") if "Eigenvalues" in (e.attributes.get("aria-label") or "")]
    assert "to –; the prior has 1 throughout" in chart.attributes["aria-label"]


def test_each_number_of_dimensions_has_its_spectrum_but_one_dimension_has_none(tmp_path):
    fake = fake_run.make(tmp_path, [replace(one, latent_dim=d) for d in (1, 3, 8) for one in QUICK[:2]])
    store = StoredArrays(fake.run_dir, fake.store)
    one, three, eight = (spectrum.build(part, store) for part in facets.of(fake.report))
    assert one is None
    for found in (three, eight):
        assert str(found.chart).count("untouched (2)") == 1


def test_images_of_a_wrong_size_or_colour_are_refused(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:1])
    path = fake.evaluation() / "views.npz"
    with np.load(path) as file:
        views = dict(file)
    for name, wrong in (
        ("tsne_reconstructions", np.repeat(views["tsne_reconstructions"], 2, axis=1)),  # more than 28 pixels
        ("tsne_reconstructions", views["tsne_reconstructions"][..., None].repeat(3, axis=-1)),  # samples are grey
        ("prior_slice", views["prior_slice"][:, :14]),
    ):
        np.savez(path, **views | {name: wrong})
        assert StoredArrays(fake.run_dir, fake.store).views(QUICK[0].name, 0) is None


def test_arrays_that_older_evaluations_lack_are_none_and_wrong_ones_are_refused(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:1])
    path = fake.evaluation() / "views.npz"
    with np.load(path) as file:
        views = dict(file)
    optional = [one.name for one in fields(Views) if one.default is None]
    assert len(optional) == 7
    np.savez(path, **{name: array for name, array in views.items() if name not in optional})
    old = StoredArrays(fake.run_dir, fake.store).views(QUICK[0].name, 0)
    assert old is not None
    assert [getattr(old, name) for name in optional] == [None] * 7
    for name, wrong in (("prior_slice", 80), ("traversals", 71), ("nearest_distance", 7)):
        np.savez(path, **views | {name: views[name][:wrong]})
        store = StoredArrays(fake.run_dir, fake.store)
        assert store.views(QUICK[0].name, 0) is None, name
        assert "cannot be read (ValueError)" in store.problems[0]


def test_classes_of_lost_data_have_numbers(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:1])
    store = StoredArrays(fake.run_dir, fake.store)
    next(fake.store.glob("data-*/info.json")).unlink()
    assert store.class_name(7) == "class 7"
    assert "the names of the classes" in store.problems[0]
