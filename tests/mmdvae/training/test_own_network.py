"""Networks of a user's own: exact resume, running moments, loading with and without their code."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import own_network_texts as texts
import pytest

from mmdvae import recipes, variants
from mmdvae.data import array_folder
from mmdvae.errors import InputError
from mmdvae.files import write_json
from mmdvae.jobs import request, store
from mmdvae.model import parts
from mmdvae.training import batch_norm_statistics, fit, stock, trial
from mmdvae.training.build import build
from mmdvae.training.compiled_loop import CompiledLoop
from mmdvae.training.load import load

VARIANT = dataclasses.replace(variants.imq(0.6), latent_dim=3)
NORMALISED = variants.normalised(VARIANT)
SMALL = dataclasses.replace(recipes.STANDARD, epochs=2, batch_size=64, batch_norm_images=128)
ROOT = Path(__file__).parents[3]
KINDS = {"of Keras's layers": texts.GOOD, "of layers of its own": texts.SUBCLASSED}


class Stop(Exception):
    """Raised by a test to end a training between two epochs, as if it were killed."""


def recipe_of(text, **options):
    return dataclasses.replace(SMALL, network=texts.network(text, **options))


def train(tiny, folder, text, *, variant=VARIANT, kill_after=None, sources=None):
    """Do the job of kind `train` as a child process does, and end it after an epoch if asked to."""

    def report(event):
        if event["event"] == "epoch" and event["epoch"] == kill_after:
            raise Stop

    about = {"variant": variant.to_dict(), "recipe": recipe_of(text).to_dict(), "seed": 3}
    asked = request.make(
        "train",
        folder,
        data=tiny,
        backend="tensorflow",
        sources=sources or {"own.py": text},
        **about,
        image_shape=[28, 28, 1],
    )
    place = folder / asked["folder"].rpartition("/")[2]
    store.describe(place, asked)
    record, files = fit.work(asked, place, report)
    store.finish(place, record, files)
    return place, record, files


def weights_of(folder):
    with np.load(folder / fit.MODEL) as archive:
        return {name: archive[name] for name in archive.files if name != "notes"}


@pytest.fixture(scope="module")
def trained(tiny, tmp_path_factory):
    """Finished trainings by the network's text."""
    return {text: train(tiny, tmp_path_factory.mktemp("trained"), text) for text in KINDS.values()}


@pytest.mark.parametrize("text", KINDS.values(), ids=KINDS)
def test_a_killed_training_gives_the_same_numbers_when_it_is_resumed(trained, tiny, tmp_path, text):
    folder, record, _ = trained[text]
    with pytest.raises(Stop):
        train(tiny, tmp_path, text, kill_after=1)
    resumed, again, _ = train(tiny, tmp_path, text)
    assert again["history"] == record["history"]
    for name, values in weights_of(folder).items():
        np.testing.assert_array_equal(weights_of(resumed)[name], values, err_msg=name)


ON_JAX = """
import sys
from pathlib import Path
sys.path.insert(0, "tests/support")
import json
from mmdvae.training import fit
request, folder = json.loads(sys.argv[1]), Path(sys.argv[2])
class Stop(Exception): pass
def kill(event):
    if event["event"] == "epoch": raise Stop
for name in ("whole", "killed"): (folder / name).mkdir()
try: fit.work(request, folder / "killed", kill)
except Stop: print("killed")
print(*(fit.work(request, folder / name, lambda event: None)[0]["status"] for name in ("killed", "whole")))
"""


def test_on_jax_a_resumed_training_gives_the_same_numbers_too(tiny, tmp_path):
    asked = {"variant": VARIANT.to_dict(), "recipe": recipe_of(texts.GOOD).to_dict(), "seed": 3, "data": str(tiny)}
    words = [sys.executable, "-c", ON_JAX, json.dumps(asked | {"sources": {"own.py": texts.GOOD}}), tmp_path]
    environment = os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(words, capture_output=True, text=True, env=environment, cwd=ROOT, check=True)
    assert done.stdout.split() == ["killed", "ok", "ok"]
    resumed, whole = (weights_of(tmp_path / folder) for folder in ("killed", "whole"))
    for name, values in whole.items():
        np.testing.assert_array_equal(resumed[name], values, err_msg=name)


