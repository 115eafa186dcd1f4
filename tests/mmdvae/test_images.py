"""Shapes of images and their thumbnails."""

import numpy as np
import pytest

from mmdvae import images
from mmdvae.errors import InputError

COLOUR = np.random.default_rng(0).integers(0, 256, (3, 24, 16, 3)).astype(np.uint8)


def test_a_thumbnail_is_the_mean_of_blocks_where_they_divide_the_image():
    blocks = COLOUR.astype(np.float64).reshape(3, 12, 2, 8, 2, 3).mean(axis=(2, 4))
    np.testing.assert_array_equal(images.thumbnails(COLOUR, 12), np.rint(blocks))


def test_a_thumbnail_keeps_the_mean_where_they_do_not():
    grey = COLOUR[..., 0]
    small = images.thumbnails(grey, 7)
    assert small.shape == (3, 7, 5)
    np.testing.assert_allclose(small.mean(axis=(1, 2)), grey.mean(axis=(1, 2)), atol=0.5)  # rounding of each pixel


def test_small_images_are_their_own_thumbnails():
    assert images.thumbnails(COLOUR, 24) is COLOUR


@pytest.mark.parametrize("array", [COLOUR, COLOUR[..., 0]])
def test_channels_come_and_go(array):
    assert images.shape_of(array) == (24, 16, 3 if array.ndim == 4 else 1)
    assert images.with_channels(array).shape == (3, *images.shape_of(array))
    assert images.without_channels(images.with_channels(array)).shape == array.shape


@pytest.mark.parametrize(("shape", "told"), [((7, 9, 1), "7 x 9"), ((8, 257, 1), "8 x 257"), ((8, 8, 4), "got 4")])
def test_other_shapes_are_refused(shape, told):
    with pytest.raises(InputError, match=told):
        images.check_shape(*shape)
