"""The model: its objective, tracked metrics, and shared randomness."""

import dataclasses

import keras
import numpy as np
import pytest

from mmdvae import recipes, variants
from mmdvae.data import array_folder
from mmdvae.model import vae
from mmdvae.model.vae import VAE
from mmdvae.penalties.kl import kl_to_prior
from mmdvae.training.build import build

RECIPES = [recipes.STANDARD, recipes.NOTEBOOK]
VARIANTS = [variants.none(), variants.gaussian(0.6, 2.83), variants.imq(0.6), variants.kl(0.5)]
NORMALISED = [variants.normalised(variant) for variant in VARIANTS]


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
        assert set(logs) == {"loss", "bce", "reconstruction", "penalty", "rounded_accuracy"}


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


def test_kl_at_alpha_one_half_is_half_the_usual_objective_per_pixel(images):
    model = build(variants.kl(0.5), recipes.STANDARD, seed=0)
    model.reseed(0, 0)
    logs = model.evaluate(images[:32], batch_size=32, verbose=0, return_dict=True)
    mean, log_variance = model.encode(images[:32])
    usual_per_pixel = logs["bce"] + float(kl_to_prior(mean, log_variance)) / 784
    assert logs["loss"] == pytest.approx(usual_per_pixel / 2, rel=1e-5)


def test_normalised_variants_start_with_the_same_trained_weights_and_have_no_others():
    free, fixed = (build(kind[0], recipes.STANDARD, seed=3) for kind in (VARIANTS, NORMALISED))
    assert len(fixed.trainable_variables) == len(free.trainable_variables)
    for a, b in zip(free.trainable_variables, fixed.trainable_variables, strict=True):
        np.testing.assert_array_equal(a, b)


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


@pytest.mark.parametrize("variant", [*VARIANTS, *NORMALISED], ids=lambda variant: variant.name)
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


# Shapes of the weights before there were normalised variants, in order.
SHAPES = [
    *[(3, 3, 1, 32), (32,), (32,), (32,), (32,), (32,), (3, 3, 32, 64), (64,), (64,), (64,), (64,), (64,)],
    *[(3136, 128), (128,), (128, 8), (8,), (128, 8), (8,)],
    *[(8, 3136), (3136,), (3, 3, 64, 64), (64,), (64,), (64,), (64,), (64,)],
    *[(3, 3, 32, 64), (32,), (32,), (32,), (32,), (32,), (3, 3, 1, 32), (1,)],
]
# By variant and recipe: the mean losses after one and two steps that it had, on images of noise.
FIRST_LOSSES = {
    ("none", "standard"): (0.8493954539299011, 0.8282744884490967),
    ("mmd-a0.6-s2.83", "standard"): (0.490171879529953, 0.4603833556175232),
    ("imq-a0.6", "standard"): (0.4154354929924011, 0.3915793299674988),
    ("kl-a0.5", "standard"): (0.43483760952949524, 0.4236513078212738),
    ("none", "notebook"): (0.693152904510498, 0.6931600570678711),
    ("mmd-a0.6-s2.83", "notebook"): (0.42536184191703796, 0.3990575671195984),
    ("imq-a0.6", "notebook"): (0.3597668409347534, 0.34573623538017273),
    ("kl-a0.5", "notebook"): (0.3549468517303467, 0.3560827970504761),
}


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_a_variant_that_is_not_normalised_is_trained_as_before_there_were_any(variant, recipe):
    model = build(variant, dataclasses.replace(recipe, batch_size=32), seed=0)
    assert [tuple(weight.shape) for weight in model.weights] == SHAPES
    noise = np.random.default_rng(0).integers(0, 256, (64, 28, 28)).astype("uint8")
    model.reseed(0, 0)
    model.reset_metrics()
    losses = [model.train_on_batch(noise[start : start + 32], return_dict=True)["loss"] for start in (0, 32)]
    # The error of float32 sums over a batch's pixels in another order, as on another processor.
    means = [losses[0], sum(losses) / 2]
    assert means == pytest.approx(FIRST_LOSSES[variant.name, recipe.name], rel=np.sqrt(32 * 784) * 1.2e-7)


