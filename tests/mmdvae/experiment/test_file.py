"""Experiment files: what they mean, how they are written again, and one line for each way to be wrong."""

import dataclasses
import os
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from mmdvae import variants
from mmdvae.errors import InputError
from mmdvae.experiment import file, tables
from mmdvae.experiment.experiment import Experiment
from mmdvae.recipes import STANDARD
from mmdvae.variants import Variant

HEAD = 'format = 1\nname = "mine"\n'
NONE = '[[variants]]\nregularizer = "none"\n'


@pytest.fixture
def written(tmp_path):
    """Write a file and return its path as text."""

    def written(text, name="mine.toml"):
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    return written


def names(path, **changes):
    return [variant.name for variant in file.read(path, changes).variants]


def test_lists_in_a_block_are_crossed_blocks_are_united_and_doubles_are_dropped(written):
    block = '[[variants]]\nregularizer = "mmd"\nalpha = [0.2, 0.6]\nsigma = ["sqrt(d)", "median", 2.83]\n'
    path = written(HEAD + NONE + block + NONE + '[[variants]]\nregularizer = "kl"\nbeta = [0.25, 1, 4]\n')
    grid = [f"mmd-a{alpha}-s{sigma}" for alpha in (0.2, 0.6) for sigma in (2.83, 3.83)]
    assert names(path) == ["none", *grid, "kl-a0.2", "kl-a0.5", "kl-a0.8"]


def test_rules_for_sigma_follow_the_latent_dimensions(written):
    path = written(HEAD + '[[variants]]\nregularizer = "mmd"\nalpha = 0.6\nsigma = ["0.5*sqrt(d)", "d/sqrt(2)", "d"]\n')
    assert names(path) == ["mmd-a0.6-s1.41", "mmd-a0.6-s5.66", "mmd-a0.6-s8"]
    changed = file.read(path, {"model.latent_dim": 32})
    assert [one.sigma for one in changed.variants] == [2.83, 22.6, 32.0]
    assert changed.latent_dims == (32,)


def test_every_penalty_has_its_block(written):
    blocks = [
        'regularizer = "mmd"\nkernel = "imq"\nweight = [0.25, 1.5]',
        'regularizer = "mmd"\nalpha = 0.6\nsigmas = [1, "sqrt(d)", 8]',
        'regularizer = "sw"\nalpha = 0.6\nprojections = [64, 128]',
        'regularizer = "kl"\nbeta = 2\nnormalised = [false, true]',
    ]
    found = names(written(HEAD + "".join(f"[[variants]]\n{block}\n" for block in blocks)))
    assert found == ["imq-a0.2", "imq-a0.6", "gaussians-a0.6-s1_2.83_8", "sw-a0.6", "sw-a0.6-p128", "kl-b2", "kl-b2-bn"]


def test_a_base_lends_data_model_and_training_and_never_its_variants(written):
    written(HEAD + '[data]\nsource = "digits"\n[training]\nepochs = 7\nbatch_size = 64\n' + NONE * 1, "below.toml")
    found = file.read(
        written(f'{HEAD}base = "below.toml"\n[training]\nepochs = 9\n[[variants]]\nregularizer = "sw"\nalpha = 0.1')
    )
    assert (found.source, found.recipe.epochs, found.recipe.batch_size) == ("digits", 9, 64)
    assert [one.name for one in found.variants] == ["sw-a0.1"]
    quick = file.read(written(f'{HEAD}base = "quick"\n{NONE}'))
    assert quick.recipe == dataclasses.replace(STANDARD, epochs=2)


def test_changes_reach_every_place(written):
    path = written(HEAD + NONE + '[[variants]]\nregularizer = "sw"\nalpha = 0.5\n')
    changes = {"training.cooldown": 0.0, "variants[1].projections": 8, "seeds": [3], "data.source": "digits"}
    found = file.read(path, changes)
    assert (found.recipe.cooldown, found.seeds, found.source) == (0.0, (3,), "digits")
    assert found.variants[1].name == "sw-a0.5-p8"
    for key in ("variants[2].alpha", "variants.alpha", "name.x", "training[0]", "a b", ""):
        with pytest.raises(InputError, match="there is no such place|must be a key"):
            file.read(path, {key: 1})


