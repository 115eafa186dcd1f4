"""The sliced Wasserstein penalty: the closed form for normal codes, its floor, its gradient, both backends."""

import math
import subprocess
import sys

import keras
import numpy as np
import pytest
from scipy.special import ndtri

from mmdvae import variants
from mmdvae.penalties import sw

D = 8


def directions(count, seed=0):
    drawn = np.random.default_rng(seed).standard_normal((D, count))
    return drawn / np.linalg.norm(drawn, axis=0)


def definition(z, theta):
    """In float64, a direction at a time: the mean squared distance of sorted codes from the quantiles."""
    quantiles = ndtri((np.arange(len(z)) + 0.5) / len(z))
    return np.mean([np.mean((np.sort(z @ column) - quantiles) ** 2) for column in theta.T])


def test_it_is_its_definition_for_any_number_of_codes():
    for n in (1, 2, 5, 128):
        z, theta = np.random.default_rng(n).normal(1, 2, (n, D)), directions(64)
        got = float(sw.sliced_w2_squared(z.astype("float32"), theta.astype("float32")))
        # float32: erfinv is good to about 1e-6, the codes are rounded to 2^-24 of values up to 10
        assert got == pytest.approx(definition(z, theta), rel=1e-5)


@pytest.mark.parametrize(("shift", "spread"), [(0.0, 2.0), (1.5, 1.0), (0.7, 0.3)])
def test_for_normal_codes_it_is_the_closed_form(shift, spread):
    # Along a unit direction u, N(m, q² I) is N(m.u, q²): W2² = (m.u)² + (q - 1)², on average |m|² / d + (q - 1)².
    rng, n, batches = np.random.default_rng(3), 4_000, 12
    m = np.full(D, shift)
    found = [
        definition_free(m + spread * rng.standard_normal((n, D)), directions(200, seed)) for seed in range(batches)
    ]
    expected = shift**2 + (spread - 1) ** 2
    floor = 3 * spread**2 / n  # what n draws of a normal differ from its quantiles, see the next test
    error = np.std(found, ddof=1) / math.sqrt(batches)
    assert abs(np.mean(found) - expected) < 4 * error + 2 * floor


def definition_free(z, theta):
    return float(sw.sliced_w2_squared(z.astype("float32"), theta.astype("float32")))


def test_draws_of_the_prior_are_at_the_floor_of_their_number():
    rng = np.random.default_rng(5)
    for n in (64, 512):
        found = [definition_free(rng.standard_normal((n, D)), directions(64, seed)) for seed in range(40)]
        assert 1 < n * np.mean(found) < 6  # grows like log log n; about 3 in this range


def test_far_codes_and_collapsed_codes_feel_it():
    import tensorflow as tf

    theta = tf.constant(directions(64).astype("float32"))
    for z in (np.full((16, D), 1e4), np.zeros((16, D))):
        codes = tf.Variable(z.astype("float32"))
        with tf.GradientTape() as tape:
            value = sw.sliced_w2_squared(codes, theta)
        gradient = tape.gradient(value, codes).numpy()
        assert np.isfinite(gradient).all()
        assert np.abs(gradient).max() > 1e-3


def test_directions_are_unit_vectors_from_the_penaltys_own_stream():
    seed = keras.random.SeedGenerator(0)
    first, second = (np.asarray(sw.draw(variants.sw(0.5, projections=32), seed)) for _ in range(2))
    assert first.shape == (D, 32)
    assert np.linalg.norm(first, axis=0) == pytest.approx(np.ones(32), abs=1e-6)
    assert not np.allclose(first, second)


def test_both_backends_agree():
    z, theta = np.random.default_rng(1).normal(size=(100, D)), directions(64)
    code = (
        "import numpy as np; from mmdvae.penalties import sw; g = np.random.default_rng;"
        f"z = g(1).normal(size=(100, {D})); t = g(0).standard_normal(({D}, 64)); t /= np.linalg.norm(t, axis=0);"
        "print(float(sw.sliced_w2_squared(z.astype('float32'), t.astype('float32'))))"
    )
    environment = {"KERAS_BACKEND": "jax", "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert float(done.stdout) == pytest.approx(definition_free(z, theta), rel=1e-5)