@pytest.mark.parametrize("variant", NORMALISED, ids=lambda variant: variant.name)
def test_a_normalised_variant_has_the_same_network_and_two_moments_more(variant):
    model = VAE(variant, recipes.STANDARD)
    (norm,) = [layer for layer in model.encoder.layers if type(layer) is keras.layers.BatchNormalization]
    assert norm.input is model.encoder.get_layer("mean").output
    assert norm.output is model.encoder.outputs[0]
    assert not norm.center
    assert not norm.scale
    assert norm.momentum == recipes.STANDARD.batch_norm_momentum
    assert norm.compute_dtype == norm.variable_dtype == "float32"
    assert [tuple(weight.shape) for weight in norm.weights] == [(8,), (8,)]
    own = [id(weight) for weight in norm.weights]
    assert [tuple(weight.shape) for weight in model.weights if id(weight) not in own] == SHAPES


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_normalised_codes_have_mean_0_and_variance_1_over_a_batch_whatever_the_weights(images, recipe):
    model = build(NORMALISED[0], recipe, seed=0)
    dense = model.encoder.get_layer("mean")
    before = outputs_of(model, images)
    dense.kernel.assign(1000 * dense.kernel)
    dense.bias.assign(dense.bias + 7.0)
    scaled = outputs_of(model, images)
    for name, out in (("before", before), ("scaled", scaled)):
        np.testing.assert_allclose(out["mean"].mean(axis=0), 0, atol=1e-4, err_msg=name)
    # Keras adds 0.001 to the variance, which is small against those of codes that are a thousand times as large.
    np.testing.assert_allclose(scaled["mean"].var(axis=0), 1, rtol=1e-3)
    assert np.all(before["mean"].var(axis=0) < 1)


def test_normalised_codes_of_an_image_do_not_depend_on_the_images_beside_it_in_evaluation(images):
    model = build(NORMALISED[1], dataclasses.replace(recipes.STANDARD, batch_size=32), seed=0)
    model.fit(images, batch_size=32, epochs=1, verbose=0)
    before = model.get_weights()
    together, alone = model.encode(images[:8])[0], model.encode(images[3:4])[0]
    np.testing.assert_allclose(together[3:4], alone, atol=1e-4)
    np.testing.assert_allclose(outputs_of(model, images[:8], training=False)["mean"], together, atol=1e-4)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_gaussian_likelihood_is_twice_the_squared_error_and_below_what_bce_adds_to_the_entropy():
    rng = np.random.default_rng(2)
    target, logits = rng.uniform(size=(50, 28, 28, 1)), 4 * rng.normal(size=(50, 28, 28, 1))
    made = 1 / (1 + np.exp(-logits))
    expected = 2 * np.mean((target - made) ** 2)
    got = float(vae.gaussian_error(target.astype("float32"), logits.astype("float32")))
    assert got == pytest.approx(expected, rel=1e-6)
    assert float(vae.gaussian_error(target, np.log(target / (1 - target)))) < 1e-12  # a perfect reconstruction
    # Pinsker, pixel by pixel: -t log p - (1 - t) log(1 - p) + t log t + (1 - t) log(1 - t) >= 2 (t - p)².
    excess = target * np.log(target / made) + (1 - target) * np.log((1 - target) / (1 - made))
    assert np.all(excess >= 2 * (target - made) ** 2 - 1e-12)


def test_the_likelihood_is_what_is_trained_and_bce_is_measured_for_both():
    images = np.random.default_rng(0).integers(0, 256, (16, 28, 28), dtype=np.uint8)
    gaussian = dataclasses.replace(recipes.STANDARD, likelihood="gaussian")
    models = [build(variants.gaussian(0.6, 2.83), recipe, seed=0) for recipe in (recipes.STANDARD, gaussian)]
    values = []
    for model in models:
        model.reseed(0, 0)
        outputs = model(images)
        loss, penalty = float(model.compute_loss(y_pred=outputs)), float(model.penalty(outputs))
        values.append(float(model.get_metrics_result()["bce"]))
        assert loss == pytest.approx(0.4 * float(model.reconstruction(outputs)) + 0.6 * penalty, rel=1e-5)
    assert values[0] == pytest.approx(values[1], rel=1e-6)
    error = 2 * np.mean((np.asarray(outputs["target"]) - 1 / (1 + np.exp(-np.asarray(outputs["logits"])))) ** 2)
    assert float(models[1].reconstruction(outputs)) == pytest.approx(error, rel=1e-5)