@pytest.mark.parametrize("name", file.PRESETS)
def test_what_is_written_is_read_as_the_same_experiment(name, tmp_path):
    asked = file.read(name, {"model.latent_dim": 5, "training.epochs": 3})
    (tmp_path / "experiment.toml").write_text(file.text(asked, tmp_path))
    for again in (str(tmp_path), str(tmp_path / "experiment.toml")):
        found = file.read(again)
        assert dataclasses.replace(found, question=asked.question) == asked
    assert tomllib.loads((tmp_path / "experiment.toml").read_text())["format"] == 1


def test_a_source_is_beside_its_file_and_no_path_of_this_machine_is_written(written, tmp_path):
    run = tmp_path / "runs" / "one"
    run.mkdir(parents=True)
    asked = file.read(written(HEAD + '[data]\nsource = "images:faces"\n' + NONE))
    assert asked.source == f"images:{tmp_path / 'faces'}"
    (run / "experiment.toml").write_text(file.text(asked, run))
    assert 'source = "images:../../faces"' in (run / "experiment.toml").read_text()
    assert file.read(str(run)).source == f"images:{run}/../../faces"
    assert file.as_content(asked)["data"] == {"source": "images:faces"}


MMD = '[[variants]]\nregularizer = "mmd"\n'
KNOWN = "known: format, name, question, base, seeds, data, model, training, chosen, variants"
BROKEN = [
    # text, where, what is said
    ("", "format", "is missing"),
    ('name = "mine"\n' + NONE, "format", "is missing"),
    ("format = 1\n" + NONE, "name", "is missing"),
    (HEAD, "variants", "is missing"),
    (HEAD + "variants = []", "mine", "at least one variant"),
    (HEAD.replace("1", "2") + NONE, "format", "must be 1, got 2"),
    (HEAD.replace("1", '"1"') + NONE, "format", "must be a whole number, got '1'"),
    (HEAD.replace("1", "true") + NONE, "format", "must be a whole number, got True"),
    ("format = 1\nname = 3\n" + NONE, "name", "must be text, got 3"),
    ('format = 1\nname = ""\n' + NONE, "name", "must be 1 to 40"),
    ('format = 1\nname = "../x"\n' + NONE, "name", "must be 1 to 40"),
    ('format = 1\nname = "a b"\n' + NONE, "name", "must be 1 to 40"),
    (f'format = 1\nname = "{"x" * 41}"\n' + NONE, "name", "must be 1 to 40"),
    (HEAD + "seed = 3\n" + NONE, "seed", f"unknown key; did you mean seeds? {KNOWN}"),
    (HEAD + "zzz = 3\n" + NONE, "zzz", f"unknown key; {KNOWN}"),
    (HEAD + "seeds = 1.5\n" + NONE, "seeds[0]", "must be a whole number, got 1.5"),
    (HEAD + 'seeds = ["0"]\n' + NONE, "seeds[0]", "must be a whole number, got '0'"),
    (HEAD + "seeds = [-1]\n" + NONE, "seed", "must be a whole number >= 0"),
    (HEAD + "seeds = []\n" + NONE, "seeds", "must not be empty, got []"),
    (HEAD + "seeds = [true]\n" + NONE, "seeds[0]", "must be a whole number"),
    (HEAD + 'data = "digits"\n' + NONE, "data", "must be a table"),
    (HEAD + NONE + "[data]\nsource = 3\n", "data.source", "must be text, got 3"),
    (
        HEAD + NONE + '[data]\nsource = "cifar"\n',
        "data.source",
        "unknown dataset 'cifar'; choose one of: fashion-mnist",
    ),
    (HEAD + NONE + '[data]\nsrc = "digits"\n', "data.src", "unknown key; did you mean source?"),
    (
        HEAD + NONE + "[model]\nlatent_dim = 0\n",
        "model.latent_dim",
        "must be a whole number >= 1 and <= 4096, got 0",
    ),
    (HEAD + NONE + "[model]\nlatent_dim = 2.5\n", "model.latent_dim", "must be a whole number, got 2.5"),
    (HEAD + NONE + '[model]\nlatent_dim = "8"\n', "model.latent_dim", "must be a whole number, got '8'"),
    (HEAD + NONE + "[model]\nlatent_dims = 8\n", "model.latent_dims", "unknown key; did you mean latent_dim?"),
    (HEAD + NONE + "[model]\nlatent_dim = 99999\n", "model.latent_dim", "<= 4096, got 99999"),
    (
        HEAD + NONE + "[training]\nepoch = 3\n",
        "training.epoch",
        "unknown key; did you mean epochs? known: recipe, epochs",
    ),
    (HEAD + NONE + "[training]\nepochs = 0\n", "training.epochs", "must be a whole number >= 1, got 0"),
    (HEAD + NONE + '[training]\nepochs = "3"\n', "training.epochs", "must be a whole number, got '3'"),
    (HEAD + NONE + "[training]\nepochs = 1000000\n", "training.epochs", "must be <= 100000, got 1000000"),
    (HEAD + NONE + "[training]\nbatch_size = 1.5\n", "training.batch_size", "must be a whole number, got 1.5"),
    (
        HEAD + NONE + "[training]\nlearning_rate = 0\n",
        "training.learning_rate",
        "must be a finite number > 0 and <= 1e+38, got 0",
    ),
    (
        HEAD + NONE + "[training]\nlearning_rate = nan\n",
        "training.learning_rate",
        "must be a finite number > 0 and <= 1e+38, got nan",
    ),
    (
        HEAD + NONE + "[training]\nlearning_rate = inf\n",
        "training.learning_rate",
        "must be a finite number > 0 and <= 1e+38, got inf",
    ),
    (HEAD + NONE + '[training]\nlearning_rate = "1e-3"\n', "training.learning_rate", "must be a number, got '1e-3'"),
    (HEAD + NONE + "[training]\ncooldown = 2\n", "training.cooldown", "must be between 0 and 1, got 2"),
    (
        HEAD + NONE + '[training]\nrecipe = "fast"\n',
        "training.recipe",
        "must be one of: standard, notebook; got 'fast'",
    ),
    (HEAD + NONE + '[training]\noptimizer = "lion"\n', "training.optimizer", "'adam' or 'sgd'"),
    (HEAD + NONE + "[training]\nflip = 1\n", "training.flip", "must be true or false, got 1"),
    (HEAD + NONE + '[training]\nname = "x"\n', "training.name", "unknown key"),
    (HEAD + "[[variants]]\nalpha = 0.6\n", "variants[0].regularizer", "is missing"),
    (
        HEAD + '[[variants]]\nregularizer = "gan"\nalpha = 0.6\n',
        "variants[0]",
        "unknown regularizer 'gan'; choose one of: mmd",
    ),
    (
        HEAD + '[[variants]]\nregularizer = "none"\nalpha = 0.6\n',
        "variants[0]",
        "alpha must be left out for regularizer none",
    ),
    (HEAD + MMD + "sigma = 1\n", "variants[0]", "must have one of alpha, weight; got none of them"),
    (
        HEAD + MMD + "sigma = 1\nalpha = 0.6\nweight = 1\n",
        "variants[0]",
        "must have one of alpha, weight; got alpha and weight",
    ),
    (
        HEAD + MMD + "sigma = 1\nbeta = 1\n",
        "variants[0]",
        "beta is only for regularizer kl, got it with mmd; take weight",
    ),
    (HEAD + MMD + "sigma = 1\nalpha = 1\n", "variants[0]", "alpha must be a number >= 0 and < 1, got 1"),
    (HEAD + MMD + 'sigma = 1\nalpha = "0.6"\n', "variants[0].alpha[0]", "must be a number, got '0.6'"),
    (HEAD + MMD + "sigma = 1\nweight = -1\n", "variants[0]", "weight must be a number > 0 and <= 1e+12, got -1"),
    (HEAD + MMD + "alpha = 0.6\n", "variants[0]", "sigma must be a number >= 1e-20 and <= 1e+20, got None"),
    (
        HEAD + MMD + 'alpha = 0.6\nsigma = "sqrt(e)"\n',
        "variants[0]",
        "or a rule: sqrt(d), median, d, K*sqrt(d), K*median",
    ),
    (HEAD + MMD + 'alpha = 0.6\nsigma = "1e-4"\n', "variants[0]", "sigma must be a number > 0, or a rule"),
    (
        HEAD + MMD + "alpha = 0.6\nsigma = true\n",
        "variants[0].sigma[0]",
        "must be a number, or a rule in quotes, got True",
    ),
    (HEAD + MMD + "alpha = 0.6\nsigma = 0\n", "variants[0]", "sigma must be a number >= 1e-20"),
    (
        HEAD + MMD + 'alpha = 0.6\nsigma = 1\nkernel = "imq"\n',
        "variants[0]",
        "sigma is only for the gaussian kernel, got 1",
    ),
    (
        HEAD + MMD + 'alpha = 0.6\nsigma = 1\nkernel = "rbf"\n',
        "variants[0]",
        "unknown kernel 'rbf'; choose one of: gaussian",
    ),
    (HEAD + MMD + "alpha = 0.6\nsigmas = [1]\n", "variants[0]", "sigmas must be two different numbers or more, rising"),
    (
        HEAD + MMD + "alpha = 0.6\nsigmas = [2, 1]\n",
        "variants[0]",
        "sigmas must be two different numbers or more, rising",
    ),
    (HEAD + MMD + "alpha = 0.6\nsigma = 1\nsigmaa = 2\n", "variants[0].sigmaa", "unknown key; did you mean sigma?"),
    (
        HEAD + MMD + "alpha = 0.6\nsigma = 1\nprojections = 8\n",
        "variants[0]",
        "projections are only for regularizer sw",
    ),
    (
        HEAD + MMD + "alpha = 0.6\nsigma = 1\nnormalised = 1\n",
        "variants[0].normalised[0]",
        "must be true or false, got 1",
    ),
    (
        HEAD + NONE + '[[variants]]\nregularizer = "sw"\nalpha = 0.6\nprojections = 0\n',
        "variants[1]",
        "projections must be",
    ),
    (
        HEAD + '[[variants]]\nregularizer = "kl"\nalpha = 0.6\nkernel = "imq"\n',
        "variants[0]",
        "kernel must be left out for",
    ),
    (HEAD + 'variants = "none"\n', "variants", "must be a list, got 'none'"),
    (HEAD + "variants = [3]\n", "variants[0]", "must be a table, got 3"),
    (HEAD + NONE + "x = 1e-4x\n", "the file", "must be TOML in UTF-8, but"),
    (HEAD + NONE + "when = 2026-01-01\n", "the file", "must hold tables, lists, text and numbers"),
    (HEAD + 'base = "mine.toml"\n' + NONE, "base", "must be another file, got the file itself"),
    (HEAD + 'base = "gone.toml"\n' + NONE, "", "unknown preset"),
    (HEAD + "base = 3\n" + NONE, "base", "must be text, got 3"),
    (HEAD + 'base = ""\n' + NONE, "", "unknown preset"),
    (HEAD + 'base = "~\\u0000"\n' + NONE, "", "unknown preset"),
    (HEAD + NONE + '[data]\nsource = "npz:a\\u0000b"\n', "data.source", "dataset must be a name or a path"),
    (HEAD + NONE + "[model]\nlatent_dim = -1\n", "model.latent_dim", "must be a whole number >= 1"),
    (
        HEAD + NONE + '[model]\nlikelihood = "laplace"\n',
        "model.likelihood",
        "must be one of: bernoulli, gaussian; got 'laplace'",
    ),
    (HEAD + NONE + "[training]\nrecipe = []\n", "training.recipe", "must be one of: standard, notebook; got []"),
    (
        HEAD + NONE + "[training]\nbatch_norm_momentum = nan\n",
        "training.batch_norm_momentum",
        "must be >= 0 and < 1, got nan",
    ),
    (HEAD + NONE + "[training]\ncontrast = -5\n", "training.contrast", "must be between 0 and 1, got -5"),
    (HEAD + NONE + "[training]\nbatch_norm_images = -7\n", "training.batch_norm_images", "must be >= 0 and <= 1000000"),
    (HEAD + NONE + "[training]\nbatch_size = 10000000000\n", "training.batch_size", "must be <= 1000000"),
    (HEAD + NONE + "[training]\nlearning_rate = 1e308\n", "training.learning_rate", "<= 1e+38, got 1e+308"),
    (HEAD + MMD + 'alpha = 0.6\nsigma = "sqrt(d)/0"\n', "variants[0]", "divides by 0"),
    (HEAD + MMD + 'alpha = 0.6\nsigma = "1 0*sqrt(d)"\n', "variants[0]", "sigma must be a number > 0, or a rule"),
    (HEAD + MMD + 'alpha = 0.6\nsigma = "1e400*d"\n', "variants[0]", "sigma must be a number >= 1e-20"),
    (
        HEAD + '[[variants]]\nregularizer = "none"\nnormalised = []\n',
        "variants[0].normalised",
        "must not be empty, got []",
    ),
    (
        HEAD + '[[variants]]\nregularizer = "sw"\nalpha = 0.6\nprojections = []\n',
        "variants[0].projections",
        "must not be empty",
    ),
    (HEAD + MMD + "alpha = []\nsigma = 1\n", "variants[0].alpha", "must not be empty"),
    (HEAD + "seeds = [" + "9" * 5000 + "]\n" + NONE, "the file", "must be TOML in UTF-8, but"),
    (
        HEAD + MMD + f"alpha = {[n / 9000 for n in range(1, 9000)]}\nsigma = {list(range(1, 9000))}\n",
        "variants[0]",
        "in all",
    ),
]


