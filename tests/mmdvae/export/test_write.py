"""Exported models: they load where there is no mmdvae and do what the model does; anything else writes nothing."""

import json
from dataclasses import replace

import keras
import loaded_elsewhere
import numpy as np
import own_network_texts as texts
import pytest
import shaped_sets
from scipy.special import expit

from mmdvae import variants
from mmdvae.errors import InputError
from mmdvae.export import formats, twin
from mmdvae.export.write import write
from mmdvae.images import with_channels
from mmdvae.model.vae import VAE
from mmdvae.recipes import STANDARD
from mmdvae.training import fit
from mmdvae.training.load import load

RECIPE = replace(STANDARD, epochs=1, batch_size=16, batch_norm_images=32)
# Grey with our two fused layers, colour, a shape that is cropped, codes that are normalised, KL.
CASES = {
    "grey": ((28, 28, 1), variants.none()),
    "grey with normalised codes": ((32, 24, 1), variants.normalised(variants.none())),
    "odd colour": ((37, 50, 3), replace(variants.kl(0.5), latent_dim=3)),
}
SHAPE = (28, 28, 1)


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A model of each case, trained for an epoch: its running moments are not those of new weights."""
    models = {}
    for name, (shape, variant) in CASES.items():
        place = tmp_path_factory.mktemp("trained")
        data = shaped_sets.prepared(place, shape)
        fit.fit(variant, RECIPE, seed=0, data=data, folder=place, report=lambda event: None)
        models[name] = load(place, variant, RECIPE, shape)
    return models


@pytest.fixture
def model(trained):
    return trained["grey"]


def own(text, folder):
    """A new model of a user's own network."""
    networks = texts.own(text, folder)(SHAPE, 4)
    variant = replace(variants.none(), latent_dim=4)
    return VAE(variant, replace(RECIPE, network=texts.network(text)), SHAPE, networks)


def given_to(model, count=5):
    """Images in [0, 1] and codes for a model."""
    random = np.random.default_rng(1)
    images = random.uniform(size=(count, *model.image_shape)).astype("float32")
    return images, random.normal(size=(count, model.variant.latent_dim)).astype("float32")


def check_elsewhere(models, folders, place):
    """Each folder, loaded without mmdvae, encodes and decodes as its model does, to 1e-5."""
    images, codes = zip(*map(given_to, models), strict=True)
    for model, image, code, found in zip(
        models, images, codes, loaded_elsewhere.outputs(folders, images, codes, place), strict=True
    ):
        mean, log_variance = model.encode(image)
        np.testing.assert_allclose(found["mean"], mean, rtol=0, atol=1e-5)
        np.testing.assert_allclose(found["log_variance"], log_variance, rtol=0, atol=1e-5)
        np.testing.assert_allclose(found["image"], with_channels_of(model, expit(model.decode(code))), atol=1e-5)


def with_channels_of(model, images):
    return with_channels(images) if model.image_shape[2] == 1 else images


@pytest.mark.parametrize("format", formats.NAMES)
def test_an_exported_model_does_the_same_where_there_is_no_mmdvae(format, trained, tmp_path):
    folders = [tmp_path / name for name in trained]
    for model, folder in zip(trained.values(), folders, strict=True):
        write(model, folder, format=format)
    check_elsewhere(list(trained.values()), folders, tmp_path)


@pytest.mark.parametrize("format", formats.NAMES)
def test_a_network_of_a_users_own_made_of_stock_layers_does_too(format, tmp_path):
    model = own(texts.GOOD, tmp_path / "code")
    write(model, tmp_path / "there", format=format)
    check_elsewhere([model], [tmp_path / "there"], tmp_path)


def test_layers_of_a_users_own_load_elsewhere_in_the_formats_that_hold_what_they_compute(tmp_path):
    model = own(texts.SUBCLASSED, tmp_path / "code")
    with pytest.raises(
        InputError,
        match="^own.py:build has layers of its own, which format keras cannot load elsewhere; "
        "choose: savedmodel, onnx$",
    ):
        write(model, tmp_path / "keras")
    folders = [tmp_path / name for name in ("savedmodel", "onnx")]
    for folder in folders:
        write(model, folder, format=folder.name)
    check_elsewhere([model, model], folders, tmp_path)
    assert not (tmp_path / "keras").exists()


