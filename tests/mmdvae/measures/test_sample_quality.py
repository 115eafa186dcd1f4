import math

import numpy as np
import pytest
from scipy import linalg

from mmdvae.measures import sample_quality


@pytest.fixture
def features():
    rng = np.random.default_rng(0)
    mix = rng.normal(size=(6, 6))
    return (rng.normal(size=(80, 6)) @ mix).astype("float32"), (rng.normal(0.5, 1.5, (90, 6)) @ mix).astype("float32")


def with_moments(mean, covariance, n=40):
    """Points with exactly this mean and covariance (divisor n - 1)."""
    z = np.random.default_rng(1).normal(size=(n, len(mean)))
    z -= z.mean(axis=0)
    z = z @ np.linalg.inv(np.linalg.cholesky(np.cov(z, rowvar=False))).T
    return z @ np.linalg.cholesky(covariance).T + mean


def test_the_frechet_distance_equals_its_definition_by_matrix_roots(features):
    x, y = (part.astype("float64") for part in features)
    c, d = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    expected = np.sum((x.mean(0) - y.mean(0)) ** 2) + np.trace(c + d - 2 * linalg.sqrtm(c @ d).real)
    assert sample_quality.frechet(*features) == pytest.approx(expected, rel=1e-6)


def test_the_frechet_distance_of_stretched_normals_is_the_closed_form():
    x = with_moments([0.0, 0.0, 0.0], np.diag([1.0, 4.0, 9.0]))
    y = with_moments([1.0, 2.0, 2.0], np.diag([4.0, 4.0, 1.0]))
    assert sample_quality.frechet(x, y) == pytest.approx(9 + (1 - 2) ** 2 + 0 + (3 - 1) ** 2, rel=1e-9)


def test_the_frechet_distance_of_features_from_themselves_is_zero(features):
    x = features[0]
    assert sample_quality.frechet(x, x) == pytest.approx(0, abs=1e-9 * float(np.square(x).sum(axis=1).mean()))
    dead = np.pad(x, ((0, 0), (0, 3)))  # units that never fire: a singular covariance
    assert sample_quality.frechet(dead, dead) == pytest.approx(0, abs=1e-6)
    assert math.isfinite(sample_quality.frechet(x, np.repeat(x[:1], 50, axis=0)))  # the same picture 50 times


def test_the_kernel_distance_of_whole_samples_equals_its_definition_pair_by_pair():
    x, y = np.random.default_rng(0).normal(size=(2, 12, 3))

    def kernel(a, b):
        return (sum(p * q for p, q in zip(a, b, strict=True)) / 3 + 1) ** 3

    within = [np.mean([kernel(z[i], z[j]) for i in range(12) for j in range(12) if i != j]) for z in (x, y)]
    between = np.mean([kernel(a, b) for a in x for b in y])
    mean, sd, _ = sample_quality.kernel_distance(x, y)  # the only subset of twelve is all of them
    assert mean == pytest.approx(sum(within) - 2 * between, rel=1e-9)
    assert math.isnan(sd)


def test_the_kernel_distance_compares_three_moments():
    # f = 1: (x y + 1)³ = 1 + 3 x y + 3 x² y² + x³ y³, so that MMD² = 3 (m1 - n1)² + 3 (m2 - n2)² + (m3 - n3)².
    rng, n = np.random.default_rng(0), 400
    found = [
        sample_quality._cubic_mmd2(rng.normal(0, 1, (n, 1)), rng.normal(0.5, 1, (n, 1)), np.ones((n, 1)))[0]
        for _ in range(400)
    ]  # moments of N(0, 1): 0, 1, 0; of N(.5, 1): .5, 1.25, 1.625
    expected = 3 * 0.5**2 + 3 * 0.25**2 + 1.625**2
    assert np.mean(found) == pytest.approx(expected, abs=4 * np.std(found) / np.sqrt(len(found)))


def test_the_kernel_distance_of_one_distribution_is_zero_within_its_own_spread():
    rng = np.random.default_rng(0)
    means = [sample_quality.kernel_distance(*rng.normal(size=(2, 300, 4)), seed=seed)[0] for seed in range(30)]
    assert np.mean(means) == pytest.approx(0, abs=4 * np.std(means) / np.sqrt(30))


