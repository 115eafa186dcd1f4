import numpy as np
import pytest

from mmdvae.measures.blocks import BYTES, blocks


@pytest.mark.parametrize("values", [64, 784, 37 * 50 * 3, 64 * 64 * 3, 256 * 256 * 3])
@pytest.mark.parametrize("n", [1, 24, 10_007])
def test_blocks_cover_all_images_once_and_none_is_too_large(n, values):
    found = list(blocks(n, values))
    assert np.concatenate([np.arange(n)[one] for one in found]).tolist() == list(range(n))
    assert all(one.stop <= n for one in found)
    assert max(one.stop - one.start for one in found) * values * 8 <= BYTES
    if 100 * 8 * values <= BYTES:
        assert all(one.start % 100 == 0 for one in found)  # whole batches of a network
