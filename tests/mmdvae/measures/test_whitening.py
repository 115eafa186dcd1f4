import numpy as np
import pytest

from mmdvae.measures.whitening import moments, whitened


@pytest.fixture
def codes():
    rng = np.random.default_rng(0)
    return 5 + rng.gamma(2.0, size=(300, 4)) @ rng.normal(size=(4, 4))


def test_training_codes_have_the_priors_moments_afterwards(codes):
    mean, covariance = moments(whitened(codes, codes))
    np.testing.assert_allclose(mean, np.zeros(4), atol=1e-10)
    np.testing.assert_allclose(covariance, np.eye(4), atol=1e-10)


def test_the_moments_are_those_of_numpy(codes):
    mean, covariance = moments(codes)
    np.testing.assert_allclose(mean, codes.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(covariance, np.cov(codes, rowvar=False, ddof=0), rtol=1e-12)


def test_the_map_is_the_training_codes_own_and_moves_other_codes_alike(codes):
    other = np.random.default_rng(1).normal(size=(20, 4))
    both = whitened(codes, np.concatenate([codes, other]))
    np.testing.assert_allclose(whitened(codes, other), both[300:], rtol=1e-12)
    # The symmetric root is the one whose square undoes the covariance.
    root = np.linalg.lstsq(other - codes.mean(axis=0), whitened(codes, other), rcond=None)[0]
    np.testing.assert_allclose(root, root.T, atol=1e-9)
    np.testing.assert_allclose(root @ root @ np.cov(codes, rowvar=False, ddof=0), np.eye(4), atol=1e-9)


def test_an_affine_map_of_all_codes_only_turns_the_result(codes):
    rng = np.random.default_rng(2)
    matrix, shift, other = rng.normal(size=(4, 4)), rng.normal(size=4), rng.normal(size=(20, 4))
    before, after = whitened(codes, other), whitened(codes @ matrix + shift, other @ matrix + shift)
    np.testing.assert_allclose(after @ after.T, before @ before.T, rtol=1e-6, atol=1e-9)  # lengths and angles


def test_a_length_and_a_shift_change_nothing(codes):
    np.testing.assert_allclose(whitened(7 * codes - 3, 7 * codes - 3), whitened(codes, codes), atol=1e-10)


def test_codes_in_a_plane_cannot_be_whitened():
    flat = np.random.default_rng(0).normal(size=(50, 2)) @ [[1.0, 2.0, 3.0], [0.0, 1.0, 1.0]]
    for codes in (flat, flat.astype("float32"), np.ones((5, 2)), np.ones((1, 2))):
        assert whitened(codes, codes) is None
