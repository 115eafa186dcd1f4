"""Variants, recipes and presets refuse invalid values, and the errors say which are valid."""

import dataclasses

import pytest

from mmdvae import recipes, variants
from mmdvae.errors import InputError
from mmdvae.experiment import file
from mmdvae.variants import Variant

NAN = float("nan")

PRESETS = file.presets()
QUICK = PRESETS["quick"]


@pytest.mark.parametrize("alpha", [1.5, 1.0, -0.1, NAN, float("inf"), "0.5", True, None])
def test_alpha_outside_zero_to_one_is_refused(alpha):
    with pytest.raises(InputError, match=r"alpha must be a number >= 0 and < 1, got "):
        variants.gaussian(alpha, 1.0)


@pytest.mark.parametrize("sigma", [0, -1.0, 9e-21, 1e-37, 1.1e20, NAN, float("inf"), "1", None])
def test_sigma_that_is_not_finite_and_positive_is_refused(sigma):
    with pytest.raises(InputError, match=r"sigma must be a number >= 1e-20 and <= 1e\+20, got "):
        variants.gaussian(0.6, sigma)
    with pytest.raises(InputError, match=r"sigma must be a number >= 1e-20 and <= 1e\+20, got "):
        variants.gaussian(0.0, sigma)  # even though it would not be used


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"regularizer": "gan", "alpha": 0.5}, r"unknown regularizer 'gan'; choose one of: mmd, kl, sw, none"),
        (
            {"regularizer": "mmd", "alpha": 0.5, "kernel": "rbf"},
            r"unknown kernel 'rbf'; choose one of: gaussian, gaussians, imq",
        ),
        ({"regularizer": "mmd", "alpha": 0.0, "kernel": "imq"}, "alpha must be 0 for regularizer none and > 0"),
        ({"regularizer": "none", "alpha": 0.5}, "alpha must be 0 for regularizer none"),
        ({"regularizer": "kl", "alpha": 0.5, "kernel": "imq"}, "kernel must be left out for regularizer kl, got imq"),
        ({"regularizer": "mmd", "alpha": 0.5, "kernel": "imq", "sigma": 1.0}, "sigma is only for the gaussian kernel"),
    ],
)
def test_contradictions_are_refused(fields, message):
    with pytest.raises(InputError, match=message):
        Variant(**fields)


@pytest.mark.parametrize("value", [1, 0, None, "true"])
def test_normalised_is_true_or_false(value):
    with pytest.raises(InputError, match="normalised must be true or false, got "):
        Variant(regularizer="none", alpha=0.0, normalised=value)


def test_a_grid_holds_each_distinct_training_once():
    names = [variant.name for variant in variants.grid([0, 0.6, 0.6], [0.1, 2.83])]
    assert names == ["none", "mmd-a0.6-s0.1", "mmd-a0.6-s2.83"]


def test_names_tell_all_variants_of_a_preset_apart():
    for preset in PRESETS.values():
        assert len({variant.name for variant in preset.variants}) == len(preset.variants)


def test_numbers_that_differ_have_names_that_differ():
    names = [variant.name for variant in variants.grid([0.5, 0.5000000000001], [0.1, 1 / 3])]
    assert len(set(names)) == 4
    assert names[0] == "mmd-a0.5-s0.1"


def test_presets_hold_what_the_design_promises():
    found = {
        name: (p.seeds, p.recipe.epochs, p.recipe.name, " ".join(variant.name for variant in p.variants))
        for name, p in PRESETS.items()
    }
    wide = " ".join(
        f"mmd-a{alpha}-s{sigma}" for alpha in (0.2, 0.6, 0.9) for sigma in (0.0001, 0.1, 1, 2.83, 3.83, 5.66, 10000)
    )
    assert found == {
        "quick": (
            (0,),
            2,
            "standard",
            "none mmd-a0.6-s0.1 mmd-a0.6-s1 mmd-a0.6-s2.83 mmd-a0.6-s5.66 mmd-a0.6-s10000 imq-a0.6 kl-a0.5 none-bn "
            "mmd-a0.6-s2.83-bn",
        ),
        "notebook": ((42, 43, 44), 100, "notebook", "mmd-a0.6-s0.1 none mmd-a0.6-s0.0001 mmd-a0.6-s10000"),
        "sweep": (
            (0, 1, 2),
            20,
            "standard",
            f"none none-bn mmd-a0.6-s2.83-bn {wide} imq-a0.6 kl-a0.2 kl-a0.5 kl-a0.8",
        ),
    }


def test_an_unknown_preset_is_refused_with_the_choices():
    with pytest.raises(InputError, match=r"unknown preset 'slow'; choose one of: quick, notebook, sweep"):
        file.read("slow")


