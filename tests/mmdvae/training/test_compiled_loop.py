"""Many steps in one launch equal single steps, on both backends."""

import dataclasses
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import keras
import numpy as np
import pytest

from mmdvae import recipes, variants
from mmdvae.data import array_folder
from mmdvae.model import networks
from mmdvae.model.layers import BatchNorm, ToOneChannel
from mmdvae.training import compiled_loop, fit
from mmdvae.training.build import build
from mmdvae.training.compiled_loop import CompiledLoop

RECIPE = dataclasses.replace(recipes.STANDARD, batch_size=32)
VARIANT = variants.imq(0.6)  # draws a prior, so every random stream is in use


@pytest.fixture(scope="module")
def images(tiny):
    return array_folder.open_split(tiny, "train")[0]


def fresh(recipe=RECIPE, variant=VARIANT):
    model = build(variant, recipe, seed=0)
    model.reseed(0, 0)
    return model


def losses(model, loop, rows, **options):
    """The running mean of the loss after each launch."""
    model.reset_metrics()
    seen = []

    def after(done):
        seen.append(float(model.get_metrics_result()["loss"]))
        return options.get("steps", 1)

    loop.run("train", rows, batch_size=model.recipe.batch_size, after=after)
    return seen


def test_how_many_steps_a_launch_has_changes_no_bit(images):
    rows = np.random.default_rng(0).permutation(200)  # six batches of 32, and one of eight
    weights, last = [], []
    for steps in (1, 4):
        model = fresh()
        seen = losses(model, CompiledLoop(model, images), rows, steps=steps)
        assert len(seen) == {1: 7, 4: 4}[steps]  # the first launch has one step, the last the rest
        weights.append(model.get_weights())
        last.append(seen[-1])
    assert last[0] == last[1]
    for one, four in zip(*weights, strict=True):
        np.testing.assert_array_equal(one, four)


def test_images_that_are_sent_with_each_call_train_the_same_model(images, monkeypatch):
    rows, weights = np.random.default_rng(0).permutation(200), []
    held = np.array(images)  # not mapped from a file, as for a GPU
    for resident in (1e9, 0):
        monkeypatch.setattr(compiled_loop, "RESIDENT", resident)
        monkeypatch.setattr(compiled_loop, "BLOCK", 2 * 32 * held[0].nbytes)
        model = fresh()
        seen = losses(model, CompiledLoop(model, held), rows, steps=4)
        assert len(seen) == (5 if resident == 0 else 4)  # at most two steps in a call
        weights.append(model.get_weights())
    for held_there, sent in zip(*weights, strict=True):
        np.testing.assert_array_equal(held_there, sent)


def test_the_first_fifty_losses_are_those_of_stock_layers_under_fit(images, monkeypatch):
    """Same seeds, same order. The two round differently, and training amplifies the difference.

    The amplification is measured by four more runs of the stock path, each initial weight perturbed by the error of
    float32 sums of n numbers in another order, sqrt(n) last bits; n is that of the largest sums, batch normalisation's
    over a batch's pixels. Our losses may differ from the stock path's by at most twice the largest of these.
    """
    recipe, variant = dataclasses.replace(recipes.NOTEBOOK, learning_rate=0.05), variants.gaussian(0.6, 2.83)
    rows = np.random.default_rng(0).integers(len(images), size=50 * recipe.batch_size)
    model = fresh(recipe, variant)
    ours = single_losses(losses(model, CompiledLoop(model, images), rows))

    monkeypatch.setattr(networks, "BatchNorm", keras.layers.BatchNormalization)
    monkeypatch.setattr(networks, "ToOneChannel", partial(keras.layers.Conv2DTranspose, 1, 3, padding="same"))
    paths = []
    lost = np.sqrt(recipe.batch_size * 28 * 28) * np.finfo("float32").eps
    for off_by, seed in ((0.0, 0), *((lost, seed) for seed in range(1, 5))):
        stock = fresh(recipe, variant)
        assert not any(isinstance(layer, BatchNorm | ToOneChannel) for layer in stock.decoder.layers)
        signs = np.random.default_rng(seed)
        for weight in stock.trainable_variables:
            weight.assign(weight * (1 + off_by * signs.choice([-1, 1], size=weight.shape)))
        seen = []
        every = keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda batch, logs, seen=seen: seen.append(logs["loss"])
        )
        stock.fit(images[rows], batch_size=recipe.batch_size, shuffle=False, verbose=0, callbacks=[every])
        paths.append(single_losses(seen))
    stock, *off = paths
    assert len(ours) == len(stock) == 50
    np.testing.assert_allclose(ours[:5], stock[:5], rtol=1e-5)
    assert np.abs(ours - stock).max() < 2 * np.abs(np.array(off) - stock).max() < 0.2 * stock.max()


