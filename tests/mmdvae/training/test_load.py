"""A trained model out of its folder alone."""

import dataclasses

import numpy as np
import pytest

from mmdvae import recipes, variants
from mmdvae.data import array_folder
from mmdvae.errors import InputError
from mmdvae.jobs import request, store
from mmdvae.jobs.names import REQUEST
from mmdvae.training.build import build
from mmdvae.training.checkpoint import save
from mmdvae.training.fit import MODEL
from mmdvae.training.load import load

VARIANT, RECIPE = dataclasses.replace(variants.imq(0.6), latent_dim=4), recipes.STANDARD


@pytest.fixture
def trained(tmp_path, tiny):
    return stored(VARIANT, tmp_path, tiny)


def stored(variant, tmp_path, tiny):
    """The folder of a training as a child process leaves it, with untrained weights; and the model."""
    about = {"variant": variant.to_dict(), "recipe": RECIPE.to_dict(), "seed": 3}
    asked = request.make("train", tmp_path, data=tiny, backend="tensorflow", **about)
    folder = tmp_path / asked["folder"].rpartition("/")[2]
    store.describe(folder, asked)
    model = build(variant, RECIPE, seed=3)
    save(folder / MODEL, model.weights, {})
    return folder, model


@pytest.mark.parametrize("variant", [VARIANT, variants.normalised(VARIANT)], ids=lambda variant: variant.name)
def test_a_training_says_itself_what_was_trained(variant, tmp_path, tiny):
    folder, model = stored(variant, tmp_path, tiny)
    loaded = load(folder)
    assert (loaded.variant, loaded.recipe) == (variant, RECIPE.for_images(1))
    images = array_folder.open_split(tiny, "test")[0]
    np.testing.assert_array_equal(loaded.encode(images)[0], model.encode(images)[0])


@pytest.mark.parametrize("text", [None, "{", "[]", "{}", '{"variant": {"regularizer": "gan"}, "recipe": {}}'])
def test_a_folder_that_does_not_say_it_is_refused_unless_it_is_told(trained, text):
    folder, _ = trained
    if text is None:
        (folder / REQUEST).unlink()
    else:
        (folder / REQUEST).write_text(text)
    with pytest.raises(InputError, match=rf"{folder.name}.* must be the folder of a training, with a request\.json"):
        load(folder)
    assert load(folder, VARIANT, RECIPE).variant == VARIANT


@pytest.mark.parametrize(
    "harm", [lambda whole: b"", lambda whole: whole[:1000], lambda whole: whole[:-100] + b"x" * 100]
)
def test_damaged_weights_are_an_error_that_names_the_file(trained, harm):
    path = trained[0] / MODEL
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises((ValueError, KeyError), match=r"model\.npz|v0"):
        load(trained[0])


def test_a_single_array_is_no_archive_of_weights(trained):
    with (trained[0] / MODEL).open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(ValueError, match=r"model\.npz must be an archive of arrays"):
        load(trained[0])