def test_a_normalised_variant_resumes_and_loads_too(trained, tiny, tmp_path):
    folder, record, _ = train(tiny, tmp_path / "whole", texts.GOOD, variant=NORMALISED)
    with pytest.raises(Stop):
        train(tiny, tmp_path / "killed", texts.GOOD, variant=NORMALISED, kill_after=1)
    assert train(tiny, tmp_path / "killed", texts.GOOD, variant=NORMALISED)[1]["history"] == record["history"]
    means = load(folder).encode(np.load(tiny / "train_images.npy"))[0]
    np.testing.assert_allclose(means.var(axis=0), 1, atol=0.5)
    assert len(weights_of(folder)) == 2 + len(weights_of(trained[texts.GOOD][0]))


def test_dropout_draws_the_same_for_all_variants_of_a_seed_and_anew_in_each_epoch(tiny, tmp_path):
    images = np.array(array_folder.open_split(tiny, "train")[0][:16])
    own = texts.own(texts.GOOD, tmp_path)

    def outputs(variant, epoch):
        model = build(variant, recipe_of(texts.GOOD), seed=0, make=own)
        model.reseed(0, epoch)
        return np.asarray(model(images, training=True)["log_variance"])

    first = outputs(VARIANT, 0)
    np.testing.assert_array_equal(outputs(NORMALISED, 0), first)
    assert not np.array_equal(outputs(VARIANT, 1), first)


def test_reseeding_reaches_every_stream_and_leaves_those_of_the_built_in_network_as_they_were(tmp_path):
    model = build(VARIANT, recipe_of(texts.GOOD), seed=0, make=texts.own(texts.GOOD, tmp_path))
    own = parts.random_states(model.encoder, model.decoder)
    assert len(own) == 3  # two of Dropout and one of GaussianNoise
    built_in = build(VARIANT, SMALL, seed=0)
    assert parts.random_states(built_in.encoder, built_in.decoder) == []
    for each in (model, built_in):
        each.reseed(5, 7)
    ours = [
        [np.asarray(getattr(each, f"{name}_stream").state) for name in ("augmentation", "noise", "prior", "penalty")]
        for each in (model, built_in)
    ]
    np.testing.assert_array_equal(*ours)
    assert len({int(np.asarray(state)[0]) for state in (*ours[0], *own)}) == 7
    seen = []
    for epoch in (7, 8, 7):
        model.reseed(5, epoch)
        seen.append([int(np.asarray(state)[0]) for state in own])
    assert seen[0] == seen[2]
    assert not set(seen[0]) & set(seen[1])


def test_running_moments_of_nested_layers_are_means_over_batches_and_all_else_stays(tiny, tmp_path):
    images = np.array(array_folder.open_split(tiny, "train")[0][:128])
    model = build(VARIANT, recipe_of(texts.SUBCLASSED), seed=0, make=texts.own(texts.SUBCLASSED, tmp_path))
    norm, average = model.encoder.block.norm, model.encoder.average
    average.assign(0.25)
    norm.momentum = 0.6
    flat = (images / 255).astype("float32").reshape(128, -1)
    features = [np.asarray(model.encoder.block.dense(flat[start : start + 64])) for start in (0, 64)]
    batch_norm_statistics.estimate(model, CompiledLoop(model, images), np.arange(128))
    np.testing.assert_allclose(norm.moving_mean, np.mean([one.mean(axis=0) for one in features], axis=0), atol=1e-5)
    np.testing.assert_allclose(norm.moving_variance, np.mean([one.var(axis=0) for one in features], axis=0), rtol=1e-4)
    assert norm.momentum == 0.6
    assert float(average) == 0.25


@pytest.mark.parametrize("text", KINDS.values(), ids=KINDS)
def test_the_folder_of_a_training_keeps_the_texts_and_networks_of_kerass_layers_as_json(trained, text):
    folder, _, files = trained[text]
    described = stock.FILES if text == texts.GOOD else ()
    assert files == ("model.npz", "code/own.py", *described)
    assert (folder / "code" / "own.py").read_text() == text
    assert store.read(folder) is not None


def without(folder, target, *names):
    """A copy of a training's folder that lacks some of what is in it."""
    return Path(shutil.copytree(folder, target, ignore=shutil.ignore_patterns(*names)))


