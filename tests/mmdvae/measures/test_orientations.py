import numpy as np
import pytest

from mmdvae.measures import orientations


def test_square_images_are_turned_to_the_left():
    image = np.array([[[1, 2], [3, 4]]], dtype=np.uint8)
    made = [orientations.turned(image, np.array([k]))[0].tolist() for k in range(4)]
    assert made == [[[1, 2], [3, 4]], [[2, 4], [1, 3]], [[4, 3], [2, 1]], [[3, 1], [4, 2]]]


def test_others_are_mirrored():
    image = np.array([[[1, 2, 3], [4, 5, 6]]], dtype=np.uint8)
    made = [orientations.turned(image, np.array([k]))[0].tolist() for k in range(4)]
    assert made == [[[1, 2, 3], [4, 5, 6]], [[3, 2, 1], [6, 5, 4]], [[4, 5, 6], [1, 2, 3]], [[6, 5, 4], [3, 2, 1]]]


@pytest.mark.parametrize("shape", [(8, 8, 3), (8, 12, 3)])
def test_channels_stay_together_and_four_turns_are_none(shape):
    images = np.random.default_rng(0).integers(0, 256, (20, *shape), dtype=np.uint8)
    which = orientations.draw(20, seed=1)
    made = orientations.turned(images, which)
    for one, turned in zip(images, made, strict=True):
        assert sorted(map(tuple, one.reshape(-1, 3))) == sorted(map(tuple, turned.reshape(-1, 3)))
    back = -which % 4 if shape[0] == shape[1] else which
    np.testing.assert_array_equal(orientations.turned(made, back), images)


def test_each_orientation_is_equally_likely():
    counts = np.bincount(orientations.draw(4000, seed=0))
    assert len(counts) == 4
    assert np.all(np.abs(counts - 1000) < 5 * np.sqrt(4000 * 3 / 16))