def test_an_axis_that_is_not_given_keeps_the_presets_values():
    grid = QUICK.with_variants(sigmas=(1.0, 2.0))
    assert [variant.name for variant in grid.variants] == ["none", "mmd-a0.6-s1", "mmd-a0.6-s2"]
    grid = QUICK.with_variants(alphas=(0.3,))
    assert {variant.sigma for variant in grid.variants} == {0.1, 1.0, 2.83, 5.66, 1e4}


def test_a_grid_is_made_of_the_presets_values_without_those_of_normalised_variants():
    fixed = variants.normalised(variants.gaussian(0.3, 5.0))
    preset = dataclasses.replace(QUICK, variants=(variants.gaussian(0.6, 1.0), fixed))
    assert [variant.name for variant in preset.with_variants(sigmas=(2.0,)).variants] == ["mmd-a0.6-s2"]
    assert [variant.name for variant in preset.with_variants(alphas=(0.2,)).variants] == ["mmd-a0.2-s1"]


def test_only_keeps_the_named_variants_and_lists_them_when_unknown():
    assert [variant.name for variant in QUICK.only(("imq-a0.6", "none")).variants] == ["imq-a0.6", "none"]
    with pytest.raises(InputError, match=r"unknown variant 'mmd'; choose one of: none, mmd-a0.6-s0.1, "):
        QUICK.only(("mmd",))


@pytest.mark.parametrize("seed", [-1, 2**31, 0.5, True])
def test_a_seed_must_be_a_whole_number_that_every_generator_takes(seed):
    with pytest.raises(InputError, match="seed must be a whole number >= 0 and < 2"):
        dataclasses.replace(QUICK, seeds=(seed,))


def test_a_preset_without_variants_or_seeds_is_refused():
    with pytest.raises(InputError, match="at least one variant"):
        dataclasses.replace(QUICK, variants=())
    with pytest.raises(InputError, match="at least one seed"):
        dataclasses.replace(QUICK, seeds=())


@pytest.mark.parametrize(("field", "value"), [("epochs", 0), ("batch_size", 1.5), ("epochs", True)])
def test_a_recipe_counts_in_whole_numbers(field, value):
    with pytest.raises(InputError, match=f"{field} must be a whole number >= 1, got "):
        dataclasses.replace(recipes.STANDARD, **{field: value})


def test_a_recipe_needs_a_learning_rate():
    with pytest.raises(InputError, match=r"learning_rate must be a finite number > 0 and <= 1e\+38, got nan"):
        dataclasses.replace(recipes.STANDARD, learning_rate=NAN)


@pytest.mark.parametrize(
    "name",
    ["none", "imq-a0.3", "kl-a0.2", "mmd-a0.6-s2.83", "mmd-a0.6-s1e-20", "mmd-a0.3-s1e+20", "sw-a0.6", "sw-a0.6-p128"]
    + [
        "gaussians-a0.6-s1_2.83_1e+20",
        "kl-b2",
        "mmd-w2-s2.83-d32",
        "none-d2",
        "sw-a0.1-p8-d2",
        "gaussians-w5-s1_2-d16",
    ],
)
def test_a_name_is_enough_to_ask_for_a_variant_of_any_penalty(name):
    free, fixed = variants.named(name), variants.named(f"{name}-bn")
    assert (free.name, fixed.name) == (name, f"{name}-bn")
    assert (free.normalised, fixed.normalised) == (False, True)
    assert fixed == variants.normalised(free) != free
    assert Variant(**fixed.to_dict()) == fixed


def test_the_name_of_every_variant_of_a_preset_names_it():
    for preset in PRESETS.values():
        assert all(variants.named(variant.name) == variant for variant in preset.variants)


@pytest.mark.parametrize(
    "name",
    ["", "mmd", "mmd-a0.3", "kl-a0.3-s1", "imq-s1", "mmd-a1.2.3-s1", "rbf-a0.1-s1", "none-a0"]
    + [
        "-bn",
        "bn",
        "none-bn-bn",
        "none-BN",
        "mmd-bn-a0.3-s1",
        "kl-a0.2-bn-bn",
        "mmd-a0.3-s1_2",
        "gaussians-a0.3-s1",
        "sw-a0.3-s1",
    ],
)
def test_a_name_of_no_variant_is_refused_with_the_forms(name):
    with pytest.raises(
        InputError,
        match=r"choose one of: none, mmd-aALPHA-sSIGMA, gaussians-.*, imq-aALPHA, kl-aALPHA, sw-aALPHA; .*-bn",
    ):
        variants.named(name)


def test_named_variants_stand_instead_of_the_presets_and_beside_a_grid():
    alone = QUICK.with_variants(names=("imq-a0.3", "none", "imq-a0.3"))
    assert [variant.name for variant in alone.variants] == ["imq-a0.3", "none"]
    beside = QUICK.with_variants(alphas=(0.6,), sigmas=(1.0,), names=("kl-a0.2",))
    assert [variant.name for variant in beside.variants] == ["mmd-a0.6-s1", "kl-a0.2"]
