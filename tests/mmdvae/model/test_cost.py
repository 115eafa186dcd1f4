"""Weights and memory by arithmetic, against the networks themselves."""

import math

import numpy as np
import pytest

from mmdvae.model import cost, networks

SHAPES = [(8, 8, 1), (28, 28, 1), (37, 50, 3), (64, 64, 3)]


@pytest.mark.parametrize("shape", SHAPES)
def test_weights_and_outputs_are_those_of_the_networks(shape):
    both = [build(shape, 5, batch_norm_momentum=0.9) for build in (networks.encoder, networks.decoder)]
    assert cost.weights(shape, 5) == sum(int(np.prod(w.shape)) for net in both for w in net.trainable_weights)
    assert cost.outputs(shape, 5) == sum(math.prod(layer.output.shape[1:]) for net in both for layer in net.layers)


def test_memory_grows_with_the_batch_and_never_falls_below_what_an_evaluation_takes():
    assert cost.memory((28, 28, 1), 8, 128) == cost.LEAST
    two, four = (cost.memory((256, 256, 3), 8, size) for size in (64, 128))
    assert four - two == pytest.approx(64 * 2 * 4 * cost.outputs((256, 256, 3), 8), abs=1)


@pytest.mark.parametrize("gigabytes", [1, 4, 16])
def test_the_largest_batch_fits_and_twice_as_many_images_do_not(gigabytes):
    size = cost.largest_batch((128, 128, 3), 8, gigabytes * 1e9)
    assert (size == 0) == (gigabytes < 1.5)
    if size:
        assert cost.memory((128, 128, 3), 8, size) <= gigabytes * 1e9 < cost.memory((128, 128, 3), 8, 2 * size)
