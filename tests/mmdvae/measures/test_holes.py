import math

import numpy as np
import pytest

from mmdvae.measures import c2st, holes, sliced_wasserstein
from mmdvae.measures.whitening import whitened


def test_the_metrics_equal_their_definitions():
    rng = np.random.default_rng(0)
    z, prior = rng.normal(0.5, 0.8, (30, 3)), rng.normal(size=(40, 3))
    reach = [sorted(math.dist(a, b) for b in prior.tolist())[5] for a in prior.tolist()]  # [0] is the draw itself
    inside = [[math.dist(a, b) < r for b in z.tolist()] for a, r in zip(prior.tolist(), reach, strict=True)]
    assert holes.of_codes(z, prior) == pytest.approx(
        {
            "latent_coverage": sum(map(any, inside)) / 40,
            "latent_density": sum(map(sum, inside)) / (5 * 30),
            "c2st_auc": c2st.auc(z, prior),
            "nearest_code": np.mean([min(math.dist(a, b) for b in z.tolist()) for a in prior.tolist()]),
        },
        rel=1e-12,
    )


def test_codes_that_follow_the_prior_have_the_priors_values():
    # Any order of a prior draw's neighbours, five draws and the codes among them, is equally likely: coverage 1 - 2^-5.
    rng, n = np.random.default_rng(0), 400
    found = [holes.of_codes(*rng.standard_normal((2, n, 8))) for _ in range(60)]
    for name, value in (("latent_coverage", 1 - 2**-5), ("latent_density", 1.0), ("c2st_auc", 0.5)):
        values = [one[name] for one in found]
        assert np.mean(values) == pytest.approx(value, abs=4 * np.std(values) / math.sqrt(60) + 5 / n), name


def test_the_nearest_of_n_codes_on_a_line_is_as_far_as_the_spacings_say():
    # Codes uniform on [0, 1] and a point anywhere inside: P(nearest > r) = (1 - 2 r)^n, on average 1 / (2 (n + 1)).
    rng, n = np.random.default_rng(0), 1000
    inside = rng.uniform(0.05, 0.95, (5000, 1))
    found = [holes.of_codes(rng.uniform(size=(n, 1)), inside)["nearest_code"] for _ in range(10)]
    error = np.std(found, ddof=1) / math.sqrt(10)
    assert np.mean(found) == pytest.approx(1 / (2 * (n + 1)), abs=4 * error)


def test_distant_codes_leave_the_whole_prior_empty():
    prior = np.random.default_rng(0).normal(size=(300, 4))
    far = holes.of_codes(prior + [1000, 0, 0, 0], prior)
    assert (far["latent_coverage"], far["latent_density"], far["c2st_auc"]) == (0, 0, 1)
    assert far["nearest_code"] == pytest.approx(1000, abs=10)  # draws differ by less along the shift


def test_ten_tight_clusters_with_the_priors_moments_are_near_by_distance_and_full_of_holes():
    # A tenth of the codes in each of ten normal clusters of sd 0.3 before whitening. A centre in eight dimensions has
    # length 2.8, so along a direction ten steps blur to something nearly normal: 0.1 away, eight times the floor 0.017.
    rng = np.random.default_rng(0)
    z = np.repeat(rng.standard_normal((10, 8)), 1000, axis=0) + 0.3 * rng.standard_normal((10_000, 8))
    z = rng.permutation(whitened(z, z))
    found = holes.of_codes(z[:5000], rng.standard_normal((5000, 8)))
    assert 0.05 < sliced_wasserstein.sliced_w2(z) < 0.25
    assert 0.3 < found["latent_coverage"] < 0.7
    assert found["c2st_auc"] > 0.9


def test_without_codes_nothing_is_known():
    assert list(holes.unknown()) == list(holes.METRICS)
    assert all(math.isnan(value) for value in holes.unknown().values())
