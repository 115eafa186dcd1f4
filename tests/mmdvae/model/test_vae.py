"""The model: its objective, tracked metrics, and shared randomness."""

import dataclasses

import keras
import numpy as np
import pytest

from mmdvae import recipes, variants
from mmdvae.data import array_folder
from mmdvae.model.vae import VAE
from mmdvae.penalties.kl import kl_to_prior
from mmdvae.training.build import build

RECIPES = [recipes.STANDARD, recipes.NOTEBOOK]
VARIANTS = [variants.none(), variants.gaussian(0.6, 2.83), variants.imq(0.6), variants.kl(0.5)]


@pytest.fixture(scope="module")
def images(tiny):
    return np.array(array_folder.open_split(tiny, "train")[0])


def outputs_of(model, images, *, training=True):
    model.reseed(0, 0)
    return {name: np.asarray(value, dtype="float64") for name, value in model(images, training=training).items()}


def test_the_objective_weighs_bce_and_penalty_which_are_tracked_unweighted(images):
    for variant in VARIANTS:
        model = build(variant, recipes.STANDARD, seed=0)
        model.reseed(0, 0)
        logs = model.evaluate(images[:64], batch_size=64, verbose=0, return_dict=True)
        want = (1 - variant.alpha) * logs["bce"] + variant.alpha * logs["penalty"]
        assert logs["loss"] == pytest.approx(want, rel=1e-6)
        assert set(logs) == {"loss", "bce", "penalty", "rounded_accuracy"}


def test_bce_is_the_mean_cross_entropy_per_pixel(images):
    model = build(variants.none(), recipes.STANDARD, seed=0)
    out = outputs_of(model, images[:16], training=False)
    p = 1 / (1 + np.exp(-out["logits"]))
    want = -np.mean(out["target"] * np.log(p) + (1 - out["target"]) * np.log(1 - p))
    assert float(model.compute_loss(y_pred=model_outputs(out))) == pytest.approx(want, rel=1e-5)
    np.testing.assert_allclose(out["target"][..., 0], images[:16] / 255, atol=1e-7)


def model_outputs(out):
    return {name: keras.ops.convert_to_tensor(value.astype("float32")) for name, value in out.items()}


def test_kl_equals_its_definition_and_its_limit():
    rng = np.random.default_rng(0)
    mean, log_variance = rng.normal(size=(2, 5, 3))
    per_dimension = [0.5 * (m * m + np.exp(v) - 1 - v) for m, v in zip(mean.ravel(), log_variance.ravel(), strict=True)]
    assert float(kl_to_prior(mean, log_variance)) == pytest.approx(sum(per_dimension) / 5, abs=1e-12)
    assert float(kl_to_prior(np.zeros((4, 2)), np.zeros((4, 2)))) == 0.0


def test_kl_agrees_with_its_integral():
    from scipy import integrate, stats

    def integrand(z):
        return stats.norm.pdf(z, 1.5, 0.5) * (stats.norm.logpdf(z, 1.5, 0.5) - stats.norm.logpdf(z))

    want = integrate.quad(integrand, -10, 10)[0]
    assert float(kl_to_prior(np.array([[1.5]]), np.array([[2 * np.log(0.5)]]))) == pytest.approx(want, abs=1e-8)


def test_kl_at_alpha_one_half_is_half_the_evidence_lower_bound_per_pixel(images):
    model = build(variants.kl(0.5), recipes.STANDARD, seed=0)
    model.reseed(0, 0)
    logs = model.evaluate(images[:32], batch_size=32, verbose=0, return_dict=True)
    mean, log_variance = model.encode(images[:32])
    elbo_per_pixel = logs["bce"] + float(kl_to_prior(mean, log_variance)) / 784
    assert logs["loss"] == pytest.approx(elbo_per_pixel / 2, rel=1e-5)