def test_model_json_has_what_is_told_and_all_names_and_shapes(trained, tmp_path):
    paths = write(trained["odd colour"], tmp_path / "there", about={"seed": 3, "metrics": {"mse": 0.1}})
    assert sorted(path.name for path in paths) == ["decoder.keras", "encoder.keras", "example.py", "model.json"]
    assert all(path.is_file() for path in paths)
    about = json.loads((tmp_path / "there" / "model.json").read_text())
    assert (about["seed"], about["metrics"], about["format"]) == (3, {"mse": 0.1}, "keras")
    assert (about["image_shape"], about["input_range"]) == ([37, 50, 3], [0, 1])
    assert about["encoder"] == {
        "inputs": {"image": [None, 37, 50, 3]},
        "outputs": {"mean": [None, 3], "log_variance": [None, 3]},
    }
    assert about["decoder"] == {"inputs": {"code": [None, 3]}, "outputs": {"image": [None, 37, 50, 3]}}
    assert 0 <= about["largest_difference"] < twin.TOLERANCE
    example = (tmp_path / "there" / "example.py").read_text()
    assert len(example.splitlines()) == 12
    assert "mmdvae" not in example


def test_the_tensors_of_an_onnx_file_have_the_names_that_model_json_tells(model, tmp_path):
    import onnx

    write(model, tmp_path / "there", format="onnx")
    encoder, decoder = (onnx.load(tmp_path / "there" / f"{name}.onnx").graph for name in ("encoder", "decoder"))
    shapes = {
        value.name: [side.dim_param or side.dim_value for side in value.type.tensor_type.shape.dim]
        for graph in (encoder, decoder)
        for value in (*graph.input, *graph.output)
    }
    assert [value.name for value in encoder.input] == ["image"]
    assert {value.name for value in encoder.output} == {"mean", "log_variance"}
    assert ([value.name for value in decoder.input], [value.name for value in decoder.output]) == (["code"], ["image"])
    assert shapes == {"image": ["n", 28, 28, 1], "mean": ["n", 8], "log_variance": ["n", 8], "code": ["n", 8]}


def test_a_copy_that_differs_is_not_written(model, tmp_path, monkeypatch):
    stock = twin._stock

    def other(layer):
        made = stock(layer)
        if isinstance(made, keras.layers.BatchNormalization):
            made.epsilon *= 10
        return made

    monkeypatch.setattr(twin, "_stock", other)
    with pytest.raises(ValueError, match="^the network of stock layers must give the codes of the model within 1e-05"):
        write(model, tmp_path / "there")
    assert list(tmp_path.iterdir()) == []


def test_what_differs_after_it_was_written_is_not_left_behind(model, tmp_path, monkeypatch):
    how = formats.find("onnx").load()
    read = how.read

    def of_others(folder):
        loaded = read(folder)
        return how.Loaded(loaded.encoder, type("Dark", (), {"run": lambda *_: [np.zeros((64, 28, 28, 1))]})())

    monkeypatch.setattr(how, "read", of_others)
    with pytest.raises(ValueError, match="^what was written as onnx must give the images of the model within 1e-05"):
        write(model, tmp_path / "there", format="onnx")
    assert list(tmp_path.iterdir()) == []


def test_a_diverged_model_is_not_written(tmp_path):
    model = VAE(variants.none(), RECIPE, SHAPE)
    model.decoder.weights[-1].assign([np.nan])  # the bias of its last layer
    with pytest.raises(ValueError, match="^the model has diverged: its images are not finite$"):
        write(model, tmp_path / "there")
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_export_is_replaced_and_nothing_else_is(model, tmp_path):
    write(model, tmp_path / "there", format="onnx")
    (tmp_path / "there" / "__pycache__").mkdir()
    write(model, tmp_path / "there")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there"]
    assert not (tmp_path / "there" / "encoder.onnx").exists()
    (tmp_path / "there" / "notes.txt").write_text("mine")
    before = sorted((tmp_path / "there").rglob("*"))
    with pytest.raises(InputError, match="must be new, empty or an earlier export, which is replaced; has also notes"):
        write(model, tmp_path / "there", format="onnx")
    assert sorted((tmp_path / "there").rglob("*")) == before


def test_an_unknown_format_and_missing_packages_are_told_in_a_line(model, tmp_path, monkeypatch):
    with pytest.raises(InputError, match="^unknown format 'pickle'; choose one of: keras, savedmodel, onnx$"):
        write(model, tmp_path / "there", format="pickle")
    monkeypatch.setattr(formats.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(
        InputError,
        match=r"^format onnx needs tf2onnx, onnx, onnxruntime, not installed; `pip install -e '\.\[onnx\]'`$",
    ):
        write(model, tmp_path / "there", format="onnx")
    assert list(tmp_path.iterdir()) == []