def test_a_network_of_kerass_layers_is_loaded_without_its_code_and_is_the_same(trained, tiny, tmp_path):
    folder, images = trained[texts.GOOD][0], array_folder.open_split(tiny, "test")[0]
    by_json = load(without(folder, tmp_path / "json", "code"))
    by_code = load(without(folder, tmp_path / "code", *stock.FILES), allow_code=True)
    for a, b in zip(by_json.encode(images), by_code.encode(images), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    codes = np.random.default_rng(0).normal(size=(5, 3))
    np.testing.assert_allclose(by_json.decode(codes), by_code.decode(codes), atol=1e-6)


def test_any_other_network_is_loaded_only_where_code_may_run(trained, tiny):
    folder, images = trained[texts.SUBCLASSED][0], array_folder.open_split(tiny, "test")[0]
    with pytest.raises(InputError, match=r"own\.py:build is code.* Read .*code, then allow it: --allow-code"):
        load(folder)
    model = load(folder, allow_code=True)
    assert float(model.encoder.average) != 0  # a state of its own is kept with the weights
    assert np.isfinite(model.decode(model.encode(images)[0])).all()


def test_code_that_was_changed_beside_the_weights_is_not_run(tiny, tmp_path):
    folder, _, _ = train(tiny, tmp_path, texts.SUBCLASSED)
    code = folder / "code" / "own.py"
    code.write_text("raise SystemExit('ran')\n" + code.read_text())
    with pytest.raises(ValueError, match=r"own\.py:build: its texts in .* were changed"):
        load(folder, allow_code=True)


def test_texts_that_are_not_those_of_the_recipe_are_refused_before_they_are_imported(tiny, tmp_path):
    with pytest.raises(ValueError, match="were changed"):
        train(tiny, tmp_path, texts.GOOD, sources={"own.py": "raise SystemExit('ran')"})


@pytest.mark.parametrize(
    "part",
    [
        {"module": "keras.layers", "class_name": "Lambda", "config": {}},
        {"module": "os", "class_name": "system", "config": {}},
        {"module": "builtins", "class_name": "function", "config": "eval"},
        {"module": "keras.utils", "class_name": "get_file", "config": {}},
        {"module": None, "class_name": "Sub", "config": {}},
    ],
    ids=lambda part: part["class_name"],
)
def test_json_that_names_anything_but_kerass_layers_is_not_built(trained, tmp_path, part):
    folder = without(trained[texts.GOOD][0], tmp_path / "harmed")
    config = json.loads((folder / "decoder.json").read_text())
    config["config"]["layers"].append(part)
    write_json(folder / "decoder.json", config)
    with pytest.raises(ValueError, match=r"decoder\.json must consist of Keras's own layers only"):
        load(folder, allow_code=True)


def test_a_recipe_without_a_network_takes_none_and_one_with_needs_it(tmp_path):
    with pytest.raises(ValueError, match="networks of the user's own must come with a recipe that names them"):
        build(VARIANT, recipe_of(texts.GOOD), seed=0)
    with pytest.raises(ValueError, match="networks of the user's own must come with a recipe that names them"):
        build(VARIANT, SMALL, seed=0, make=texts.own(texts.GOOD, tmp_path))


def test_options_are_the_functions_arguments(tmp_path):
    wide, narrow = (
        build(VARIANT, recipe_of(texts.GOOD, width=width), seed=0, make=texts.own(texts.GOOD, tmp_path, width=width))
        for width in (16, 4)
    )
    assert wide.count_params() > narrow.count_params()


def test_settings_of_keras_neither_reach_the_function_nor_stay_changed(tmp_path):
    sets = "import keras\nkeras.config.set_floatx('float16')\n" + texts.GOOD.replace(
        "    return encoder,", "    keras.config.set_image_data_format('channels_first')\n    return encoder,"
    )
    encoder, _ = texts.own(sets, tmp_path)((28, 28, 1), 3)
    assert encoder.outputs[0].dtype == keras.config.floatx() == "float32"
    assert keras.config.image_data_format() == "channels_last"


def test_a_trial_measures_the_users_network(tiny, tmp_path):
    asked = {
        "recipe": recipe_of(texts.GOOD).to_dict(),
        "variant": VARIANT.to_dict(),
        "data": str(tiny),
        "sources": {"own.py": texts.GOOD},
    }
    record, _ = trial.work(asked, tmp_path, lambda event: None)
    assert record["images_per_second"] > 0


def test_large_images_go_a_few_at_a_time_through_layers_that_do_not_tell_their_size(tmp_path):
    seen, unseen = (
        texts.own(text, tmp_path / str(number)) for number, text in enumerate((texts.GOOD, texts.SUBCLASSED))
    )
    shape = (256, 256, 3)
    sizes = [
        build(VARIANT, recipe_of(text), seed=0, image_shape=shape, make=own).at_a_time
        for text, own in ((texts.GOOD, seen), (texts.SUBCLASSED, unseen))
    ]
    assert sizes[0] > 50
    assert sizes[1] == 1