def test_initial_weights_depend_on_the_seed_alone():
    first, again = (build(variant, recipes.STANDARD, seed=3).get_weights() for variant in VARIANTS[:2])
    other = build(variants.none(), recipes.STANDARD, seed=4).get_weights()
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert any(not np.array_equal(a, b) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("recipe", [recipes.STANDARD, recipes.NOTEBOOK], ids=lambda recipe: recipe.name)
def test_flips_and_noise_are_the_same_for_all_variants_of_a_seed(images, recipe):
    first, second = (
        outputs_of(build(variant, recipe, seed=0), images[:32]) for variant in (variants.none(), variants.imq(0.6))
    )
    np.testing.assert_array_equal(first["z"], second["z"])


def test_another_epoch_draws_other_noise(images):
    model = build(variants.none(), recipes.STANDARD, seed=0)
    draws = []
    for epoch in (0, 1, 0):
        model.reseed(0, epoch)
        draws.append(np.asarray(model(images[:8], training=True)["z"]))
    assert not np.array_equal(draws[0], draws[1])
    np.testing.assert_array_equal(draws[0], draws[2])


def seen_by_the_encoder(model, images, *, training):
    """The encoder's input, (n, 28, 28), in [0, 1] or slightly outside."""
    model.reseed(0, 0)
    return np.asarray(model._augmented(images[..., None].astype("float32") / 255, training))[..., 0]


def test_the_standard_recipe_augments_nothing(images):
    model = build(variants.none(), recipes.STANDARD, seed=0)
    for training in (True, False):
        np.testing.assert_array_equal(seen_by_the_encoder(model, images, training=training), images / np.float32(255))


def test_the_notebook_recipe_mirrors_half_of_the_inputs_and_none_of_the_targets(images):
    recipe = dataclasses.replace(recipes.NOTEBOOK, contrast=0.0)
    model = build(variants.none(), recipe, seed=0)
    seen, plain = seen_by_the_encoder(model, images, training=True), images / np.float32(255)
    is_plain, is_mirrored = ((seen == side).all(axis=(1, 2)) for side in (plain, plain[:, :, ::-1]))
    assert np.all(is_plain | is_mirrored)
    # 270 fair coin flips: the share is within 5 standard deviations of one half.
    assert abs(is_mirrored.mean() - 0.5) < 5 * 0.5 / np.sqrt(len(images))
    np.testing.assert_array_equal(outputs_of(model, images)["target"][..., 0], plain)


def test_the_notebook_recipe_keeps_augmenting_outside_training_and_leaves_the_decoder_unfitted(images):
    model = build(variants.none(), recipes.NOTEBOOK, seed=0)
    np.testing.assert_array_equal(outputs_of(model, images)["target"][..., 0], (images / 255).astype("float32"))
    model.reseed(0, 0)
    first = np.asarray(model(images[:32], training=False)["mean"])
    model.reseed(0, 1)
    second = np.asarray(model(images[:32], training=False)["mean"])
    assert not np.allclose(first, second)  # other flips
    model.fit(images, batch_size=32, epochs=1, verbose=0)
    moments = {w.path: np.asarray(w) for w in model.weights if "moving" in w.path}
    decoder = [moments[w.path] for w in model.decoder.weights if "moving_mean" in w.path]
    encoder = [moments[w.path] for w in model.encoder.weights if "moving_mean" in w.path]
    assert not any(np.any(moment) for moment in decoder)
    assert all(np.any(moment) for moment in encoder)


def test_the_standard_recipe_evaluates_without_changing_a_weight(images):
    model = build(variants.gaussian(0.6, 2.83), recipes.STANDARD, seed=0)
    before = model.get_weights()
    model.evaluate(images, verbose=0)
    model.encode(images[:10])
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_encode_is_the_posterior_and_decode_the_logits(images):
    model = build(variants.none(), recipes.STANDARD, seed=0)
    out = outputs_of(model, images[:8], training=False)
    mean, log_variance = model.encode(images[:8])
    np.testing.assert_allclose(mean, out["mean"], atol=1e-5)
    np.testing.assert_allclose(log_variance, out["log_variance"], atol=1e-5)
    np.testing.assert_allclose(model.decode(out["z"]), out["logits"][..., 0], atol=1e-5)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_every_kind_of_variant_learns(variant, images):
    model = build(variant, dataclasses.replace(recipes.STANDARD, batch_size=32), seed=0)
    model.reseed(0, 0)
    history = model.fit(images, batch_size=32, epochs=4, verbose=0, shuffle=False).history
    assert history["bce"][-1] < 0.9 * history["bce"][0]


def test_the_network_is_the_notebooks():
    model = VAE(variants.none(), recipes.NOTEBOOK)
    # By kind of layer: convolutions, batch normalisations, dense layers.
    assert model.encoder.count_params() == 320 + 128 + 18_496 + 256 + 401_536 + 2 * 1_032
    assert model.decoder.count_params() == 28_224 + 36_928 + 256 + 18_464 + 128 + 289
    assert [tuple(output.shape) for output in model.encoder.outputs] == [(None, 8), (None, 8)]
    assert tuple(model.decoder.outputs[0].shape) == (None, 28, 28, 1)
