"""A fold per variant: numbers, curves, files, and lines of Python that load it."""

import json
import shlex
from dataclasses import replace

import fake_run
import numpy as np
import pytest
from fake_run import HOSTILE, NONE, QUICK, FakeVariant
from parsed_page import Parsed, of, section, words

from mmdvae import recipes, variants
from mmdvae.data import array_folder
from mmdvae.jobs import request
from mmdvae.jobs import store as stored
from mmdvae.training.build import build
from mmdvae.training.checkpoint import save
from mmdvae.training.fit import MODEL
from reports import metrics, write
from reports.sections.more import variants as folds
from reports.stored_arrays import StoredArrays


def built(fake):
    return folds.build(fake.report, StoredArrays(fake.run_dir, fake.store)).variants


def test_each_variant_has_a_fold_with_its_name_in_words_and_in_files(fake, page):
    for one in built(fake):
        (fold,) = page.all("details", id=f"one-{one.look.id}")
        assert fold.attributes["data-variant"] == one.look.id
        assert words(fold).startswith(f"{one.look.title} {one.look.sign} {one.look.word}".replace("\u00a0", " "))
        assert f"In files {one.look.id}." in words(fold)


def test_all_its_numbers_are_in_it(fake):
    one, variant = built(fake)[3], fake.report.variants[3]
    assert one.look.id == variant.name
    for metric in metrics.METRICS:
        if metric.name in variant.summary:
            assert f"{metric.title} {metric.show(variant.mean(metric.name))}" in one.numbers
    assert one.numbers.count("\n") == len(metrics.GROUPS)  # and the errors by class
    assert f"Trouser {1000 * variant.mean('mse_class_1'):.1f}" in one.numbers


def test_its_curves_can_be_read_back_and_the_gap_says_what_training_bce_is(tmp_path):
    fake = fake_run.make(tmp_path)
    for one, variant in zip(built(fake), fake.report.variants, strict=True):
        curves = Parsed(one.curve)
        history = variant.runs[0].history
        for series in ("bce", "val_bce"):
            (path,) = curves.all("path", data_variant=variant.name, data_series=series)
            assert [float(value) for value in path.attributes["data-values"].split()] == history[series]
        difference = history["val_bce"][-1] - history["bce"][-1]
        assert one.gap.endswith(f"(mean over the epoch), difference {metrics.of('bce').signed(difference)}")


def test_files_are_named_by_their_keys_and_never_by_a_place_on_this_machine(fake, page):
    manifest = json.loads((fake.run_dir / "manifest.json").read_text())["variants"]
    said = section(page, "every-variant")
    for row in manifest:
        assert f"seed {row['seed']}: runs/store/{row['train']}, runs/store/{row['evaluate']}" in said
    assert str(fake.store) not in said


def test_the_lines_shown_load_the_model(tmp_path, tiny, monkeypatch):
    """Run as they stand on the page, in the folder that holds `runs`."""
    fake = fake_run.make(tmp_path / "runs", [QUICK[5]])
    recipe, variant = recipes.STANDARD, replace(variants.imq(0.6), latent_dim=4)
    (row,) = json.loads((fake.run_dir / "manifest.json").read_text())["variants"]
    asked = request.make(
        "train", fake.store, data=tiny, backend="tensorflow", variant=variant.to_dict(), recipe=recipe.to_dict(), seed=0
    )
    folder = fake.store / row["train"]
    folder.mkdir()
    stored.describe(folder, asked)
    model = build(variant, recipe, seed=0)
    save(folder / MODEL, model.weights, {})
    (lines,) = [words_kept(e) for e in of(fake).all("pre") if "load_model" in "".join(e.text)]
    names = {}
    monkeypatch.chdir(tmp_path)
    exec(lines, names)
    images = array_folder.open_split(tiny, "test")[0]
    mean, log_variance = names["model"].encode(images)
    np.testing.assert_array_equal(mean, model.encode(images)[0])
    assert mean.shape == log_variance.shape == (len(images), 4)
    assert names["model"].decode(mean).shape == (len(images), 28, 28)


def test_the_command_that_exports_a_model_names_run_and_variant_as_a_shell_reads_them(tmp_path):
    fake = fake_run.make(tmp_path / "runs", [NONE, QUICK[5]])
    commands = [shlex.split(one.export) for one in built(fake)]
    names = [one["name"] for one in json.loads((fake.run_dir / "manifest.json").read_text())["variants"]]
    assert commands == [["mmdvae", "export", fake.report.run.id, name] for name in names]
    assert f"As files that load without mmdvae: mmdvae export {fake.report.run.id} {names[0]}" in section(
        of(fake), "every-variant"
    )


def words_kept(element):
    return "".join(element.text)


def test_many_variants_have_small_folds(tmp_path):
    many = [NONE, *(FakeVariant(alpha=alpha, sigma=1.0 + i, spread=1.0) for alpha in (0.2, 0.6) for i in range(12))]
    fake = fake_run.make(tmp_path, many, seeds=(0, 1, 2))
    html = write.write(fake.run_dir, fake.store).read_text()
    fold = html[html.index('id="every-variant"') : html.index('id="reproduce"')]
    assert len(fold.encode()) < 1_500 * len(many)
    assert all(one.numbers == "" and one.curve is None and one.python for one in built(fake))


def test_what_did_not_finish_says_why_and_offers_nothing_to_load(tmp_path):
    fake = fake_run.make(tmp_path, [NONE, replace(QUICK[3], status="failed", error=HOSTILE)])
    one = built(fake)[1]
    assert (one.what, one.python, one.files, one.curve) == (HOSTILE, "", [], None)
    assert HOSTILE in section(of(fake), "every-variant")


def test_a_name_that_is_no_id_has_no_anchor(tmp_path):
    fake = fake_run.make(tmp_path, [NONE, FakeVariant(sigma=1.0)])
    fake.rename("mmd-a0.6-s1", HOSTILE)
    assert [one.anchor for one in built(fake)] == ["one-none", ""]
    assert HOSTILE in section(of(fake), "every-variant")


def test_a_training_key_that_could_leave_the_store_is_refused(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:1])
    path = fake.run_dir / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["variants"][0]["train"] = "../../etc"
    path.write_text(json.dumps(manifest))
    with pytest.raises(ValueError, match=r"a train key must be train- and 24 hex digits"):
        built(fake)
