"""Training: exact resume, paired batch orders, divergence; each with real trainings of one or two seconds."""

import dataclasses
import math

import numpy as np
import pytest

from mmdvae import recipes, variants
from mmdvae.training import checkpoint
from mmdvae.training import fit as training
from mmdvae.training.fit import CHECKPOINT, MODEL, batch_order
from mmdvae.training.load import load

RECIPE = dataclasses.replace(recipes.STANDARD, epochs=3, batch_size=64)
VARIANT = variants.imq(0.6)  # draws a prior, so every random stream is in use
NORMALISED = variants.normalised(VARIANT)


class Stop(Exception):
    """Raised by a test to end a training between two epochs, as if it were killed."""


def fit(tiny, folder, *, variant=VARIANT, recipe=RECIPE, seed=0, report=lambda event: None):
    folder.mkdir(exist_ok=True)
    return training.fit(variant, recipe, seed=seed, data=tiny, folder=folder, report=report)


def same_numbers(first, second):
    for name in ("status", "epochs", "history"):
        assert first[name] == second[name]


@pytest.fixture(scope="module")
def undisturbed(tiny, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    return fit(tiny, folder), folder


@pytest.mark.parametrize("epochs_before_the_kill", [1, 2])
def test_a_resumed_training_gives_the_same_numbers(tiny, tmp_path, undisturbed, epochs_before_the_kill):
    def kill(event):
        if event["event"] == "epoch" and event["epoch"] == epochs_before_the_kill:
            raise Stop

    with pytest.raises(Stop):
        fit(tiny, tmp_path / "run", report=kill)
    notes = []
    record = fit(tiny, tmp_path / "run", report=lambda event: notes.append(event.get("message")))
    assert f"resumed after epoch {epochs_before_the_kill}" in notes
    same_numbers(record, undisturbed[0])
    resumed, whole = (np.load(folder / MODEL) for folder in (tmp_path / "run", undisturbed[1]))
    with resumed, whole:
        for name in whole.files:
            np.testing.assert_array_equal(resumed[name], whole[name])


def test_a_normalised_variant_resumes_repeats_and_loads_exactly(tiny, tmp_path):
    def kill(event):
        if event["event"] == "epoch":
            raise Stop

    recipe = dataclasses.replace(RECIPE, epochs=2, batch_norm_images=128)
    whole = fit(tiny, tmp_path / "whole", variant=NORMALISED, recipe=recipe)
    with pytest.raises(Stop):
        fit(tiny, tmp_path / "killed", variant=NORMALISED, recipe=recipe, report=kill)
    same_numbers(fit(tiny, tmp_path / "killed", variant=NORMALISED, recipe=recipe), whole)
    first, second = (load(tmp_path / run, NORMALISED, recipe) for run in ("whole", "killed"))
    for a, b in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    # The loaded codes are scaled as the training left them: with fresh moments they would be as the layer before.
    means = first.encode(np.load(tiny / "train_images.npy"))[0]
    np.testing.assert_allclose(means.var(axis=0), 1, atol=0.5)
    with pytest.raises((ValueError, KeyError)):
        load(tmp_path / "whole", VARIANT, recipe)


def test_a_repeated_training_gives_the_same_numbers_and_another_seed_others(tiny, tmp_path, undisturbed):
    same_numbers(fit(tiny, tmp_path / "again"), undisturbed[0])
    assert fit(tiny, tmp_path / "other", seed=1)["history"] != undisturbed[0]["history"]


def test_the_record_tells_terms_apart_for_training_and_validation(undisturbed):
    record, folder = undisturbed
    terms = {"loss", "bce", "reconstruction", "penalty", "rounded_accuracy"}
    assert set(record["history"]) == terms | {f"val_{name}" for name in terms}
    assert all(len(values) == 3 for values in record["history"].values())
    assert record["status"] == "ok"
    assert record["error"] is None
    assert record["parameters"] == 507_089 - 2 * (32 + 64) - 2 * (64 + 32)  # without the running moments
    assert record["device"] == "cpu"
    assert record["train_seconds"] > 0
    assert record["peak_rss_mb"] > 100
    assert not (folder / CHECKPOINT).exists()


def test_a_damaged_checkpoint_is_said_and_training_starts_over(tiny, tmp_path, undisturbed):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / CHECKPOINT).write_bytes(b"PK\x03\x04 half a file")
    notes = []
    record = fit(tiny, tmp_path / "run", report=lambda event: notes.append(event.get("message") or ""))
    assert any("checkpoint is damaged" in note for note in notes)
    same_numbers(record, undisturbed[0])


def test_a_diverging_variant_is_a_result_and_says_what_went_wrong(tiny, tmp_path):
    wild = dataclasses.replace(RECIPE, optimizer="sgd", learning_rate=1e9)
    record = fit(tiny, tmp_path / "run", recipe=wild)
    assert record["status"] == "diverged"
    assert "diverged in epoch 1: " in record["error"]
    assert record["epochs"] == 0
    assert all(math.isfinite(value) for values in record["history"].values() for value in values)


def test_an_epochs_order_is_a_permutation_shared_by_all_variants_and_new_each_epoch():
    order = batch_order(128, 32, seed=0, epoch=0)
    assert sorted(order) == list(range(128))
    np.testing.assert_array_equal(order, batch_order(128, 32, seed=0, epoch=0))
    assert not np.array_equal(order, batch_order(128, 32, seed=0, epoch=1))
    assert not np.array_equal(order, batch_order(128, 32, seed=1, epoch=0))


@pytest.mark.parametrize(("images", "batch_size", "left"), [(65, 32, 64), (66, 32, 66), (64, 32, 64), (5, 1, 5)])
def test_a_last_batch_of_one_image_is_left_out(images, batch_size, left):
    assert len(batch_order(images, batch_size, seed=0, epoch=0)) == left


def test_progress_is_told_with_rate_and_time_left(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(training, "REPORT_EVERY", 0.0)
    events = []
    fit(tiny, tmp_path / "run", recipe=dataclasses.replace(RECIPE, epochs=1), report=events.append)
    progress = [event for event in events if event["event"] == "progress"]
    assert [round(event["fraction"], 3) for event in progress] == [0.474, 0.711, 0.948, 1.0]
    assert all(event["images_per_second"] > 0 and event["bce"] > 0 for event in progress)
    assert progress[-1]["seconds_left"] == 0


def test_a_gpu_that_cannot_be_used_is_said(tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    notes = []
    record = fit(
        tiny,
        tmp_path / "run",
        recipe=dataclasses.replace(RECIPE, epochs=1),
        report=lambda e: notes.append(e.get("message")),
    )
    assert record["device"] == "cpu"
    assert any("a GPU is present but Keras cannot use it" in (note or "") for note in notes)


def test_the_trained_model_can_be_loaded(tiny, undisturbed):
    from mmdvae.data import array_folder

    model = load(undisturbed[1], VARIANT, RECIPE)
    images = array_folder.open_split(tiny, "valid")[0]
    mean, _ = model.encode(images)
    assert mean.shape == (len(images), 8)
    assert np.isfinite(model.decode(mean)).all()


def test_a_checkpoint_of_another_network_changes_nothing(undisturbed):
    from mmdvae.training.build import build

    model = build(dataclasses.replace(VARIANT, latent_dim=4), RECIPE, seed=0)
    before = model.get_weights()
    with pytest.raises(ValueError, match="shape"):
        checkpoint.restore(undisturbed[1] / MODEL, model.weights)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
