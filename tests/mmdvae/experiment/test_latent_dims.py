"""Several numbers of latent dimensions in one experiment: in files, by options, and in the file that a run keeps."""

import pytest

from mmdvae.errors import InputError
from mmdvae.experiment import file

HEAD = 'format = 1\nname = "mine"\n'
NONE = '[[variants]]\nregularizer = "none"\n'
EXAMPLES = {  # text, variants, sigmas in their order
    "flowers": (
        """
        seeds = [0, 1, 2]
        [data]
        source = "images:flowers"
        size = [64, 64]
        fit = "crop"
        group = '^(\\d+)_'
        [model]
        latent_dim = 16
        likelihood = "gaussian"
        [training]
        recipe = "standard"
        epochs = 20
        learning_rate = 5e-4
        [[variants]]
        regularizer = "none"
        [[variants]]
        regularizer = "mmd"
        alpha = [0.2, 0.6]
        sigma = ["0.5*sqrt(d)", "sqrt(d)", "median", 5.66]
        """,
        9,
        [2.0, 4.0, 5.54, 5.66] * 2,
    ),
    "betas": (
        """
        [[variants]]
        regularizer = "none"
        [[variants]]
        regularizer = "kl"
        beta = [0.25, 1, 4]
        [[variants]]
        regularizer = "mmd"
        kernel = "imq"
        weight = [0.25, 1.5]
        """,
        6,
        [],
    ),
    "sliced": (
        """
        base = "quick"
        [[variants]]
        regularizer = "none"
        [[variants]]
        regularizer = "sw"
        alpha = [0.2, 0.6]
        projections = 64
        """,
        3,
        [],
    ),
    "dims": (
        """
        seeds = [0, 1, 2]
        [data]
        source = "npz:pathmnist_64.npz"
        [model]
        latent_dim = [2, 8, 32]
        [[variants]]
        regularizer = "none"
        [[variants]]
        regularizer = "mmd"
        alpha = [0.2, 0.6]
        sigma = ["sqrt(d)", "median"]
        """,
        15,
        [1.41, 1.67, 1.41, 1.67, 2.83, 3.83, 2.83, 3.83, 5.66, 7.92, 5.66, 7.92],
    ),
}


@pytest.fixture
def read(tmp_path):
    """Write a file and read it as an experiment, with changes."""

    def read(text, **changes):
        (tmp_path / "mine.toml").write_text(HEAD + text)
        return file.read(str(tmp_path / "mine.toml"), changes)

    return read


def again(asked, folder):
    """The experiment of the file that a run keeps of it."""
    (folder / "experiment.toml").write_text(file.text(asked, folder))
    return file.read(str(folder))


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_hold_their_variants_and_sigmas_and_are_written_and_read_again(name, read, tmp_path):
    text, count, sigmas = EXAMPLES[name]
    asked = read(text)
    assert len(asked.variants) == count
    assert [one.sigma for one in asked.variants if one.sigma] == sigmas
    assert again(asked, tmp_path).variants == asked.variants


def test_every_block_is_crossed_with_every_number_of_dimensions_fewest_first(read):
    asked = read("[model]\nlatent_dim = [32, 2, 8, 2]\n" + NONE + '[[variants]]\nregularizer = "kl"\nbeta = [1, 4]\n')
    assert asked.latent_dims == (2, 8, 32)
    assert [one.name for one in asked.variants] == [
        *("none-d2", "kl-a0.5-d2", "kl-a0.8-d2"),
        *("none", "kl-a0.5", "kl-a0.8"),
        *("none-d32", "kl-a0.5-d32", "kl-a0.8-d32"),
    ]


def test_a_block_can_have_some_of_the_dimensions_and_no_others(read):
    text = "[model]\nlatent_dim = [2, 8]\n" + NONE + '[[variants]]\nregularizer = "sw"\nalpha = 0.5\nlatent_dim = '
    assert [one.name for one in read(text + "2\n").variants] == ["none-d2", "sw-a0.5-d2", "none"]
    with pytest.raises(InputError, match=r"variants\[1\]: latent_dim must be one of the model's: 2, 8; got 4"):
        read(text + "[2, 4]\n")


@pytest.mark.parametrize(
    ("dims", "said"),
    [
        ("[]", r"model\.latent_dim: must not be empty"),
        ("[8, 0]", r"model\.latent_dim must be a whole number >= 1 and <= 4096, got 0"),
        ("[8, 2.5]", r"model\.latent_dim\[1\]: must be a whole number, got 2\.5"),
    ],
)
def test_a_list_of_dimensions_that_is_none_is_refused_with_its_place(dims, said, read):
    with pytest.raises(InputError, match=rf"mine\.toml: {said}"):
        read(f"[model]\nlatent_dim = {dims}\n{NONE}")


def test_a_preset_in_several_dimensions_is_written_and_read_as_the_same_experiment(tmp_path):
    for name in file.PRESETS:
        asked = file.read(name, {"model.latent_dim": [2, 8, 32]})
        assert {*file.read(name).variants} < {*asked.variants}
        assert again(asked, tmp_path) == asked
    with pytest.raises(InputError, match=r"variants\[0\]: latent_dim must be one of the model's: 16; got 2"):
        file.read(str(tmp_path), {"model.latent_dim": [16]})


def test_a_name_without_dimensions_stands_for_all_of_them(tmp_path):
    asked = file.read("quick", {"model.latent_dim": [2, 8]})
    assert [one.name for one in asked.only(("none", "kl-b1-d8")).variants] == ["none-d2", "none", "kl-a0.5"]
    assert [one.name for one in asked.only(("none-d2",)).variants] == ["none-d2"]
    assert again(asked.only(("none-d2", "kl-a0.5-d8")), tmp_path).latent_dims == (2, 8)
    with pytest.raises(InputError, match="unknown variant 'none-d4'; choose one of: none-d2, "):
        asked.only(("none-d4",))
    named = asked.with_variants(names=("sw-a0.3", "none-d8"))
    assert [one.name for one in named.variants] == ["sw-a0.3-d2", "sw-a0.3", "none"]
    with pytest.raises(InputError, match="'none-d4' must have the latent dimensions of the experiment: 2, 8; add"):
        asked.with_variants(names=("none-d4",))


def test_a_grid_resolves_its_rules_in_each_number_of_dimensions():
    asked = file.read("quick", {"model.latent_dim": [2, 8]})
    grid = asked.with_variants(alphas=(0.3,), sigmas=("sqrt(d)", 4.0))
    assert [one.name for one in grid.variants] == [
        *("mmd-a0.3-s1.41-d2", "mmd-a0.3-s4-d2"),
        *("mmd-a0.3-s2.83", "mmd-a0.3-s4"),
    ]
    own = [one.sigma for one in asked.with_variants(alphas=(0.3,)).variants if one.latent_dim == 2]
    assert own == [0.1, 1.0, 1.41, 1e4]  # sqrt(d) and d/sqrt(2) are one