def dims(value, own=""):
    return f"{HEAD}[model]\nlatent_dim = {value}\n{NONE}{own}"


def data(key, value):
    source = "" if key == "source" else 'source = "images:mine"\n'
    return f"{HEAD}[data]\n{source}{key} = {value}\n{NONE}"


BROKEN += [
    (dims("[]"), "model.latent_dim", "must not be empty, got []"),
    (dims('["8"]'), "model.latent_dim[0]", "must be a whole number, got '8'"),
    (dims("[8, 2.5]"), "model.latent_dim[1]", "must be a whole number, got 2.5"),
    (dims("[8, 0]"), "model.latent_dim", "must be a whole number >= 1 and <= 4096, got 0"),
    (dims("[[8]]"), "model.latent_dim[0]", "must be a whole number, got [8]"),
    (dims("[true]"), "model.latent_dim[0]", "must be a whole number, got True"),
    (dims("1_000_000_000"), "model.latent_dim", "<= 4096, got 1000000000"),
    (dims("9" * 400), "model.latent_dim", "<= 4096, got 999"),
    (dims("nan"), "model.latent_dim[0]", "must be a whole number, got nan"),
    (dims("{}"), "model.latent_dim[0]", "must be a whole number, got {}"),
    (dims("[8, 16]", "latent_dim = 4\n"), "variants[0]", "latent_dim must be one of the model's: 8, 16; got 4"),
    (dims("[8, 16]", "latent_dim = []\n"), "variants[0].latent_dim", "must not be empty"),
    (dims("[8, 16]", 'latent_dim = ["8"]\n'), "variants[0].latent_dim[0]", "must be a whole number, got '8'"),
    (dims(list(range(1, 4001))) + 2 * NONE, "variants[2]", "must be at most 10,000 in all, got more"),
    (HEAD + "[[model]]\nlatent_dim = 8\n" + NONE, "model", "must be a table, got [{"),
    (HEAD + "[model]\nsize = [8, 8]\n" + NONE, "model.size", "unknown key; known: latent_dim, likelihood"),
    (HEAD + "[model]\nlikelihood = []\n" + NONE, "model.likelihood", "must be text, got []"),
    (HEAD + '[model]\nlikelihood = ""\n' + NONE, "model.likelihood", "must be one of: bernoulli, gaussian; got ''"),
    (HEAD + '[[data]]\nsource = "digits"\n' + NONE, "data", "must be a table, got [{"),
    (data("size", "64"), "data.size", "must be a list of two numbers, got 64"),
    (data("size", '"64x64"'), "data.size", "must be a list of two numbers, got '64x64'"),
    (data("size", "[64]"), "data.size[1]", "is missing"),
    (data("size", "[64, 64, 64]"), "data.size", "must have two numbers, got [64, 64, 64]"),
    (data("size", "[64.0, 64]"), "data.size[0]", "must be a whole number, got 64.0"),
    (data("size", "[0, 0]"), "data.size", "8 to 256 pixels each, got 0 x 0"),
    (data("size", "[9999, 9999]"), "data.size", "8 to 256 pixels each, got 9999 x 9999"),
    (data("size", "[-8, 8]"), "data.size", "8 to 256 pixels each, got -8 x 8"),
    (data("fit", '"crop"'), "data.fit", "so it needs size; got fit crop alone"),
    (data("fit", '"CROP"'), "data.fit", "must be one of: crop, pad, stretch; got 'CROP'"),
    (data("fit", "1"), "data.fit", "must be text, got 1"),
    (data("colour", '"gray"'), "data.colour", "must be one of: grey, rgb; got 'gray'"),
    (data("colour", "true"), "data.colour", "must be text, got True"),
    (data("color", '"grey"'), "data.color", "unknown key; did you mean colour?"),
    (data("group", '"("'), "data.group", "must be a regular expression, but missing )"),
    (data("group", '"a{99999999999}"'), "data.group", "the repetition number is too large"),
    (
        data("group", f'"{"(?:" * 3000}{")" * 3000}"'),
        "data.group",
        "must be a regular expression, but maximum recursion",
    ),
    (data("group", "3"), "data.group", "must be text, got 3"),
    (data("range", "[nan, 1]"), "data.range", "must be two numbers, the lower first, of ordinary size; got [nan, 1.0]"),
    (data("range", "[0, inf]"), "data.range", "of ordinary size; got [0.0, inf]"),
    (data("range", "[-1e308, 1e308]"), "data.range", "of ordinary size; got [-1e+308, 1e+308]"),
    (data("range", "[0, 5e-324]"), "data.range", "of ordinary size; got [0.0, 5e-324]"),
    (data("range", f"[0, {'9' * 400}]"), "data.range", "of ordinary size; got [0.0, inf]"),
    (data("range", '["0", "1"]'), "data.range[0]", "must be a number, got '0'"),
    (data("source", '"images:"'), "data.source", "unknown dataset 'images:'; choose one of"),
    (data("source", '"npz"'), "data.source", "unknown dataset 'npz'; choose one of"),
    (data("source", '"NPZ:a.npz"'), "data.source", "unknown dataset 'NPZ:a.npz'"),
    (data("source", '"digits:a"'), "data.source", "unknown dataset 'digits:a'"),
]


