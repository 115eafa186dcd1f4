import math

import numpy as np
import pytest
import reference
from skimage.metrics import structural_similarity

from mmdvae.measures import reconstruction
from mmdvae.measures.reconstruction import Errors


def measured(targets, images, logits=None):
    """The six metrics of all images at once."""
    errors = Errors()
    errors.add(targets, images, logits)
    return errors.metrics()


def mse(targets, images):
    return measured(targets, images)["mse"]


def ssim(targets, images):
    return measured(targets, images)["ssim"]


def entropy(targets):
    return float(np.mean(reconstruction.entropy(targets)))


def of_logits(targets, logits):
    return measured(targets, 1 / (1 + np.exp(-logits)), logits)


def bce_of_logits(targets, logits):
    return float(np.mean(reconstruction.cross_entropy_of_logits(targets, np.asarray(logits, dtype="float64"))))


def bce_of_probabilities(targets, probabilities):
    return float(np.mean(reconstruction.cross_entropy(targets, probabilities)))


@pytest.fixture
def targets():
    return np.random.default_rng(0).integers(0, 256, (3, 28, 28)) / 255


@pytest.fixture
def logits():
    return np.random.default_rng(1).normal(0, 20, (3, 28, 28)).astype("float32")  # up to about 80, far into the tails


@pytest.fixture
def many():
    """Targets and logits of grey, flat and black-and-white images, more than fill one block."""
    rng = np.random.default_rng(2)
    shape = (reconstruction.BLOCK + 7, 28, 28)
    targets = rng.integers(0, 256, shape) / 255
    targets[3], targets[5:8] = 0.0, np.round(targets[5:8])
    return targets, rng.normal(0, 20, shape) * rng.random((len(targets), 1, 1))


def test_bce_of_logits_equals_its_definition(targets, logits):
    assert bce_of_logits(targets, logits) == pytest.approx(reference.bce(targets, logits), rel=1e-12)


def test_bce_of_many_images_is_the_mean_of_logaddexp(many):
    targets, logits = many
    expected = np.mean(np.logaddexp(0, logits) - targets * logits)
    assert of_logits(targets, logits)["bce"] == pytest.approx(expected, rel=1e-12)


def test_bce_of_logits_is_exact_where_probabilities_are_0_and_1():
    assert bce_of_logits(np.array([0.0, 1.0]), np.array([1000.0, -1000.0])) == 1000.0


def test_bce_of_even_chances_is_log_2_whatever_the_target(targets):
    assert bce_of_logits(targets, np.zeros_like(targets)) == pytest.approx(math.log(2), rel=1e-15)
    assert bce_of_probabilities(targets, np.full_like(targets, 0.5)) == pytest.approx(math.log(2))


def test_bce_of_probabilities_equals_that_of_their_logits(targets):
    logits = np.random.default_rng(1).uniform(-6, 6, targets.shape)  # e^-6 > 1 / 510, so nothing is clipped
    got = bce_of_probabilities(targets, 1 / (1 + np.exp(-logits)))
    assert got == pytest.approx(reference.bce(targets, logits), rel=1e-12)