def test_the_kernel_distance_takes_subsets_of_a_thousand(monkeypatch):
    sizes = []

    def measured(x, y, member):
        sizes.append((len(x), len(y)))
        return float(x.sum()), np.zeros(member.shape[1])

    monkeypatch.setattr(sample_quality, "_cubic_mmd2", measured)
    mean, sd, _ = sample_quality.kernel_distance(np.random.default_rng(0).normal(size=(1500, 2)), np.zeros((1200, 2)))
    assert sizes == [(1000, 1000)] * sample_quality.SUBSETS
    assert sd > 0
    assert math.isfinite(mean)


def test_density_and_coverage_equal_their_definitions():
    rng = np.random.default_rng(0)
    real, made = rng.normal(size=(40, 3)), rng.normal(0.5, 1.0, (30, 3))
    reach = [sorted(math.dist(a, b) for b in real.tolist())[5] for a in real.tolist()]  # [0] is the point itself
    inside = [[math.dist(a, b) < r for b in made.tolist()] for a, r in zip(real.tolist(), reach, strict=True)]
    density, coverage = sample_quality.density_and_coverage(real, made)
    assert density == pytest.approx(sum(map(sum, inside)) / (5 * 30), rel=1e-12)
    assert coverage == pytest.approx(sum(map(any, inside)) / 40, rel=1e-12)


def test_samples_of_the_same_distribution_have_density_1_and_nearly_full_coverage():
    # Real and generated neighbours are equally likely to be the next nearest, so with probability 2^-5 the nearest
    # five are all real and none is generated (Naeem et al. 2020, equation 6, for n = m and large n).
    rng, n = np.random.default_rng(0), 400
    found = np.array([sample_quality.density_and_coverage(*rng.normal(size=(2, n, 4))) for _ in range(40)])
    error = found.std(axis=0) / np.sqrt(40)
    assert found.mean(axis=0) == pytest.approx([1, 1 - 2**-5], abs=4 * error.max() + 5 / n)


def test_far_samples_have_no_density_and_copies_of_one_image_cover_little():
    real = np.random.default_rng(0).normal(size=(100, 4))
    assert sample_quality.density_and_coverage(real, real + 1000) == (0, 0)
    density, coverage = sample_quality.density_and_coverage(real, np.repeat(real[:1], 100, axis=0))
    assert coverage < 0.2 < density
    assert all(math.isnan(value) for value in sample_quality.density_and_coverage(real[:1], real))


def test_the_class_entropy_of_k_equal_classes_is_log_k():
    assert sample_quality.class_entropy(np.repeat(np.arange(10), 7)) == pytest.approx(math.log(10))
    assert sample_quality.class_entropy(np.zeros(5, dtype=int)) == 0
    assert sample_quality.class_entropy(np.array([3, 3, 3, 9])) == pytest.approx(
        -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    )


def test_all_are_measured_together(features):
    got = sample_quality.judged(*features, np.array([0, 1, 1]))
    assert list(got) == sample_quality.names("")
    assert got["fid"] == sample_quality.frechet(*features)
    assert (got["kid"], got["kid_sd"], got["kid_noise"]) == sample_quality.kernel_distance(
        *features
    )  # subsets are 80 of the 90 images, so they differ
    assert (got["density"], got["coverage"]) == sample_quality.density_and_coverage(*features)


def test_of_few_real_images_all_others_are_neighbours():
    real, made = np.array([[0.0], [1.0], [3.0]]), np.array([[2.5], [5.5]])
    # The second-nearest other points are 3, 2 and 3 away: 2.5 is within reach of all, 5.5 only of the last.
    assert sample_quality.density_and_coverage(real, made) == (4 / (2 * 2), 1.0)


def test_the_names_say_from_which_distribution_the_draws_are(features):
    got = sample_quality.judged(*features, np.array([0, 1, 1]), suffix="_fitted")
    assert list(got) == [
        *("fid_fitted", "kid_fitted", "density_fitted", "coverage_fitted"),
        *("fid_fitted_noise", "kid_fitted_noise", "density_fitted_noise", "coverage_fitted_noise"),
    ]
    assert got["fid_fitted"] == sample_quality.frechet(*features)
