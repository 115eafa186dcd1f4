import dataclasses
import os
import subprocess
import sys

import numpy as np
import pytest

from mmdvae import recipes, variants
from mmdvae.measures import gradients
from mmdvae.model import vae
from mmdvae.training.build import build

SMALL = dataclasses.replace(recipes.STANDARD, batch_size=16)


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).integers(0, 256, (70, 28, 28)).astype("uint8")


def by_differences(built, images, term, *, seed, weight, step=1e-2):
    """Gradient of a loss term with respect to one small weight array of the encoder, by central differences."""

    def value():
        built.reseed(seed, 0)
        outputs = built(images, training=False)
        terms = {
            "bce": vae.binary_cross_entropy(outputs["target"], outputs["logits"]),
            "penalty": built.penalty(outputs),
        }
        return float(terms[term])

    start, slopes = np.asarray(weight).copy(), []
    for place in np.ndindex(start.shape):
        ends = []
        for sign in (1, -1):
            moved = start.copy()
            moved[place] += sign * step
            weight.assign(moved)
            ends.append(value())
        slopes.append((ends[0] - ends[1]) / (2 * step))
    weight.assign(start)
    return np.array(slopes)


@pytest.mark.parametrize("variant", [variants.gaussian(0.6, 2.83), variants.imq(0.6), variants.kl(0.5)])
def test_gradients_equal_finite_differences(images, variant):
    built = build(variant, SMALL, seed=0)
    bias = built.encoder.get_layer("mean").bias  # eight weights near the codes, so that differences exceed the noise
    mine = next(i for i, weight in enumerate(built.encoder.trainable_variables) if weight is bias)
    built.reseed(5, 0)
    by_tape = gradients.terms_by_encoder(built, images[:16])
    for term, gradient in zip(("bce", "penalty"), by_tape, strict=True):
        expected = by_differences(built, images[:16], term, seed=5, weight=bias)
        scale = np.abs(expected).max()
        # Float32 rounding of a value near 0.7 divided by the step of 0.02, plus the curvature over the step.
        np.testing.assert_allclose(np.asarray(gradient[mine]), expected, atol=2e-5 + 0.02 * scale)


def test_the_ratio_is_the_median_of_weighted_lengths(images, monkeypatch):
    built = build(variants.gaussian(0.6, 2.83), SMALL, seed=0)
    lengths = iter([(1.0, 2.0), (2.0, 1.0), (1.0, 8.0)])
    monkeypatch.setattr(gradients, "_norms", lambda *_: next(lengths))
    assert gradients.ratio(built, images, seed=0) == pytest.approx(1.5 * np.median([2.0, 0.5, 8.0]))


def test_a_dead_kernel_pulls_at_nothing_and_a_live_one_does(images):
    ratios = {
        sigma: gradients.ratio(build(variants.gaussian(0.6, sigma), SMALL, seed=0), images, seed=0)
        for sigma in (1e-4, 2.83, 1e4)
    }
    assert ratios[1e-4] < 1e-20  # the kernel underflows between codes; the exact prior term remains
    assert ratios[1e4] < 1e-3 < 0.01 < ratios[2.83]


def test_without_a_penalty_there_is_no_pull(images):
    assert gradients.ratio(build(variants.none(), SMALL, seed=0), images, seed=0) == 0.0


@pytest.mark.parametrize("recipe", [SMALL, dataclasses.replace(recipes.NOTEBOOK, batch_size=16)])
def test_measuring_changes_no_variable_and_twice_gives_the_same(images, recipe):
    built = build(variants.gaussian(0.6, 2.83), recipe, seed=0)
    before = [np.asarray(variable).copy() for variable in built.variables]
    first = gradients.ratio(built, images, seed=3)
    for old, variable in zip(before, built.variables, strict=True):
        np.testing.assert_array_equal(old, np.asarray(variable), err_msg=variable.path)
    assert gradients.ratio(built, images, seed=3) == first != gradients.ratio(built, images, seed=4)


def test_fewer_images_than_a_batch_are_one_batch(images):
    assert gradients.ratio(build(variants.gaussian(0.6, 2.83), SMALL, seed=0), images[:5], seed=0) > 0


def test_where_nothing_pulls_there_is_no_ratio(images, monkeypatch):
    built = build(variants.gaussian(0.6, 2.83), SMALL, seed=0)
    assert np.isnan(gradients.ratio(built, images[:1], seed=0))  # MMD² is undefined for a single image
    for lengths, expected in (((0.0, 0.0), np.nan), ((0.0, 1.0), np.inf)):
        monkeypatch.setattr(gradients, "_norms", lambda *_, lengths=lengths: lengths)
        np.testing.assert_equal(gradients.ratio(built, images, seed=0), expected)


def test_jax_measures_the_same_way():
    code = """
import numpy as np
from mmdvae import recipes, variants
from mmdvae.measures import gradients
from mmdvae.training.build import build
images = np.random.default_rng(0).integers(0, 256, (32, 28, 28)).astype("uint8")
for sigma in (1e-4, 2.83):
    built = build(variants.gaussian(0.6, sigma), recipes.STANDARD, seed=0)
    before = [np.asarray(variable).copy() for variable in built.variables]
    print(gradients.ratio(built, images, seed=0))
    assert all(np.array_equal(old, np.asarray(new)) for old, new in zip(before, built.variables, strict=True))
"""
    environment = os.environ | {"KERAS_BACKEND": "jax"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    dead, live = map(float, done.stdout.split())
    assert dead < 1e-20 < 0.01 < live
