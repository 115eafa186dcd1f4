"""The residual network of docs/examples: shapes, weights, what it does without training; it is what users copy."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
import shaped_sets

from mmdvae.experiment import file
from mmdvae.jobs import child, request
from mmdvae.model import cost
from mmdvae.training.load import load

EXAMPLES = Path(__file__).parents[2] / "docs/examples"
SHAPES = [(8, 8, 1), (9, 17, 3), (28, 28, 1), (32, 32, 3), (37, 50, 3), (96, 64, 1), (218, 178, 3), (256, 256, 3)]


@pytest.fixture(scope="module")
def resnet():
    spec = importlib.util.spec_from_file_location("resnet", EXAMPLES / "resnet.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gets_codes_and_logits_of_its_own_shape(resnet, shape):
    encoder, decoder = resnet.build(shape, 5, width=8)
    images = np.random.default_rng(0).random((3, *shape), np.float32)
    mean, log_variance = encoder(images, training=False)
    assert mean.shape == log_variance.shape == (3, 5)
    np.testing.assert_array_equal(log_variance, 0)  # at first, so the noise of the codes has deviation 1
    logits = keras.ops.convert_to_numpy(decoder(mean, training=False))
    assert logits.shape == (3, *shape)
    assert logits.min() < 0 < logits.max()  # no probabilities
    alone, _ = encoder(images[1:2], training=False)
    np.testing.assert_allclose(alone[0], mean[1], atol=1e-5)  # no image sees its neighbours
    np.testing.assert_array_equal(encoder(images, training=False)[0], mean)


def test_it_has_fewer_weights_than_the_built_in_network_and_width_sets_them(resnet):
    """A block of width w has 9 w² in each of its two convolutions, and 4 w² beside them."""
    weights = {
        width: sum(network.count_params() for network in resnet.build((32, 32, 3), 8, width=width))
        for width in (16, 32)
    }
    assert weights == {16: 106_243, 32: 318_451}
    assert weights[32] < cost.weights((32, 32, 3), 8) / 1.9
    assert [layer.filters for layer in resnet.build((256, 256, 3), 8)[0].layers if "conv" in layer.name][-1] == 256


def test_all_of_it_is_plain_keras_and_every_trainable_weight_has_an_effect(resnet):
    shape = (16, 16, 3)
    keras.utils.set_random_seed(0)
    encoder, decoder = resnet.build(shape, 4, width=8)
    for network in (encoder, decoder):
        again = keras.models.model_from_json(network.to_json())  # without this file
        assert [weight.shape for weight in again.weights] == [weight.shape for weight in network.weights]
    before = [weight.numpy().copy() for weight in (*encoder.trainable_weights, *decoder.trainable_weights)]
    images = np.random.default_rng(0).random((8, *shape), np.float32)
    codes = keras.Input(shape)
    mean, log_variance = encoder(codes)
    whole = keras.Model(codes, [decoder(mean + log_variance)])
    whole.compile(optimizer=keras.optimizers.SGD(0.1), loss=keras.losses.BinaryCrossentropy(from_logits=True))
    for _ in range(2):  # the kernel of the log variances starts at 0
        whole.train_on_batch(images, images)
    after = [weight.numpy() for weight in (*encoder.trainable_weights, *decoder.trainable_weights)]
    same = [
        weight.path
        for weight, old, new in zip(
            (*encoder.trainable_weights, *decoder.trainable_weights), before, after, strict=True
        )
        if np.array_equal(old, new)
    ]
    assert not same


def test_its_experiment_differs_from_its_twin_in_the_network_alone():
    resnet, conv = (file.as_content(file.read(str(EXAMPLES / f"emoji-{name}.toml"))) for name in ("resnet", "conv"))
    assert (resnet.pop("name"), conv.pop("name")) == ("emoji-resnet", "emoji-conv")
    assert (resnet["model"].pop("network"), resnet["model"].pop("options")) == ("resnet.py:build", {"width": 32})
    assert resnet == conv
    assert (len(resnet["variants"]), resnet["seeds"], resnet["training"]["epochs"]) == (2, [0, 1, 2], 30)


def test_it_is_checked_and_trained_and_loaded_without_its_code(tmp_path):
    experiment = file.read(str(EXAMPLES / "emoji-resnet.toml"))
    network = replace(experiment.recipe.network, options={"width": 8})
    recipe = replace(experiment.recipe, epochs=1, batch_size=8, network=network).for_images(3)
    about = {
        "data": shaped_sets.prepared(tmp_path, (12, 10, 3)),
        "backend": "tensorflow",
        "recipe": recipe.to_dict(),
        "sources": experiment.network.files,
        "image_shape": [12, 10, 3],
    }
    checked = request.make("network", tmp_path, latent_dim=8, **about)
    assert child.run(checked, lambda event: None)["stock"]
    variant = experiment.variants[1]
    training = request.make("train", tmp_path, variant=variant.to_dict(), seed=0, **about)
    record = child.run(training, lambda event: None)
    assert (record["status"], record["epochs"]) == ("ok", 1)
    model = load(Path(training["folder"]))
    images = np.random.default_rng(0).random((5, 12, 10, 3), np.float32)
    mean, _ = model.encode(images)
    assert model.decode(mean).shape == (5, 12, 10, 3)
    np.testing.assert_allclose(model.encode(images[2:3])[0][0], mean[2], atol=1e-5)