def test_a_pixel_that_is_surely_wrong_costs_half_a_grey_level_and_not_infinity():
    wrong = bce_of_probabilities(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    assert wrong == pytest.approx(math.log(510), rel=1e-12)


def test_bce_is_smallest_at_the_target_itself(targets):
    floor = bce_of_probabilities(targets, targets)
    assert floor < min(bce_of_probabilities(targets, np.clip(targets + by, 0, 1)) for by in (-0.02, 0.02))


def test_mse_equals_its_definition(targets):
    images = np.random.default_rng(1).random(targets.shape).astype("float32")
    by_hand = math.fsum((t - p) ** 2 for t, p in zip(targets.ravel().tolist(), images.ravel().tolist(), strict=True))
    assert mse(targets, images) == pytest.approx(by_hand / targets.size, rel=1e-12)


def test_mse_of_many_images_is_the_mean_over_all_pixels(many):
    targets, images = many
    assert mse(targets, images) == pytest.approx(np.mean((targets - images) ** 2), rel=1e-12)


def test_mse_of_black_for_white_is_1():
    assert mse(np.ones((2, 28, 28)), np.zeros((2, 28, 28))) == 1.0


@pytest.mark.parametrize(("mse", "decibels"), [(1.0, 0.0), (0.01, 20.0), (0.02595, 15.858627), (0.0, math.inf)])
def test_psnr_is_ten_times_the_digits_of_the_pooled_error(mse, decibels):
    assert reconstruction.psnr(mse) == pytest.approx(decibels, abs=1e-6)


def test_ssim_equals_its_definition(targets):
    images = np.clip(targets + np.random.default_rng(1).normal(0, 0.2, targets.shape), 0, 1)
    expected = np.mean([reference.ssim(a, b) for a, b in zip(targets, images, strict=True)])
    assert ssim(targets, images) == pytest.approx(expected, rel=1e-9)


def test_ssim_of_many_images_is_the_mean_of_what_scikit_image_gives_each(many):
    targets, logits = many
    images = 1 / (1 + np.exp(-logits))
    each = [structural_similarity(a, b, data_range=1.0) for a, b in zip(targets, images, strict=True)]
    assert ssim(targets, images) == pytest.approx(np.mean(each), abs=1e-13)
    alone = [ssim(targets[i : i + 1], images[i : i + 1]) for i in range(len(targets))]
    assert alone == pytest.approx(each, abs=1e-13)


def test_ssim_of_flat_images_is_their_luminance_term():
    black, white = np.zeros((1, 28, 28)), np.ones((1, 28, 28))
    assert ssim(black, white) == pytest.approx(1e-4 / (1 + 1e-4), rel=1e-12)
    assert ssim(white, white) == 1.0


def test_rounded_accuracy_counts_pixels_on_the_same_side_of_half():
    targets, images = (np.resize(values, (4, 8, 8)) for values in ([0.0, 0.5, 0.6, 1.0], [0.4, 0.51, 0.5, 0.9]))
    assert measured(targets, images)["rounded_accuracy"] == 0.5


def test_all_measures_are_there(targets):
    got = of_logits(targets, np.random.default_rng(1).uniform(-6, 6, targets.shape))
    assert list(got) == ["bce", "bce_excess", "mse", "psnr", "ssim", "rounded_accuracy"]


def test_a_perfect_reconstruction_is_perfect_by_every_measure(targets):
    black_and_white = np.round(targets)
    logits = np.where(black_and_white > 0, 1000.0, -1000.0)
    assert measured(black_and_white, black_and_white, logits) == {
        "bce": 0.0,
        "bce_excess": 0.0,
        "mse": 0.0,
        "psnr": math.inf,
        "ssim": pytest.approx(1.0),
        "rounded_accuracy": 1.0,
    }


def test_the_entropy_is_that_of_coins(targets):
    assert entropy(np.full((2, 28, 28), 0.5)) == pytest.approx(math.log(2), rel=1e-15)
    assert entropy(np.round(targets)) == 0.0
    pixels = [t for t in targets.ravel().tolist() if 0 < t < 1]
    by_hand = math.fsum(-t * math.log(t) - (1 - t) * math.log(1 - t) for t in pixels) / targets.size
    assert entropy(targets) == pytest.approx(by_hand, rel=1e-12)


def test_the_excess_of_a_perfect_reconstruction_is_zero_and_of_any_other_the_divergence(targets):
    inner = np.clip(targets, 0.01, 0.99)
    perfect = of_logits(inner, np.log(inner / (1 - inner)))
    assert perfect["bce_excess"] == pytest.approx(0, abs=1e-12)
    assert perfect["bce"] == pytest.approx(entropy(inner), rel=1e-12)
    chance = np.clip(np.random.default_rng(1).random(targets.shape), 0.01, 0.99)
    divergence = np.mean(inner * np.log(inner / chance) + (1 - inner) * np.log((1 - inner) / (1 - chance)))
    assert measured(inner, chance)["bce_excess"] == pytest.approx(divergence, rel=1e-9)


def test_each_class_has_its_own_error_and_together_they_are_the_whole(many):
    targets, images = many
    labels = np.arange(len(targets)) % 4 + (np.arange(len(targets)) > 20)  # classes 0 to 4, of unequal size
    errors = Errors()
    errors.add(targets, images)
    by_class = reconstruction.mse_by_class(errors.by_image(), labels)
    assert list(by_class) == [f"mse_class_{label}" for label in range(5)]
    assert by_class["mse_class_2"] == pytest.approx(np.mean((targets - images)[labels == 2] ** 2), rel=1e-12)
    counts = np.bincount(labels)
    whole = sum(by_class[f"mse_class_{label}"] * counts[label] for label in range(5)) / len(targets)
    assert whole == pytest.approx(mse(targets, images), rel=1e-12)


@pytest.fixture(params=[(8, 8), (37, 50, 3), (64, 64, 3)], ids=str)
def shaped(request):
    """Targets and logits of 120 images of one shape."""
    rng = np.random.default_rng(3)
    targets = rng.integers(0, 256, (120, *request.param)) / 255
    return targets, rng.normal(0, 3, targets.shape)


def test_images_of_any_shape_are_measured_per_pixel_and_channel(shaped):
    targets, logits = shaped
    images = 1 / (1 + np.exp(-logits))
    got = of_logits(targets, logits)
    assert got["mse"] == pytest.approx(np.mean((targets - images) ** 2), rel=1e-12)
    assert got["bce"] == pytest.approx(np.mean(np.logaddexp(0, logits) - targets * logits), rel=1e-12)
    assert got["bce_excess"] == pytest.approx(got["bce"] - entropy(targets), rel=1e-12)
    assert got["rounded_accuracy"] == np.mean((targets > 0.5) == (images > 0.5))
    few = slice(0, 5)
    channels = {"channel_axis": -1} if targets.ndim == 4 else {}
    each = [
        structural_similarity(a, b, data_range=1.0, **channels) for a, b in zip(targets[few], images[few], strict=True)
    ]
    assert ssim(targets[few], images[few]) == pytest.approx(np.mean(each), abs=1e-13)
    assert ssim(targets, targets) == 1.0


def test_blocks_of_hundreds_give_the_same_sums_and_other_blocks_the_same_but_for_rounding(shaped, monkeypatch):
    targets, logits = shaped
    images, whole = 1 / (1 + np.exp(-logits)), of_logits(targets, logits)

    def in_parts(cut):
        errors = Errors()
        for part in (slice(0, cut), slice(cut, None)):
            errors.add(targets[part], images[part], logits[part])
        return errors

    assert in_parts(100).metrics() == whole
    np.testing.assert_allclose(
        in_parts(33).by_image(), np.mean((targets - images) ** 2, axis=tuple(range(1, targets.ndim)))
    )
    monkeypatch.setattr(reconstruction, "CACHED", 8 * 7 * targets[0].size)  # seven images at a time
    assert in_parts(33).metrics() == pytest.approx(whole, rel=1e-12)