@pytest.mark.parametrize(("text", "where", "said"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_file_gets_one_line_with_place_rule_and_value(text, where, said, written):
    with pytest.raises(InputError) as caught:
        file.read(written(text))
    message = str(caught.value)
    assert message.startswith("mine.toml: ")
    assert where in message
    assert said in message
    assert "\n" not in message


def test_other_files_than_files_of_text_are_refused(tmp_path):
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"b\.toml: the file: must be TOML in UTF-8"):
        file.read(str(tmp_path / "b.toml"))
    (tmp_path / "big.toml").write_bytes(b"#" * 2_000_000)
    with pytest.raises(InputError, match="must have at most 1,000,000 bytes"):
        file.read(str(tmp_path / "big.toml"))
    (tmp_path / "deep.toml").write_text(HEAD + "x = " + "[" * 5000 + "]" * 5000)
    with pytest.raises(InputError, match=r"deep\.toml: the file: must"):
        file.read(str(tmp_path / "deep.toml"))
    many = MMD + f"alpha = {[n / 1000 for n in range(1, 999)]}\nsigma = "
    (tmp_path / "many.toml").write_text(f"{HEAD}{many}{list(range(1, 8))}\n{many}{list(range(8, 15))}\n")
    with pytest.raises(InputError, match="must be at most 10,000 in all"):
        file.read(str(tmp_path / "many.toml"))
    for gone in ("gone.toml", str(tmp_path), "slow"):
        with pytest.raises(
            InputError, match=f"unknown preset .*{gone[-4:]}.*; choose one of: quick, notebook, sweep, or a file"
        ):
            file.read(gone)


def test_a_deployment_reads_presets_and_files_below_its_folder_and_no_others(written, tmp_path):
    inside, outside = tmp_path / "project", written(HEAD + NONE)
    inside.mkdir()
    (inside / "own.toml").write_text(HEAD + NONE)
    (inside / "link.toml").symlink_to(outside)
    file.check_below("quick", inside)
    file.check_below(str(inside / "own.toml"), inside)
    for asked in (outside, str(inside / "link.toml"), str(inside / ".." / "mine.toml")):
        with pytest.raises(InputError, match="must be a name or a file below the project's folder"):
            file.check_below(asked, inside)


def test_the_template_is_an_experiment_and_so_are_its_commented_blocks(written):
    found = names(written(file.template()))
    assert found[:2] == ["none", "mmd-a0.2-s2.83"]
    whole = re.sub(r"^# (?=\w+ = |\[\[)", "", file.template(), flags=re.MULTILINE)
    written("def build(image_shape, latent_dim, width): ...\n", "resnet.py")
    more = names(written(whole.replace('"fashion-mnist"', '"images:mine"')))  # published images have no options
    assert {"none-bn", "gaussians-a0.6-s1_2.83_8", "sw-a0.6"} <= {*more} - {*found}


def test_bases_form_no_circle_and_lend_data_beside_them(written, tmp_path):
    for name, base in (("a.toml", "b.toml"), ("b.toml", "a.toml")):
        written(f'{HEAD}base = "{base}"\n{NONE}', name)
    with pytest.raises(InputError, match=r"a\.toml: base: must be a file without a base, got b\.toml"):
        file.read(str(tmp_path / "a.toml"))
    with pytest.raises(InputError, match="must be another file"):
        file.read(written(f'{HEAD}base = "../{tmp_path.name}/mine.toml"\n{NONE}'))
    written("x", "broken.toml")
    with pytest.raises(InputError, match=r"mine\.toml: base broken\.toml: the file: must be TOML"):
        file.read(written(f'{HEAD}base = "broken.toml"\n{NONE}'))
    (tmp_path / "sub").mkdir()
    written(f'{HEAD}[data]\nsource = "npz:x.npz"\n{NONE}', "sub/below.toml")
    assert file.read(written(f'{HEAD}base = "sub/below.toml"\n{NONE}')).source == f"npz:{tmp_path / 'sub' / 'x.npz'}"


def test_a_source_is_found_again_through_a_link(written, tmp_path):
    (tmp_path / "far" / "away").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "far" / "away")
    (tmp_path / "x.npz").write_bytes(b"")
    asked = file.read(written(f'{HEAD}[data]\nsource = "npz:x.npz"\n{NONE}'))
    (tmp_path / "link" / "experiment.toml").write_text(file.text(asked, tmp_path / "link"))
    place = file.read(str(tmp_path / "link")).source.removeprefix("npz:")
    assert Path(place).resolve() == tmp_path / "x.npz"