def single_losses(running_means):
    """The loss of each step, from the means over all steps so far."""
    return np.diff(np.float64(running_means) * np.arange(1, len(running_means) + 1), prepend=0)


def test_zero_ends_the_run(images):
    model = fresh()
    assert len(losses(model, CompiledLoop(model, images), np.arange(200), steps=0)) == 1
    assert int(model.optimizer.iterations) == 1


def test_a_test_step_changes_no_weight(images):
    model = fresh()
    before = [np.array(weight) for weight in model.get_weights()]
    CompiledLoop(model, images).run("test", np.arange(64), batch_size=32)
    for was, weight in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(was, weight)


def test_images_of_a_file_are_not_copied(images):
    loop = CompiledLoop(fresh(), images)  # must stay alive as long as the address is used
    address = np.asarray(loop.images).ctypes.data
    mappings = (line.split() for line in Path("/proc/self/maps").read_text().splitlines())
    ranges = ((*(int(end, 16) for end in mapping[0].split("-")), mapping[-1]) for mapping in mappings)
    assert [path for start, end, path in ranges if start <= address < end] == [str(images.filename)]


def test_a_slice_of_mapped_images_is_that_slice(images):
    np.testing.assert_array_equal(CompiledLoop(fresh(), images[5:9]).images, images[5:9])


TWO_EPOCHS = dataclasses.replace(RECIPE, epochs=2, batch_norm_images=64)
BY_JAX = """
import json, sys
from pathlib import Path
from mmdvae import recipes, variants
from mmdvae.training import compiled_loop, fit
recipe, data, folder = recipes.Recipe(**json.loads(sys.argv[1])), Path(sys.argv[2]), Path(sys.argv[3])
print(json.dumps(fit.fit(variants.named(sys.argv[4]), recipe, seed=0, data=data, folder=folder, report=id)))
"""


@pytest.mark.parametrize("variant", [VARIANT, variants.normalised(VARIANT)], ids=lambda variant: variant.name)
def test_jax_trains_the_same_code(tiny, tmp_path, variant):
    """Random numbers differ from TensorFlow's, the mathematics does not: after two epochs errors agree within 10 %."""
    folders = [tmp_path / "tensorflow", tmp_path / "jax"]
    for folder in folders:
        folder.mkdir()
    ours = fit.fit(variant, TWO_EPOCHS, seed=0, data=tiny, folder=folders[0], report=id)["history"]
    done = subprocess.run(
        [sys.executable, "-c", BY_JAX, json.dumps(TWO_EPOCHS.to_dict()), str(tiny), str(folders[1]), variant.name],
        env=os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    record = json.loads(done.stdout)
    other = record["history"]
    assert record["device"] == "cpu"
    assert other["bce"][1] < other["bce"][0]
    for name in ("bce", "val_bce"):
        assert other[name][-1] == pytest.approx(ours[name][-1], rel=0.1)


def test_the_loop_can_be_compiled_by_xla_as_on_a_gpu(images):
    """XLA draws other random numbers, so training is equivalent but not bit-identical."""
    rows = np.random.default_rng(0).integers(len(images), size=11 * 32)  # launches of one step and of ten
    plain, compiled = fresh(), fresh()
    compiled.jit_compile = True
    plain, compiled = (losses(model, CompiledLoop(model, images), rows, steps=10)[-1] for model in (plain, compiled))
    assert compiled == pytest.approx(plain, rel=0.1)


def test_what_progress_says_adapts_the_launches(images, monkeypatch):
    model = fresh()
    progress = fit.Progress(model, id, epoch=0, images=100)
    model.reset_metrics()
    clock = iter([0.0, 0.01, 0.02, 10.0])
    monkeypatch.setattr(fit.time, "monotonic", lambda: next(clock))
    assert [progress(done) for done in (1, 2, 3, 4)] == [1, 2, 4, 4]
