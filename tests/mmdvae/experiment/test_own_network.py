"""The network in an experiment file."""

import json
import tomllib

import pytest

from mmdvae.errors import InputError
from mmdvae.experiment import file
from mmdvae.files import digest

VARIANTS = '[[variants]]\nregularizer = "none"\n'


@pytest.fixture
def written(tmp_path):
    (tmp_path / "net.py").write_text("import keras\ndef build(image_shape, latent_dim, width=8): ...\n")

    def write(model, name="mine.toml", head=""):
        path = tmp_path / name
        path.write_text(f'format = 1\nname = "mine"\n{head}{model}{VARIANTS}')
        return str(path)

    return write


def test_a_network_is_read_beside_the_file_with_its_options(written):
    found = file.read(written('[model]\nnetwork = "net.py:build"\noptions = {width = 16}\n'))
    network = found.recipe.network
    assert (network.name, network.options) == ("net.py:build", {"width": 16})
    assert network.source == digest(found.network.files) == found.network.sha256
    assert list(network.versions) == ["keras"]
    json.dumps(found.recipe.to_dict())


def test_the_built_in_one_has_no_code(written):
    for model in ("", '[model]\nnetwork = "conv"\n'):
        found = file.read(written(model))
        assert found.network is found.recipe.network is None


def test_a_run_repeats_it_by_a_path_relative_to_its_folder(written, tmp_path):
    found = file.read(written('[model]\nnetwork = "net.py:build"\noptions = {width = 16}\n'))
    folder = tmp_path / "runs/one"
    folder.mkdir(parents=True)
    text = file.text(found, folder)
    assert tomllib.loads(text)["model"]["network"] == "../../net.py:build"
    (folder / "experiment.toml").write_text(text)
    assert file.read(str(folder)).recipe == found.recipe
    assert file.as_content(found)["model"] == {"latent_dim": 8, "network": "net.py:build", "options": {"width": 16}}


def test_a_base_lends_its_network_and_its_options_only_with_it(written, tmp_path):
    written('[model]\nnetwork = "net.py:build"\noptions = {width = 16}\n', "base.toml")
    (tmp_path / "below").mkdir()
    lent = file.read(written("", "below/mine.toml", head='base = "../base.toml"\n'))
    assert lent.recipe.network.options == {"width": 16}
    other = '[model]\nnetwork = "../net.py:build"\n'
    assert file.read(written(other, "below/own.toml", head='base = "../base.toml"\n')).recipe.network.options == {}


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ('network = "other.py:build"', "model.network: other.py: must be a file, but there is none at "),
        ('network = "net.py:nope"', "model.network: net.py: must define nope; it defines: build, keras"),
        ('network = "resnet"', "model.network: must be FILE.py:FUNCTION or PACKAGE.MODULE:FUNCTION, got 'resnet'"),
        ("network = 3", "model.network: must be text, got 3"),
        ("options = {width = 3}", "model.options: are only for a network of your own (model.network)"),
        ('network = "net.py:build"\noptions = 3', "model.options: must be a table, got 3"),
        ('network = "net.py:build"\noptions = {width = nan}', "model.options: must be finite numbers, texts, "),
    ],
)
def test_a_wrong_network_gets_one_line(written, model, said):
    with pytest.raises(InputError) as caught:
        file.read(written(f"[model]\n{model}\n"))
    assert str(caught.value).startswith(f"mine.toml: {said}")