@pytest.mark.parametrize("key", ["format[0]", "variants[99999999999]", "variants[0].alpha[0]", "name.x.y"])
def test_a_change_where_nothing_is_is_refused(key, written):
    with pytest.raises(InputError, match="there is no such place|must be a key"):
        file.read(written(HEAD + NONE), {key: 1})


@pytest.mark.parametrize("text", ["9" * 5000, "[" * 3000, "3\nfoo = 4", "plain words", "{", ""])
def test_a_value_that_is_none_in_toml_is_text(text):
    assert tables.parsed(text) == text


def test_all_variants_have_the_experiments_dimensions():
    quick = file.read("quick")
    with pytest.raises(InputError, match="'none-d32' must have the latent dimensions of the experiment: 8; add"):
        quick.with_variants(names=("none-d32",))
    wide = file.read("quick", {"model.latent_dim": 32})
    assert [one.name for one in wide.only(("none", "kl-w1", "none-d32")).variants] == ["none-d32", "kl-a0.5-d32"]


def test_half_a_grid_needs_the_other_half(written):
    plain = file.read(written(HEAD + NONE + '[[variants]]\nregularizer = "kl"\nbeta = 1\n'))
    with pytest.raises(InputError, match="--alpha needs --sigma as well"):
        plain.with_variants(alphas=(0.3,))
    with pytest.raises(InputError, match="--sigma needs --alpha as well"):
        plain.with_variants(sigmas=(1.0,))


