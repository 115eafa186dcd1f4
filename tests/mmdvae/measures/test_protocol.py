"""One protocol for every row: codes as they are and whitened, and three distributions of draws."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from mmdvae.measures import blocks, holes, prior_match, protocol, sample_quality, samplers, sliced_wasserstein
from mmdvae.measures.classifier import Judge
from mmdvae.measures.whitening import whitened

WHITE = ["mmd2_white", "sliced_w2_white", *(f"{name}_white" for name in holes.METRICS)]


@pytest.fixture(scope="module")
def codes():
    """Training and test codes of one skewed distribution, (1000, 3) and (500, 3)."""
    rng = np.random.default_rng(0)
    return tuple(rng.gamma(1.0, size=(n, 3)).astype("float32") for n in (1000, 500))


def test_the_numbers_are_those_of_their_parts(codes):
    train, test = codes
    white, prior = whitened(train, test), prior_match.draw_prior(500, 3, seed=prior_match.PRIOR_SEED)
    expected = prior_match.of_codes(test) | holes.of_codes(test, prior)
    expected |= {"mmd2_white": prior_match.mmd2(white, prior), "sliced_w2_white": sliced_wasserstein.sliced_w2(white)}
    expected |= {f"{name}_white": value for name, value in holes.of_codes(white, prior).items()}
    assert protocol.of_codes(train, test) == expected


def test_a_length_and_a_shift_change_no_white_number_and_all_others(codes):
    before, after = protocol.of_codes(*codes), protocol.of_codes(*(9 * part.astype("float64") + 4 for part in codes))
    for name in WHITE:
        assert after[name] == pytest.approx(before[name], rel=1e-6), name
    for name in ("mmd2", "sliced_w2", *holes.METRICS):
        assert after[name] != pytest.approx(before[name], rel=0.01), name


def test_any_affine_map_changes_white_numbers_no_more_than_other_draws_of_the_prior_would(codes, monkeypatch):
    rng = np.random.default_rng(1)
    before, matrix = protocol.of_codes(*codes), rng.normal(size=(3, 3))
    after = protocol.of_codes(*(part @ matrix + 4 for part in codes))
    others = []
    for seed in range(100, 112):
        monkeypatch.setattr(prior_match, "PRIOR_SEED", seed)
        others.append(protocol.of_codes(*codes))
    for name in WHITE:
        if name != "sliced_w2_white":  # draws directions instead
            assert after[name] == pytest.approx(before[name], abs=5 * np.std([one[name] for one in others])), name
    directions = [sliced_wasserstein.sliced_w2(whitened(*codes), seed=seed) for seed in range(12)]
    assert after["sliced_w2_white"] == pytest.approx(before["sliced_w2_white"], abs=5 * np.std(directions))


def test_the_white_map_is_the_training_codes_and_not_the_test_codes(codes):
    train, test = codes
    assert protocol.of_codes(train, 2 * test)["sliced_w2_white"] > 0.9  # as whitened by themselves they would be near
    assert protocol.of_codes(2 * train, 2 * test)["sliced_w2_white"] < 0.6


def test_codes_in_a_plane_have_no_white_numbers(codes):
    flat = [part * np.float32([1, 1, 0]) for part in codes]
    found = protocol.of_codes(*flat)
    assert {name for name, value in found.items() if math.isnan(value)} == {
        *WHITE,
        "mardia_skewness",
        "mardia_kurtosis",
    }


def test_each_sampler_has_its_own_numbers_under_its_suffix(codes, monkeypatch):
    real = np.random.default_rng(1).gamma(1.0, size=(400, 3))
    # The classifier's features are here the codes themselves, which the images hold.
    monkeypatch.setattr(
        protocol.classifier, "judge", lambda network, images: (images[:, :3, 0, 0], np.zeros(len(images)))
    )

    def decode(z):
        assert len(z) == 100  # a block is a hundred images
        return np.repeat(z[:, :, None, None], 28, axis=2)

    monkeypatch.setattr(blocks, "BYTES", 8 * 784 * 199)
    network = SimpleNamespace(input_shape=(None, 28, 28, 1))
    found = protocol.of_samples(codes[0], decode, Judge(network, {"test": real}))
    for suffix, draw in samplers.SAMPLERS.items():
        expected = sample_quality.judged(real, draw(codes[0], 400), np.zeros(400), suffix=suffix)
        assert {name: found[name] for name in expected} == pytest.approx(expected, nan_ok=True)
    assert found["fid_mixture"] < found["fid"]
    assert found["fid_fitted"] < found["fid"]


def test_a_judge_of_orientations_says_nothing_of_classes(codes, monkeypatch):
    monkeypatch.setattr(
        protocol.classifier, "judge", lambda network, images: (images[:, :3, 0, 0], np.zeros(len(images)))
    )
    judge = Judge(SimpleNamespace(input_shape=(None, 3, 1, 1)), {"test": codes[1]}, task="orientations")
    found = protocol.of_samples(codes[0], lambda z: z[:, :, None, None], judge)
    assert {name for name, value in found.items() if math.isnan(value)} == {"class_entropy", "kid_sd"}


def test_without_a_judge_nothing_is_decoded(codes):
    found = protocol.of_samples(codes[0], None, None)
    assert list(found) == [name for suffix in samplers.SAMPLERS for name in sample_quality.names(suffix)]
    assert all(math.isnan(value) for value in found.values())