def test_random_variants_read_back_from_name_and_file(tmp_path):
    rng = np.random.default_rng(0)
    made = []
    for _ in range(300):
        alpha = float(rng.choice([rng.uniform(), 1 - 10.0 ** -rng.uniform(1, 14), 10.0 ** -rng.uniform(1, 12)]))
        weight = float(rng.choice([rng.integers(1, 50), 0.25, 1e6]))
        alpha = alpha if rng.uniform() < 0.5 else variants.alpha_of(weight)
        sigmas = sorted({float(f"{10.0 ** rng.uniform(-3, 4):.3g}") for _ in range(3)})
        made += [
            variants.gaussian(alpha, sigmas[0]),
            variants.kl(alpha),
            variants.sw(alpha, int(rng.integers(1, 500))),
            variants.normalised(variants.imq(alpha)),
            Variant(regularizer="mmd", kernel="gaussians", alpha=alpha, sigmas=tuple(sigmas)),
        ]
    made = [dataclasses.replace(one, latent_dim=5) for one in dict.fromkeys(made)]
    assert len({one.name for one in made}) == len(made)
    assert all(variants.named(one.name) == one for one in made)
    asked = Experiment(name="random", recipe=STANDARD, variants=tuple(made))
    (tmp_path / "experiment.toml").write_text(file.text(asked, tmp_path))
    assert file.read(str(tmp_path)) == asked


def test_bytes_of_a_command_line_that_are_no_text_are_refused(written):
    with pytest.raises(InputError, match=r"mine\.toml: the file: must hold text in UTF-8, but "):
        file.read(written(HEAD + NONE), {"question": os.fsdecode(b"caf\xe9")})


def test_lists_in_lists_are_refused_with_their_place(written):
    deep: list = []
    for _ in range(150):
        deep = [deep]
    with pytest.raises(InputError, match=r"mine\.toml: seeds"):
        file.read(written(HEAD + NONE), {"seeds": deep})
